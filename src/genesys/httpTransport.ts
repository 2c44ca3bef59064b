/**
 * One HTTP exchange by axios, loaded on first use: size cap, hard timeout, no redirects, text in and out. What it throws never
 * carries axios' own error, whose configuration holds the credentials.
 */
import { cancellation, errors, throwIfCancelled } from '../base/appError.ts';

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** From start to the last byte. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Largest answer that is read. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends a request and reads the whole answer, whatever its status; redirects are answers too.
 * @throws AppError `network` when there is no whole answer in time, `protocol` when it is too large.
 */
export type SendHttp = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 64 * 1024 * 1024;

export const sendHttp: SendHttp = async (request, signal) => {
  throwIfCancelled(signal);
  // The class and not the default export, which arrives differently from a CommonJS bundle and from the package.
  const { Axios } = await import('axios');
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await new Axios({}).request<string>({
      adapter: 'http',
      method: request.method,
      url: request.url,
      headers: { ...request.headers },
      data: request.body,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      // A redirect would carry the bearer token to wherever it points.
      maxRedirects: 0,
      maxContentLength: request.maxBytes ?? defaultMaxBytes,
      // VS Code patches node:http for proxies and certificates; axios must not do it a second time.
      proxy: false,
      signal: AbortSignal.any([signal, deadline]),
    });
    return {
      status: response.status,
      headers: toHeaders(response.headers),
      text: typeof response.data === 'string' ? response.data : '',
    };
  } catch (error) {
    throwIfCancelled(signal);
    throw deadline.aborted
      ? errors.network(
          `No answer from Genesys Cloud in time; check the network and try again: ${String(timeoutMs / 1000)} s`,
        )
      : toTransportError(error);
  }
};

function toHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function toTransportError(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ERR_CANCELED') {
    return cancellation();
  }
  if (
    code === 'ERR_BAD_RESPONSE' &&
    error instanceof Error &&
    error.message.includes('maxContentLength')
  ) {
    return errors.protocol('The answer of Genesys Cloud is larger than this client reads', {
      details: { cause: code },
    });
  }
  return errors.network(
    `Could not reach Genesys Cloud; check the network, the proxy and the region, then try again: ${code}`,
    { details: { cause: code } },
  );
}
