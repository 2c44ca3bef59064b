/**
 * The first characters of a stored transcript, so that a player can show its first phrases before the file, megabytes for ten hours,
 * has reached it. Knows nothing of what is in there.
 */
import { createReadStream } from 'node:fs';
import { throwIfCancelled } from '../base/appError.ts';
import { compressionOf, createUnpacker } from './compression.ts';

/** Some forty phrases with the times of their words: more than a screen shows. */
const beginningBytes = 64 * 1024;

/**
 * The first 64 KB of the unpacked text, all of a shorter one. Constant memory, however large the file is.
 * @returns undefined for a file that cannot be read or is damaged this early: the player will say so itself
 */
export async function readTranscriptBeginning(
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const source = createReadStream(path, { signal });
  try {
    const compression = compressionOf(path);
    const text = compression === undefined ? source : source.pipe(createUnpacker(compression));
    source.on('error', (error) => text.destroy(error));
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of text) {
      chunks.push(chunk as Uint8Array);
      sizeBytes += (chunk as Uint8Array).length;
      if (sizeBytes >= beginningBytes) {
        break;
      }
    }
    // Streaming, since the cut may go through a letter.
    const bytes = Buffer.concat(chunks).subarray(0, beginningBytes);
    return new TextDecoder().decode(bytes, { stream: true });
  } catch {
    throwIfCancelled(signal);
    return undefined;
  } finally {
    source.destroy();
  }
}
