/** A bare HTTP client for tests of the simulator: it shows what came over the wire and helps in nothing. */
import type { Simulator } from '../simulator/simulator.ts';
import { demoClient } from '../simulator/simulator.ts';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, `undefined` when it is no JSON. */
  readonly json: any;
}

export async function send(url: string, init: RequestInit = {}): Promise<WireAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/** A call of the API with a token of the client. */
export type Call = (method: string, path: string, body?: unknown) => Promise<WireAnswer>;

export const askForToken = (
  simulator: Pick<Simulator, 'loginBaseUrl'>,
  { id, secret }: ClientCredentials,
): Promise<WireAnswer> =>
  send(`${simulator.loginBaseUrl}/oauth/token`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });

export async function logIn(
  simulator: Simulator,
  client: ClientCredentials = demoClient,
): Promise<Call> {
  const { json } = await askForToken(simulator, client);
  return callerWith(simulator, String(json.access_token));
}

export function callerWith(simulator: Simulator, token: string): Call {
  return (method, path, body) =>
    send(`${simulator.apiBaseUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
}
