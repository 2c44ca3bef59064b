/** Fetches the archive's files by resource address, with a bound on what they may unpack to. */
import { errors, isCancellation, messageOf, throwIfCancelled } from '../../base/appError.ts';

/**
 * The whole file as bytes, unpacked when it is gzip (by its first two bytes: names and headers lie).
 * @param maxBytes the most that is taken after unpacking; protects the page from a small file that unpacks without end
 * @throws AppError `notFound` | `network` | `corrupt`, or AbortError
 */
export async function fetchFile(
  url: string,
  what: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Uint8Array(await (await request(url, what, signal)).arrayBuffer());
  if (packed.length > maxBytes) {
    throw errors.corrupt(`${what} is too large to show: ${String(packed.length)} bytes`);
  }
  if (!isGzip(packed)) {
    return packed;
  }
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return await collect(unpacked, what, maxBytes, undefined, signal);
}

/** Told each piece of a file, unpacked, in order; the next one comes when it resolves. */
export type OnChunk = (chunk: Uint8Array) => Promise<void>;

/**
 * As `fetchFile`, reading the file as it arrives.
 * @throws AppError `notFound` | `network` | `corrupt`, or AbortError
 */
export async function fetchInChunks(
  url: string,
  what: string,
  maxBytes: number,
  onChunk: OnChunk | undefined,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = await request(url, what, signal);
  if (body === null) {
    return new Uint8Array(0);
  }
  const packed = body.getReader();
  const { value: first = new Uint8Array(0) } = await packed.read();
  const stream = rejoin(first, packed);
  // A first piece of a single byte would hide that the file is packed; no server sends such.
  return isGzip(first)
    ? await collect(
        stream.pipeThrough(new DecompressionStream('gzip')),
        what,
        maxBytes,
        onChunk,
        signal,
      )
    : await collect(stream, what, maxBytes, onChunk, signal);
}

function rejoin(
  first: Uint8Array<ArrayBuffer>,
  rest: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(first);
    },
    pull: async (controller) => {
      const { done, value } = await rest.read();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => rest.cancel(reason),
  });
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function request(url: string, what: string, signal: AbortSignal): Promise<Response> {
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    throw errors.network(`${what} could not be read: ${messageOf(error)}`, { cause: error });
  }
  if (response.status === 404) {
    throw errors.notFound(`${what} is not there any more. Download the conversation again`);
  }
  if (!response.ok) {
    throw errors.network(
      `${what} could not be read: the editor answered ${String(response.status)}`,
    );
  }
  return response;
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  what: string,
  maxBytes: number,
  onChunk: OnChunk | undefined,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for (;;) {
      throwIfCancelled(signal);
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      sizeBytes += value.length;
      if (sizeBytes > maxBytes) {
        throw errors.corrupt(`${what} unpacks to more than ${String(maxBytes)} bytes`);
      }
      chunks.push(value);
      await onChunk?.(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    if (error instanceof TypeError) {
      throw errors.corrupt(`${what} is damaged: it does not unpack. Download it again`, {
        cause: error,
      });
    }
    throw error;
  }
  const whole = new Uint8Array(sizeBytes);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
