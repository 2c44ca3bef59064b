/**
 * Reads what is said in a transcript file of any size, in constant memory: phrases without their words, sentiments, topics. What
 * makes no sense is left out. For showing a transcript there is `decodeTranscript`.
 */
import { isRecord, type JsonRecord } from '../base/decode.ts';
import type { SpeakerRole } from '../model/transcript.ts';
import {
  Collector,
  decodeOlderRole,
  decodeOlderTurn,
  decodePhrase,
  decodeSentiment,
  decodeTopic,
} from './decodeTranscript.ts';
import { JsonElements } from './jsonElements.ts';

interface Mark {
  readonly role: SpeakerRole;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
}

export type TranscriptPart =
  | (Mark & { readonly kind: 'phrase'; readonly text: string })
  /** -1 negative, 0 neutral, 1 positive. */
  | (Mark & { readonly kind: 'sentiment'; readonly sentiment: number })
  | (Mark & { readonly kind: 'topic'; readonly name: string });

const paths = [
  'transcripts.*.startTime',
  'transcripts.*.phrases.*',
  'transcripts.*.analytics.sentiment.*',
  'transcripts.*.analytics.topics.*',
  'participants.*',
  'transcript.*',
] as const;

type OlderPath = 'participants.*' | 'transcript.*';
type PlatformPath = Exclude<(typeof paths)[number], OlderPath | 'transcripts.*.startTime'>;

const maxElementBytes = 4 << 20;
/** Turns of the older format that are kept until the participants tell who spoke. */
const maxWaitingTurns = 20_000;

/** One file. `push` all of its chunks, then `finish`. */
export class TranscriptTextReader {
  private readonly elements: JsonElements;
  private readonly collector = new Collector();
  private readonly recordingStartMs: number;
  private readonly olderRoles = new Map<string, string>();
  private waitingTurns: JsonRecord[] = [];
  private partStartMs: number;
  private parts: TranscriptPart[] = [];

  /** @param recordingStartMs stands in where the file tells no start of its own; epoch milliseconds. */
  constructor(recordingStartMs: number) {
    this.recordingStartMs = recordingStartMs;
    this.partStartMs = recordingStartMs;
    this.elements = new JsonElements({
      paths,
      omit: ['words', 'alternatives'],
      skims: true,
      maxElementBytes,
      onElement: (value, pathIndex) => {
        this.take(value, paths[pathIndex]);
      },
    });
  }

  /** What this chunk completed, in the order of the file. @throws AppError `corrupt` when it is no JSON */
  push(chunk: Uint8Array): readonly TranscriptPart[] {
    this.parts = [];
    this.elements.push(chunk);
    return this.parts;
  }

  /** What only the end completed. @throws AppError `corrupt` when the file is cut */
  finish(): readonly TranscriptPart[] {
    this.parts = [];
    this.elements.finish();
    this.settleTurns();
    return this.parts;
  }

  private take(value: unknown, path: (typeof paths)[number] | undefined): void {
    if (path === 'transcripts.*.startTime') {
      this.partStartMs = typeof value === 'number' ? value : this.recordingStartMs;
    } else if (isRecord(value)) {
      if (path === 'participants.*' || path === 'transcript.*') {
        this.takeOlder(value, path);
      } else {
        this.takePlatform(value, path);
      }
    }
  }

  private takePlatform(value: JsonRecord, path: PlatformPath | undefined): void {
    switch (path) {
      case 'transcripts.*.phrases.*': {
        const phrase = decodePhrase(value, this.partStartMs, this.collector);
        if (phrase !== undefined) {
          const { role, text, startMs, durationMs } = phrase;
          this.parts.push({ kind: 'phrase', role, text, startMs, durationMs });
        }
        break;
      }
      case 'transcripts.*.analytics.sentiment.*': {
        const mark = decodeSentiment(value, this.partStartMs);
        if (mark !== undefined) {
          this.parts.push({ kind: 'sentiment', ...mark });
        }
        break;
      }
      case 'transcripts.*.analytics.topics.*': {
        const mark = decodeTopic(value, this.partStartMs);
        if (mark !== undefined) {
          this.parts.push({ kind: 'topic', ...mark });
        }
        break;
      }
      case undefined:
        break;
    }
  }

  private takeOlder(value: JsonRecord, path: OlderPath): void {
    if (path === 'participants.*') {
      const role = decodeOlderRole(value);
      if (role !== undefined) {
        this.olderRoles.set(...role);
      }
      return;
    }
    this.waitingTurns.push(value);
    if (this.waitingTurns.length >= maxWaitingTurns) {
      this.settleTurns();
    }
  }

  private settleTurns(): void {
    for (const turn of this.waitingTurns) {
      const phrase = decodeOlderTurn(turn, this.olderRoles);
      if (phrase !== undefined) {
        const { role, text, durationMs } = phrase;
        const startMs = this.recordingStartMs + phrase.startMs;
        this.parts.push({ kind: 'phrase', role, text, startMs, durationMs });
      }
    }
    this.waitingTurns = [];
  }
}
