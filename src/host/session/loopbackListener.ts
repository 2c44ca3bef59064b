/**
 * Waits on this machine's loopback interface for the browser to come back from the login host. Any web page can call such an
 * address, so only the answer to the one attempt counts, and nothing of a request is ever shown or logged.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { cancellation, errors, throwIfCancelled } from '../../base/appError.ts';
import { toDisposable } from '../../base/disposable.ts';
import { decodeCallback, type CallbackAnswer } from '../../genesys/authorization.ts';

/** The words of the pages, in the person's language. Plain text. */
export interface LoopbackTexts {
  readonly title: string;
  readonly received: string;
  readonly refused: string;
  readonly foreign: string;
}

export interface LoopbackListener {
  readonly port: number;
  /**
   * The first answer with this state; later ones find nobody listening. Requests under another name than the loopback's or
   * one of `hosts` (a tunnel's end) are refused. Rejects with AbortError; closes the listener in any case.
   */
  waitFor(
    state: string,
    hosts: readonly string[],
    signal: AbortSignal,
  ): Promise<NonNullable<CallbackAnswer>>;
  close(): void;
}

/** Longer ones are not an answer of the login host. */
const maxUrlLength = 8_192;
const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto 0;padding:0 1.5rem;color:#222;background:#fff}h1{font-size:1.4rem}@media(prefers-color-scheme:dark){body{color:#ddd;background:#1e1e1e}}';
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Listens on 127.0.0.1 at a port that the system picks.
 * @throws AppError `network` when this machine lets nobody listen
 */
export async function listenOnLoopback(texts: LoopbackTexts): Promise<LoopbackListener> {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (
    _request,
    response,
  ) => {
    send(response, 404, texts.title, texts.foreign);
  };
  const server = createServer(
    { maxHeaderSize: 16_384, requestTimeout: 10_000 },
    (request, response) => {
      request.resume();
      answer(request, response);
    },
  );
  const port = await listen(server);
  const closing = toDisposable(() => {
    server.close();
    // What is being answered may end; connections that browsers keep open for later may not keep us.
    server.closeIdleConnections();
  });
  return {
    port,
    close: () => {
      closing.dispose();
    },
    waitFor: async (state, hosts, signal) => {
      const known = new Set([`localhost:${String(port)}`, `127.0.0.1:${String(port)}`, ...hosts]);
      try {
        throwIfCancelled(signal);
        return await new Promise((resolve, reject) => {
          const giveUp = (): void => {
            reject(cancellation());
          };
          signal.addEventListener('abort', giveUp, { once: true });
          let isAnswered = false;
          answer = (request, response) => {
            const found = isAnswered ? undefined : readAnswer(request, known, state);
            if (found === undefined || typeof found === 'number') {
              send(response, found ?? 400, texts.title, texts.foreign);
              return;
            }
            isAnswered = true;
            signal.removeEventListener('abort', giveUp);
            send(
              response,
              200,
              texts.title,
              found.kind === 'code' ? texts.received : texts.refused,
            );
            resolve(found);
          };
        });
      } finally {
        closing.dispose();
      }
    },
  };
}

/** The answer, or the status to refuse with. */
function readAnswer(
  request: IncomingMessage,
  hosts: ReadonlySet<string>,
  state: string,
): CallbackAnswer | number {
  const target = request.url ?? '';
  if (!hosts.has((request.headers.host ?? '').toLowerCase())) {
    return 421;
  }
  if (request.method !== 'GET') {
    return 405;
  }
  if (target.length > maxUrlLength) {
    return 414;
  }
  const [path, query = ''] = target.split('?', 2);
  return path === '/' ? decodeCallback(new URLSearchParams(query), state) : 404;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        errors.network('The browser cannot answer here: this machine refuses a local listener', {
          cause: error,
        }),
      );
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function send(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  });
  const [heading, body] = [title, text].map(escapeHtml);
  response.end(
    `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${String(heading)}</title><style>${style}</style></head><body><h1>${String(heading)}</h1><p>${String(body)}</p></body></html>`,
  );
}

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/gu, (character) => `&#${String(character.charCodeAt(0))};`);
