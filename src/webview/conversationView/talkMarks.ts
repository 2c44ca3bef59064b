/** What a transcript says about the time of its recording: silence, overtalk, sentiment, topics, and all of it summed up. Pure. */
import type { Phrase, SentimentMark, TopicMark } from '../../model/transcript.ts';
import {
  summarizeSentiment,
  TranscriptSummarizer,
  type SentimentTrend,
  type TranscriptSummary,
} from '../../transcript/transcriptSummary.ts';
import type { Viewport } from './waveformLayout.ts';

export interface LabelledMark extends Viewport {
  readonly kind: 'silence' | 'overtalk' | 'positive' | 'negative' | 'topic' | 'note';
  readonly label: string;
}

export interface TalkMarks {
  readonly silences: readonly Viewport[];
  readonly overtalks: readonly Viewport[];
  /** Everything that is drawn, ordered by kind and start. */
  readonly marks: readonly LabelledMark[];
  readonly summary: TranscriptSummary;
  readonly sentiment: SentimentTrend;
}

export interface TalkSource {
  /** Ordered by start. */
  readonly phrases: readonly Phrase[];
  readonly sentiments: readonly SentimentMark[];
  readonly topics: readonly TopicMark[];
}

/** A pause between two phrases is no silence. */
const shortestSilenceMs = 1500;
const shortestOvertalkMs = 200;
/** Between them a mark is neutral, and not drawn. */
const sentimentLimit = 0.2;

/** @param durationMs of the recording, when there is one: what lies beyond the phrases is silence */
export function toTalkMarks(
  { phrases, sentiments, topics }: TalkSource,
  toRecordingMs: (epochMs: number) => number,
  durationMs: number | undefined,
): TalkMarks {
  const silences: Viewport[] = [];
  const overtalks: Viewport[] = [];
  const spanOf = ({ startMs, endMs }: Viewport): Viewport => ({
    startMs: toRecordingMs(startMs),
    endMs: toRecordingMs(endMs),
  });
  const summarizer = new TranscriptSummarizer(({ kind, ...stretch }) => {
    const span = spanOf(stretch);
    const lengthMs = span.endMs - span.startMs;
    if (kind === 'silence' && lengthMs >= shortestSilenceMs) {
      silences.push(span);
    } else if (kind === 'overtalk' && lengthMs >= shortestOvertalkMs) {
      overtalks.push(span);
    }
  });
  for (const phrase of phrases) {
    summarizer.add(phrase);
  }
  const spanOfMark = (mark: { readonly startMs: number; readonly durationMs: number }): Viewport =>
    spanOf({ startMs: mark.startMs, endMs: mark.startMs + Math.max(1, mark.durationMs) });
  return {
    silences,
    overtalks,
    marks: [
      ...silences.map((span) => ({ ...span, kind: 'silence' as const, label: 'Silence' })),
      ...overtalks.map((span) => ({ ...span, kind: 'overtalk' as const, label: 'Overtalk' })),
      ...sentiments
        .filter(({ sentiment }) => Math.abs(sentiment) >= sentimentLimit)
        .map((mark) => ({
          ...spanOfMark(mark),
          kind: mark.sentiment > 0 ? ('positive' as const) : ('negative' as const),
          label: `${mark.sentiment > 0 ? 'Positive' : 'Negative'} (${mark.sentiment.toFixed(2)})`,
        })),
      ...topics.map((mark) => ({
        ...spanOfMark(mark),
        kind: 'topic' as const,
        label: `Topic: ${mark.name}`,
      })),
    ],
    summary: summarizer.finish(durationMs),
    sentiment: summarizeSentiment(sentiments),
  };
}
