/** What a transcript amounts to, as figures with their names: shown above it and written into exports. Pure. */
import type { SentimentTrend, TranscriptSummary } from '../transcriptSummary.ts';
import { toClock } from './timeText.ts';

export interface TranscriptFigures {
  readonly summary: TranscriptSummary;
  readonly sentiment: SentimentTrend;
}

export interface Figure {
  readonly label: string;
  readonly value: string;
}

/** In the order in which they are read; what is not known is left out. */
export function toFigures({ summary, sentiment }: TranscriptFigures): readonly Figure[] {
  const { durationMs, talkMs, turnCounts, silenceMs, overtalkMs, averageConfidence } = summary;
  const share = (partMs: number): string =>
    durationMs <= 0 ? '–' : `${String(Math.round((partMs / durationMs) * 100))} %`;
  const figures: readonly (readonly [string, string | undefined])[] = [
    ['Duration', toClock(durationMs)],
    ['Phrases', summary.phraseCount.toLocaleString('en-US')],
    ['Words', summary.wordCount.toLocaleString('en-US')],
    ['Turns', `${String(turnCounts.agent)} agent, ${String(turnCounts.customer)} customer`],
    ['Agent talks', share(talkMs.agent)],
    ['Customer talks', share(talkMs.customer)],
    ['System talks', talkMs.system > 0 ? share(talkMs.system) : undefined],
    ['Silence', share(silenceMs)],
    ['Overtalk', share(overtalkMs)],
    [
      'Confidence',
      averageConfidence === undefined
        ? undefined
        : `${String(Math.round(averageConfidence * 100))} %`,
    ],
    ['Sentiment', sentiment.average === undefined ? undefined : signed(sentiment.average)],
    ['Trend', sentiment.trend === undefined ? undefined : trendText(sentiment.trend)],
  ];
  return figures.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

/** The same for programs. Ratios are parts of the duration, 0 to 1; 0 when there is no duration. */
export function toSummaryJson({ summary, sentiment }: TranscriptFigures): object {
  const { durationMs, talkMs, silenceMs, overtalkMs, averageConfidence } = summary;
  const ratio = (partMs: number): number => (durationMs <= 0 ? 0 : rounded(partMs / durationMs));
  const known = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : rounded(value);
  return {
    durationMs,
    phraseCount: summary.phraseCount,
    wordCount: summary.wordCount,
    turnCounts: summary.turnCounts,
    talkRatios: {
      agent: ratio(talkMs.agent),
      customer: ratio(talkMs.customer),
      system: ratio(talkMs.system),
    },
    silenceRatio: ratio(silenceMs),
    overtalkRatio: ratio(overtalkMs),
    averageConfidence: known(averageConfidence),
    averageSentiment: known(sentiment.average),
    sentimentTrend: known(sentiment.trend),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Below it nobody would call it a change. */
const noticeableTrend = 0.1;

function trendText(trend: number): string {
  if (Math.abs(trend) < noticeableTrend) {
    return `steady (${signed(trend)})`;
  }
  return `${trend > 0 ? 'better' : 'worse'} (${signed(trend)})`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
}
