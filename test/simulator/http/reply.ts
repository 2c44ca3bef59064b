/** What a handler answers: status, headers and the whole body. Bodies are buffers, so that faults can cut them anywhere. */

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const noBytes = new Uint8Array();

/** A JSON answer; the type argument is the SDK's model of it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller states the model
export function jsonReply<Body>(
  status: number,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: noBytes };
}

export function htmlReply(status: number, html: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
    body: Buffer.from(html),
  };
}

/** The error document of the content delivery network. */
export function xmlErrorReply(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/xml', ...headers },
    body: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    ),
  };
}
