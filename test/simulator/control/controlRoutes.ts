/**
 * `SimulatorControl` over HTTP, JSON in and out, for tests in other processes. No part of the platform; requests to it are
 * neither logged nor limited. A page in a browser cannot use it: requests with an Origin header are refused.
 *
 * | request | body or query | answer |
 * |---|---|---|
 * | GET /control/faults | | armed rules, each with its `id` |
 * | POST /control/faults | a `FaultRule` | `{id}` |
 * | DELETE /control/faults | `?id=` one, else all | 204 |
 * | GET /control/requests | `?method=&path=` (a path or a template) | logged requests |
 * | DELETE /control/requests | | 204 |
 * | GET /control/counts | | requests by `METHOD template` |
 * | GET /control/clock | | `{nowMs}` |
 * | POST /control/clock | `{advanceMs}` | `{nowMs}` |
 * | DELETE /control/tokens | | 204, all tokens revoked |
 * | PUT /control/rate | `{allowed?, windowMs?}` | 204, windows start anew |
 * | PUT /control/latency | `{latencyMs}` | 204 |
 * | … /control/pages, jobs, batches | | see `bulkControlRoutes` |
 * | DELETE /control/transcoding | | 204, media must be transcoded again |
 */
import { apiErrors } from '../http/apiError.ts';
import {
  array,
  checkBody,
  integer,
  number,
  object,
  oneOf,
  text,
  type BodySchema,
} from '../http/bodySchema.ts';
import { readJson } from '../http/incoming.ts';
import { emptyReply, jsonReply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { bulkControlRoutes } from './bulkControlRoutes.ts';
import { controlRoute, readNumbers } from './controlRoute.ts';
import { faultKinds, type FaultRule } from './faults.ts';
import type { SimulatorControl } from './simulatorControl.ts';

const done = (): ReturnType<typeof emptyReply> => emptyReply(204);

export const controlRoutes = defineRoutes<SimulatorControl>([
  controlRoute('GET', 'faults', (_request, _path, control) => jsonReply(200, control.faults())),
  controlRoute('POST', 'faults', (request, _path, control) =>
    jsonReply(200, { id: control.addFault(decodeFaultRule(readJson(request))) }),
  ),
  controlRoute('DELETE', 'faults', (request, _path, control) => {
    const id = request.query.text('id');
    if (id === undefined) {
      control.clearFaults();
    } else {
      control.removeFault(Number(id));
    }
    return done();
  }),
  controlRoute('GET', 'requests', ({ query }, _path, control) =>
    jsonReply(200, control.requests({ method: query.text('method'), path: query.text('path') })),
  ),
  controlRoute('DELETE', 'requests', (_request, _path, control) => {
    control.clearRequests();
    return done();
  }),
  controlRoute('GET', 'counts', (_request, _path, control) =>
    jsonReply(200, control.requestCounts()),
  ),
  controlRoute('GET', 'clock', (_request, _path, control) =>
    jsonReply(200, { nowMs: control.nowMs() }),
  ),
  controlRoute('POST', 'clock', (request, _path, control) => {
    const { advanceMs } = readNumbers(readJson(request), 'Clock', ['advanceMs']);
    control.advanceClock(advanceMs ?? 0);
    return jsonReply(200, { nowMs: control.nowMs() });
  }),
  controlRoute('DELETE', 'tokens', (_request, _path, control) => {
    control.revokeTokens();
    return done();
  }),
  controlRoute('PUT', 'rate', (request, _path, control) => {
    control.setRate(readNumbers(readJson(request), 'Rate', ['allowed', 'windowMs']));
    return done();
  }),
  controlRoute('PUT', 'latency', (request, _path, control) => {
    control.setLatency(readNumbers(readJson(request), 'Latency', ['latencyMs']).latencyMs ?? 0);
    return done();
  }),
  controlRoute('DELETE', 'transcoding', (_request, _path, control) => {
    control.forgetTranscoding();
    return done();
  }),
  ...bulkControlRoutes,
]);

const faultSchema = object(
  'Fault',
  {
    kind: oneOf('Kind', faultKinds),
    retryAfter: text,
    status: integer,
    code: text,
    message: text,
    delayMs: integer,
    afterBytes: integer,
    atByte: integer,
    bytesPerSecond: integer,
    announcedBytes: integer,
    location: text,
    contentType: text,
    text,
  },
  ['kind'],
);

const ruleSchema: BodySchema = array(
  object(
    'FaultRule',
    {
      method: text,
      path: text,
      count: integer,
      skip: integer,
      share: number,
      seed: integer,
      fault: faultSchema,
    },
    ['path', 'fault'],
  ),
);

const neededByKind: Readonly<Record<string, readonly string[]>> = {
  status: ['status'],
  latency: ['delayMs'],
  cut: ['afterBytes'],
  stall: ['afterBytes'],
  truncate: ['afterBytes'],
  wrongLength: ['announcedBytes'],
  corrupt: ['atByte'],
  slow: ['bytesPerSecond'],
  body: ['contentType', 'text'],
};

const isRule = (value: unknown): value is FaultRule =>
  typeof value === 'object' && value !== null && 'fault' in value;

/** Null means something in a rule (`count`, `retryAfter`), so the body itself is handed on once it is checked. */
function decodeFaultRule(body: unknown): FaultRule {
  checkBody(ruleSchema, [body]);
  if (!isRule(body)) {
    throw apiErrors.badRequest();
  }
  const missing = (neededByKind[body.fault.kind] ?? []).filter((name) => !(name in body.fault));
  if (missing.length > 0) {
    throw apiErrors.constraint(`A fault ${body.fault.kind} needs ${missing.join(' and ')}`);
  }
  return body;
}
