/**
 * A transcript as lines against the sound: what every export format is made from. Pure; knows no format.
 */
import type { Interval } from '../../model/interval.ts';
import type { Phrase, Word } from '../../model/transcript.ts';
import type { Alignment } from '../alignment.ts';
import { sideOf, type SpeakerSide } from '../roles.ts';
import { speakerName, type Speaker } from '../speakers.ts';

/** One phrase. Times are milliseconds from the start of the recording, or of the clip; whole and half-open. */
export interface TranscriptLine {
  /** Position of the phrase in the whole transcript, from 0: stays the same whatever is filtered. */
  readonly index: number;
  readonly role: string;
  readonly side: SpeakerSide;
  readonly speaker: string;
  /** Negative when it was said before the recording began. */
  readonly startMs: number;
  readonly endMs: number;
  /** Wall clock of its start, epoch milliseconds. */
  readonly epochMs: number;
  /** With punctuation where the platform has it. One line: no breaks, no control characters. */
  readonly text: string;
  /** 0 to 1. */
  readonly confidence: number | undefined;
  readonly words: readonly LineWord[];
}

/** A word, in the times of its line. */
export interface LineWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number | undefined;
}

export interface LineOptions {
  readonly alignment: Alignment;
  readonly speakers: readonly Speaker[];
  /** Only these; everybody when undefined. */
  readonly sides?: readonly SpeakerSide[] | undefined;
  /** Only what is heard in this stretch of the recording, in milliseconds; times then count from its start. */
  readonly clip?: Interval | undefined;
}

/** Lines in the order of the phrases. Words outside of a clip are left out; the text of a line is kept whole. */
export function* toLines(
  phrases: Iterable<Phrase>,
  options: LineOptions,
): Generator<TranscriptLine, void, undefined> {
  const { alignment, sides, clip, speakers } = options;
  const zeroMs = clip?.startMs ?? 0;
  for (const phrase of phrases) {
    const side = sideOf(phrase.role);
    const span = spanOf(phrase, alignment);
    if ((sides !== undefined && !sides.includes(side)) || !touches(span, clip)) {
      continue;
    }
    yield {
      index: phrase.index,
      role: phrase.role,
      side,
      speaker: oneLine(speakerName(phrase, speakers)),
      startMs: span.startMs - zeroMs,
      endMs: span.endMs - zeroMs,
      epochMs: phrase.startMs,
      text: oneLine(phrase.decoratedText ?? phrase.text),
      confidence: phrase.confidence,
      words: toWords(phrase.words, options),
    };
  }
}

function toWords(words: readonly Word[], { alignment, clip }: LineOptions): readonly LineWord[] {
  const zeroMs = clip?.startMs ?? 0;
  return words.flatMap((word) => {
    const span = spanOf(word, alignment);
    return touches(span, clip)
      ? [
          {
            text: oneLine(word.text),
            startMs: span.startMs - zeroMs,
            endMs: span.endMs - zeroMs,
            confidence: word.confidence,
          },
        ]
      : [];
  });
}

function spanOf(
  { startMs, durationMs }: { readonly startMs: number; readonly durationMs: number },
  alignment: Alignment,
): Interval {
  return {
    startMs: Math.round(alignment.toRecordingMs(startMs)),
    endMs: Math.round(alignment.toRecordingMs(startMs + durationMs)),
  };
}

/** What has no length belongs to the moment at which it is. */
function touches(span: Interval, clip: Interval | undefined): boolean {
  return (
    clip === undefined ||
    (span.startMs < clip.endMs && Math.max(span.endMs, span.startMs + 1) > clip.startMs)
  );
}

/** Formats end a field at a break; a transcript's breaks mean nothing. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u2028\u2029]+/gu, ' ').trim();
}
