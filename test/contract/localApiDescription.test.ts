/** The loopback API against its own `/openapi.json`, by validators of other people: every route, every status, every body. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { archiveRoutes } from '../../src/api/archiveRoutes.ts';
import { ApiServer } from '../../src/api/apiServer.ts';
import { withServiceRoutes } from '../../src/api/serviceRoutes.ts';
import type { RateLimits } from '../../src/api/admission.ts';
import { FakeClock } from '../support/fakeClock.ts';
import {
  apiToken,
  askApi,
  LocalApiBench,
  recordedId,
  type ApiReply,
} from '../support/localApiBench.ts';

/** A request that is answered well, by path of the description. A path that is missing here fails. */
const goodQueries: Readonly<Record<string, string>> = {
  '/healthz': '',
  '/openapi.json': '',
  '/api/v1/archive/search': '?q=parcel',
  '/api/v1/archive/conversations': '',
  '/api/v1/archive/conversations/{id}': '',
  '/api/v1/archive/report/availability': '',
  '/archive/retrieve': `?interactionId=${recordedId}&channel=0`,
};

suite('the description of the local API', function () {
  this.timeout(60_000);
  let bench: LocalApiBench;
  let document: any;
  let paths: readonly string[];
  let validateSchema: (pointer: string, body: unknown) => string;
  /** `path status` of what was answered and fitted. */
  const driven = new Set<string>();

  suiteSetup(async () => {
    bench = await LocalApiBench.start();
    document = (await bench.ask('/openapi.json')).json;
    paths = Object.keys(document.paths);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(closed(document), 'api');
    validateSchema = (pointer, body) => {
      const validate = ajv.getSchema(`api#${pointer}`);
      assert.ok(validate !== undefined, pointer);
      return validate(body) === true ? '' : ajv.errorsText(validate.errors);
    };
  });
  suiteTeardown(async () => {
    await bench.stop();
  });

  /** Asserts that the description promises this answer, body and headers included. */
  const fits = (path: string, reply: ApiReply): void => {
    const at = `${path} ${String(reply.status)}`;
    const promised = document.paths[path].get.responses[String(reply.status)];
    assert.ok(promised !== undefined, `${at} is not in the description`);
    for (const name of Object.keys(promised.headers ?? {})) {
      assert.ok(reply.headers[name.toLowerCase()] !== undefined, `${at} lacks ${name}`);
    }
    const type = (reply.headers['content-type'] ?? '').split(';')[0] ?? '';
    const content = promised.content?.[type];
    assert.ok(content !== undefined, `${at}: ${type} is not in the description`);
    if (content.schema !== undefined) {
      const pointer = ['paths', path, 'get', 'responses', String(reply.status), 'content', type];
      const escaped = pointer.map((key) =>
        encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')),
      );
      assert.equal(validateSchema(`/${escaped.join('/')}/schema`, reply.json), '', at);
    }
    driven.add(at);
  };
  const url = (path: string, query = goodQueries[path] ?? ''): string =>
    path.replace('{id}', recordedId) + query;
  const archivePaths = (): readonly string[] =>
    paths.filter((path) => document.paths[path].get.responses['501'] !== undefined);

  test('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    assert.deepEqual(result, { valid: true });
    assert.equal(document.openapi, '3.1.0');
  });

  test('names every route that a good request is known for, and no other', () => {
    assert.deepEqual(paths.toSorted(), Object.keys(goodQueries).sort());
  });

  test('is kept by good answers, and HEAD tells the same without a body', async () => {
    for (const path of paths) {
      const reply = await bench.ask(url(path));
      assert.equal(reply.status, 200, path);
      fits(path, reply);
      const head = await bench.ask(url(path), { method: 'HEAD' });
      assert.deepEqual(
        [head.status, head.bytes.length, head.headers['content-type']],
        [200, 0, reply.headers['content-type']],
        path,
      );
    }
    const found = await bench.ask(url('/api/v1/archive/search'));
    assert.equal(found.json.hits[0].snippets.length, 1, 'what is checked is not empty');
    const detail = `/archive/retrieve?interactionId=${bench.calls[0]?.id ?? ''}`;
    fits('/archive/retrieve', await bench.ask(detail));
    fits('/archive/retrieve', await bench.ask(`${detail}&format=gzip`));
    fits('/archive/retrieve', await bench.ask(`/archive/retrieve?interactionId=${recordedId}`));
    const part = (range: string): Promise<ApiReply> =>
      bench.ask(url('/archive/retrieve'), { headers: { range } });
    fits('/archive/retrieve', await part('bytes=2-5'));
    fits('/archive/retrieve', await part('bytes=999999999-'));
  });

  test('is kept when a parameter is missing, unknown, repeated or out of its bounds', async () => {
    for (const path of paths) {
      const good = url(path);
      const and = good.includes('?') ? '&' : '?';
      const bad = [`${good}${and}surprise=1`];
      for (const { name, in: place, required, schema } of document.paths[path].get.parameters) {
        if (place === 'query') {
          bad.push(`${good}${and}${String(name)}=1&${String(name)}=2`);
        }
        if (place === 'query' && required === true) {
          bad.push(url(path, ''), url(path, `?${String(name)}=`));
        }
        if (schema.type === 'integer') {
          const values = [
            Number(schema.minimum) - 1,
            Number(schema.maximum) + 1,
            '1e1',
            '%31%00',
            'x',
          ];
          bad.push(...values.map((value) => `${good}${and}${String(name)}=${String(value)}`));
        }
        if (schema.enum !== undefined) {
          bad.push(`${good}${and}${String(name)}=surprise`);
        }
      }
      for (const one of bad) {
        const reply = await bench.ask(one);
        assert.equal(reply.status, 400, one);
        fits(path, reply);
      }
    }
  });

  test('is kept towards those who may not ask, and requests that are none', async () => {
    for (const path of paths) {
      const isOpen = document.paths[path].get.security.length === 0;
      const cases = [
        [isOpen ? 200 : 401, { headers: { authorization: '' } }],
        [403, { headers: { host: 'evil.example' } }],
        [403, { headers: { origin: 'https://evil.example' } }],
        [405, { method: 'POST' }],
        [405, { method: 'DELETE' }],
        [413, { headers: { 'content-length': '5' }, body: 'hello' }],
      ] as const;
      for (const [status, what] of cases) {
        const reply = await bench.ask(url(path), what);
        assert.equal(reply.status, status, `${path} ${JSON.stringify(what)}`);
        fits(path, reply);
      }
    }
  });

  test('is kept when it is too much, at once or in a short time', async () => {
    const none = (): Promise<never> => Promise.reject(new Error('Nothing may get this far'));
    const deps = { openArchive: none, openCatalogue: none, clock: new FakeClock() };
    const routes = withServiceRoutes(archiveRoutes(deps), '1.0.0');
    const limits: readonly (readonly [number, RateLimits])[] = [
      [429, { requestsPerSecond: 0, burst: 0, concurrent: 1 }],
      [503, { requestsPerSecond: 0, burst: 1, concurrent: 0 }],
    ];
    for (const [status, limit] of limits) {
      const note = (): void => undefined;
      const server = await ApiServer.start({
        routes,
        port: 0,
        token: apiToken,
        note,
        limits: limit,
      });
      try {
        for (const path of paths) {
          const reply = await askApi(server.port, url(path));
          assert.equal(reply.status, status, path);
          fits(path, reply);
        }
      } finally {
        await server.stop();
      }
    }
  });

  test('is kept when the archive is damaged, of a newer version, another one, or gone', async () => {
    const file = join(bench.archivePath, 'archive.json');
    const whole = await readFile(file, 'utf8');
    const cases = [
      [500, '{"formatVersion":1,'],
      [501, whole.replace('"formatVersion":1', '"formatVersion":99')],
      [409, whole.replace('"a1"', '"a2"')],
      [404, undefined],
    ] as const;
    try {
      for (const [status, text] of cases) {
        await (text === undefined ? rm(file) : writeFile(file, text));
        for (const path of archivePaths()) {
          const reply = await bench.ask(url(path));
          assert.equal(reply.status, status, path);
          assert.ok(reply.json.message.length > 20, 'the reason is told');
          fits(path, reply);
        }
        assert.equal((await bench.ask('/healthz')).status, 200);
      }
    } finally {
      await writeFile(file, whole);
    }
  });

  test('promises nothing that was not seen here', () => {
    const promised = paths.flatMap((path) =>
      Object.keys(document.paths[path].get.responses)
        .filter((status) => status !== 'default')
        .map((status) => `${path} ${status}`),
    );
    assert.deepEqual([...driven].sort(), promised.sort());
  });
});

/** A key that the description does not tell is a mistake of it here; `properties: {}` stays open. */
function closed(value: any): any {
  if (Array.isArray(value)) {
    return value.map(closed);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  const isClosed = copy['type'] === 'object' && Object.keys(copy['properties'] ?? {}).length > 0;
  return isClosed ? { ...copy, additionalProperties: false } : copy;
}
