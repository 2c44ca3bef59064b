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
  const packed = await fetchBytes(url, what, signal);
  if (packed.length > maxBytes) {
    throw errors.corrupt(`${what} is too large to show: ${String(packed.length)} bytes`);
  }
  return packed[0] === 0x1f && packed[1] === 0x8b ? unpack(packed, what, maxBytes, signal) : packed;
}

async function fetchBytes(
  url: string,
  what: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
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
  return new Uint8Array(await response.arrayBuffer());
}

async function unpack(
  packed: Uint8Array<ArrayBuffer>,
  what: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader();
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
