/**
 * A picture of a long waveform in a few thousand numbers, so that a player can draw the whole recording before the peaks file,
 * tens of megabytes for ten hours, has reached it. Reads the peaks file and nothing else.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { throwIfCancelled } from '../base/appError.ts';
import { decodePeaksHeader, peaksHeaderBytes } from '../audio/peaksFile.ts';

/** More than a screen is wide. */
const columnCount = 2048;
/** Ten minutes: what is shorter arrives at once anyway. */
const leastPixels = 60_000;
const blockPixels = 65_536;

/**
 * The lowest and highest sample of each of 2048 equal stretches, alternating, one list a channel. Constant memory.
 * @returns no lists for a short recording, and for a file that cannot be read: the player will say so itself
 */
export async function readPeaksOverview(
  path: string,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  try {
    const file = await open(path, 'r');
    try {
      return await readFrom(file, signal);
    } finally {
      await file.close();
    }
  } catch {
    throwIfCancelled(signal);
    return [];
  }
}

async function readFrom(
  file: FileHandle,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const head = new Uint8Array(peaksHeaderBytes);
  await file.read(head, 0, head.length, 0);
  const header = decodePeaksHeader(head, (await file.stat()).size);
  const { channelCount, lengthPixels, is8Bit, dataOffsetBytes } = header;
  if (lengthPixels < leastPixels || is8Bit) {
    return [];
  }
  const stride = channelCount * 2;
  const columns = Array.from({ length: channelCount }, () => new Int16Array(columnCount * 2));
  const block = new Int16Array(blockPixels * stride);
  for (let first = 0; first < lengthPixels; first += blockPixels) {
    throwIfCancelled(signal);
    const count = Math.min(blockPixels, lengthPixels - first);
    const lengthBytes = count * stride * 2;
    await file.read(
      new Uint8Array(block.buffer),
      0,
      lengthBytes,
      dataOffsetBytes + first * stride * 2,
    );
    for (const [channel, target] of columns.entries()) {
      for (let pixel = 0; pixel < count; pixel++) {
        const column = Math.floor(((first + pixel) * columnCount) / lengthPixels) * 2;
        const low = block[pixel * stride + channel * 2] ?? 0;
        const high = block[pixel * stride + channel * 2 + 1] ?? 0;
        // Sound swings around zero: starting there changes no picture.
        if (low < (target[column] ?? 0)) {
          target[column] = low;
        }
        if (high > (target[column + 1] ?? 0)) {
          target[column + 1] = high;
        }
      }
    }
  }
  return columns.map((values) => Array.from(values));
}
