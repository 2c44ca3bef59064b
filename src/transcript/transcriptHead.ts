/**
 * The first phrases of a transcript file, read while the rest of it still arrives: what a person sees first. Knows only the
 * platform's format; of another one there is no head.
 */
import { isAppError } from '../base/appError.ts';
import { isRecord } from '../base/decode.ts';
import type { Phrase } from '../model/transcript.ts';
import { Collector, decodePhrase, type UnnumberedPhrase } from './decodeTranscript.ts';
import { JsonElements } from './jsonElements.ts';

/** One file. */
export class TranscriptHead {
  private readonly wantedCount: number;
  private readonly collector = new Collector();
  private readonly elements: JsonElements;
  private readonly phrases: UnnumberedPhrase[] = [];
  private startMs: number | undefined;
  private isOver = false;

  constructor(wantedCount: number) {
    this.wantedCount = wantedCount;
    this.elements = new JsonElements({
      paths: ['transcripts.*.startTime', 'transcripts.*.phrases.*'],
      onElement: (value, pathIndex) => {
        if (pathIndex === 0) {
          this.startMs = typeof value === 'number' ? value : undefined;
        } else {
          this.take(value);
        }
      },
    });
  }

  /**
   * Reads on. The chunk may be used again afterwards.
   * @returns as many phrases as were wanted, ordered by start, once; undefined before and after, and always when the file is
   * shorter, damaged or begins with phrases that make no sense
   */
  push(chunk: Uint8Array): readonly Phrase[] | undefined {
    if (this.isOver) {
      return undefined;
    }
    try {
      this.elements.push(chunk);
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      this.isOver = true;
    }
    if (this.collector.skippedCount > 0 || this.phrases.length < this.wantedCount) {
      return undefined;
    }
    this.isOver = true;
    return this.phrases
      .toSorted((a, b) => a.startMs - b.startMs)
      .map((phrase, index) => ({ index, ...phrase }));
  }

  private take(value: unknown): void {
    if (this.phrases.length < this.wantedCount && isRecord(value)) {
      const phrase = decodePhrase(value, this.startMs, this.collector);
      if (phrase === undefined) {
        this.collector.skippedCount++;
      } else {
        this.phrases.push(phrase);
      }
    }
  }
}
