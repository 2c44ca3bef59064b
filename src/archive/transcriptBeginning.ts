/**
 * The first phrases of a stored transcript, so that a player can show them before the file, megabytes for ten hours, has reached it.
 * Cuts them out as they are; what they mean is decoded by whoever shows them.
 */
import { createReadStream } from 'node:fs';
import { throwIfCancelled } from '../base/appError.ts';
import { JsonElements } from '../transcript/jsonElements.ts';
import { compressionOf, createUnpacker } from './compression.ts';

/** A screenful. */
const wantedPhrases = 32;
/** Thousands of marks of sentiment may come before the phrases; more than this is not worth the wait. */
const maxReadBytes = 1024 * 1024;
/** Phrases of hours are not worth a message. */
const maxTextLength = 256 * 1024;

/**
 * JSON text in the platform's format that holds the first 32 phrases of the file and nothing else, fewer of a short file.
 * Constant memory, however large the file is.
 * @returns undefined when no phrases begin within a megabyte, for the older format, and for a file that cannot be read: the player
 * will say so itself
 */
export async function readTranscriptBeginning(
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const source = createReadStream(path, { signal });
  const beginning = new Beginning();
  try {
    const compression = compressionOf(path);
    const text = compression === undefined ? source : source.pipe(createUnpacker(compression));
    source.on('error', (error) => text.destroy(error));
    let readBytes = 0;
    for await (const chunk of text) {
      readBytes += (chunk as Uint8Array).length;
      beginning.push(chunk as Uint8Array);
      if (beginning.phraseCount >= wantedPhrases || readBytes >= maxReadBytes) {
        break;
      }
    }
  } catch {
    throwIfCancelled(signal);
    return undefined;
  } finally {
    source.destroy();
  }
  return beginning.toText();
}

interface Part {
  startTime?: unknown;
  readonly phrases: unknown[];
}

class Beginning {
  phraseCount = 0;
  private readonly parts: Part[] = [];
  private readonly elements = new JsonElements({
    paths: ['transcripts.*.startTime', 'transcripts.*.phrases.*'],
    skims: true,
    onElement: (value, pathIndex) => {
      if (pathIndex === 0) {
        this.parts.push({ startTime: value, phrases: [] });
      } else if (this.phraseCount < wantedPhrases) {
        this.lastPart().phrases.push(value);
        this.phraseCount++;
      }
    },
  });

  /** @throws AppError when it is no JSON */
  push(chunk: Uint8Array): void {
    this.elements.push(chunk);
  }

  toText(): string | undefined {
    const transcripts = this.parts.filter(({ phrases }) => phrases.length > 0);
    const text = JSON.stringify({ transcripts });
    return transcripts.length === 0 || text.length > maxTextLength ? undefined : text;
  }

  private lastPart(): Part {
    const last = this.parts.at(-1) ?? { phrases: [] };
    if (this.parts.length === 0) {
      this.parts.push(last);
    }
    return last;
  }
}
