/** A server that repeats all that it was told and more, in every kind of answer that no call survives. */
import type { ServerResponse } from 'node:http';
import { sendJson, type SeenRequest } from './scriptedServer.ts';
import { credentials, everything, personal } from './secretMarkers.ts';

/** Words that a server says after it has heard everything. */
export const gossip = Object.values(everything).join(' ; ');
/** As the platform repeats values: in brackets. Elsewhere its words are not used at all. */
const gossipInBrackets = Object.values(everything)
  .map((marker) => `[${marker}]`)
  .join(' ');

export type Respond = (response: ServerResponse, request: SeenRequest) => void;

const echoOf = ({ headers, body, path }: SeenRequest): string =>
  `${headers.authorization ?? ''} ${path} ${body} ${gossip}`;

/** A body in the platform's shape with something marked wherever a text may stand. */
function errorBody(request: SeenRequest, message: string): Readonly<Record<string, unknown>> {
  return {
    message,
    messageWithParams: gossip,
    messageParams: { permissions: gossip, scopes: gossip, value: echoOf(request) },
    code: credentials.shortToken,
    error: credentials.shortToken,
    error_description: echoOf(request),
    description: echoOf(request),
    contextId: credentials.shortToken,
    entityName: personal.personName,
    details: [{ errorCode: gossip, fieldName: gossip }],
    errors: [{ message: gossip }],
    limit: { key: gossip },
  };
}

const markedHeaders = {
  'inin-correlation-id': credentials.shortToken,
  'retry-after': credentials.shortToken,
  'inin-ratelimit-count': credentials.shortToken,
  'www-authenticate': `Bearer ${credentials.accessToken}`,
};

const html =
  (status: number): Respond =>
  (response, request) => {
    response.writeHead(status, { 'content-type': 'text/html', ...markedHeaders });
    response.end(`<html><h1>${echoOf(request)}</h1></html>`);
  };
export const errorAnswer =
  (status: number, code?: string): Respond =>
  (response, request) => {
    const said = status === 400 || status === 413 ? gossipInBrackets : gossip;
    sendJson(
      response,
      status,
      { ...errorBody(request, said), ...(code !== undefined && { code }) },
      markedHeaders,
    );
  };
export const textAnswer =
  (body: string): Respond =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...markedHeaders });
    response.end(body);
  };
const cutOff: Respond = (response, request) => {
  response.writeHead(200, { 'content-length': '100000' });
  response.write(echoOf(request), () => response.socket?.resetAndDestroy());
};

/** Answers that no call survives. */
export const failingAnswers: Readonly<Record<string, Respond>> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 418, 429, 500, 501, 502, 503, 504].flatMap(
      (status) => [
        [`JSON ${String(status)}`, errorAnswer(status)],
        [`HTML ${String(status)}`, html(status)],
      ],
    ),
  ),
  'a refused scope': errorAnswer(403, 'app.not.authorized.for.scope'),
  'a refused permission': errorAnswer(403, 'missing.permissions'),
  'HTML 200': html(200),
  'malformed JSON': textAnswer(`{"conversations": [${gossip}`),
  'a text': textAnswer(JSON.stringify(gossip)),
  'marked values of wrong types': textAnswer(
    JSON.stringify({
      id: gossip,
      name: 7,
      conversations: [{ conversationId: gossip }, gossip, 7],
      conversationId: gossip,
      participants: gossip,
      entities: [{ id: gossip, name: personal.personName }, gossip],
      results: gossip,
      urls: [{ url: gossip, recording: { id: gossip } }],
      url: gossip,
      access_token: `${credentials.accessToken}\n${gossip}`,
      expires_in: gossip,
      totalHits: gossip,
    }),
  ),
  'a list of marked things': textAnswer(
    JSON.stringify([{ id: gossip, mediaUris: { [gossip]: { mediaUri: 7 } } }, gossip]),
  ),
  'a truncated answer': cutOff,
  'no answer': (response) => {
    response.socket?.resetAndDestroy();
  },
};
