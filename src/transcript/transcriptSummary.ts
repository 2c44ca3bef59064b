/** What a transcript amounts to: turns, words, who spoke how much, silence and overtalk; one pass in constant memory. */
import type { Phrase, SentimentMark } from '../model/transcript.ts';
import { sideOf, type SpeakerSide } from './roles.ts';

export interface TranscriptSummary {
  /** From the first phrase's start to the last end, or what was given. */
  readonly durationMs: number;
  readonly phraseCount: number;
  readonly wordCount: number;
  /** A turn is a run of phrases of one side. */
  readonly turnCounts: Readonly<Record<SpeakerSide, number>>;
  /** Time in which the side speaks; overlaps within a side count once. */
  readonly talkMs: Readonly<Record<SpeakerSide, number>>;
  /** Time in which nobody speaks. */
  readonly silenceMs: number;
  /** Time in which more than one side speaks. */
  readonly overtalkMs: number;
  /** Mean of the phrases that have one, 0 to 1; undefined when none has. */
  readonly averageConfidence: number | undefined;
}

/** Stretches of talk, silence and overtalk of a conversation; epoch milliseconds, half-open, in order. */
export interface TalkStretch {
  readonly kind: 'overtalk' | 'silence';
  readonly startMs: number;
  readonly endMs: number;
}

const sides: readonly SpeakerSide[] = ['agent', 'customer', 'system'];

/** Takes phrases ordered by start, one by one. */
export class TranscriptSummarizer {
  private readonly turnCounts = { agent: 0, customer: 0, system: 0 };
  private readonly talkMs = { agent: 0, customer: 0, system: 0 };
  private readonly busyUntilMs: Record<SpeakerSide, number> = {
    agent: -Infinity,
    customer: -Infinity,
    system: -Infinity,
  };
  private readonly onStretch: (stretch: TalkStretch) => void;
  private startMs: number | undefined;
  private endMs = -Infinity;
  private overtalkUntilMs = -Infinity;
  private overtalkMs = 0;
  private silenceMs = 0;
  private lastSide: SpeakerSide | undefined;
  private phraseCount = 0;
  private wordCount = 0;
  private confidenceSum = 0;
  private confidenceCount = 0;

  /** @param onStretch told of every silence and overtalk, in the order in which they are found */
  constructor(onStretch: (stretch: TalkStretch) => void = () => undefined) {
    this.onStretch = onStretch;
  }

  add(phrase: Phrase): void {
    const side = sideOf(phrase.role);
    const startMs = phrase.startMs;
    const endMs = startMs + Math.max(0, phrase.durationMs);
    this.startMs ??= startMs;
    this.phraseCount++;
    this.wordCount += phrase.words.length > 0 ? phrase.words.length : countWords(phrase.text);
    if (phrase.confidence !== undefined) {
      this.confidenceSum += phrase.confidence;
      this.confidenceCount++;
    }
    if (side !== this.lastSide) {
      this.turnCounts[side]++;
      this.lastSide = side;
    }
    this.addSilence(startMs);
    this.addOvertalk(side, startMs, endMs);
    this.talkMs[side] += Math.max(0, endMs - Math.max(startMs, this.busyUntilMs[side]));
    this.busyUntilMs[side] = Math.max(this.busyUntilMs[side], endMs);
    this.endMs = Math.max(this.endMs, endMs);
  }

  /** @param durationMs of the whole conversation or recording, when it is known: what lies beyond the phrases is silence. */
  finish(durationMs?: number): TranscriptSummary {
    const spokenMs = this.startMs === undefined ? 0 : this.endMs - this.startMs;
    const wholeMs = Math.max(spokenMs, durationMs ?? 0);
    return {
      durationMs: wholeMs,
      phraseCount: this.phraseCount,
      wordCount: this.wordCount,
      turnCounts: { ...this.turnCounts },
      talkMs: { ...this.talkMs },
      silenceMs: this.silenceMs + (wholeMs - spokenMs),
      overtalkMs: this.overtalkMs,
      averageConfidence:
        this.confidenceCount === 0 ? undefined : this.confidenceSum / this.confidenceCount,
    };
  }

  private addSilence(startMs: number): void {
    if (Number.isFinite(this.endMs) && startMs > this.endMs) {
      this.silenceMs += startMs - this.endMs;
      this.onStretch({ kind: 'silence', startMs: this.endMs, endMs: startMs });
    }
  }

  /** Phrases come by start, so another side that is still busy overlaps from this start on. */
  private addOvertalk(side: SpeakerSide, startMs: number, endMs: number): void {
    const othersUntilMs = Math.max(
      ...sides.filter((each) => each !== side).map((each) => this.busyUntilMs[each]),
    );
    const fromMs = Math.max(startMs, this.overtalkUntilMs);
    const toMs = Math.min(endMs, othersUntilMs);
    if (toMs > fromMs) {
      this.overtalkMs += toMs - fromMs;
      this.overtalkUntilMs = toMs;
      this.onStretch({ kind: 'overtalk', startMs: fromMs, endMs: toMs });
    }
  }
}

export interface SentimentTrend {
  /** Mean of the marks, -1 to 1; undefined without any. */
  readonly average: number | undefined;
  /** Mean of the second half of the marks less that of the first; above 0 means it got better. Undefined below two marks. */
  readonly trend: number | undefined;
}

/** @param marks ordered by start */
export function summarizeSentiment(marks: readonly SentimentMark[]): SentimentTrend {
  const values = marks.map(({ sentiment }) => sentiment);
  const middle = Math.floor(values.length / 2);
  const first = mean(values.slice(0, middle));
  const second = mean(values.slice(values.length - middle));
  return {
    average: mean(values),
    trend: first === undefined || second === undefined ? undefined : second - first,
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0
    ? undefined
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Text without marked words: runs between spaces, and each letter of scripts that write none. */
function countWords(text: string): number {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu,
    )?.length ?? 0
  );
}
