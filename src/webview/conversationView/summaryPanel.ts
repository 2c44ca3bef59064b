/** What the transcript amounts to, in figures: shown above it on demand. */
import { html, nothing, type TemplateResult } from 'lit';
import type { TalkMarks } from './talkMarks.ts';
import { formatTime } from './timeFormat.ts';

/** @param talk of the open recording */
export function summaryPanel({ summary, sentiment }: TalkMarks): TemplateResult {
  const { durationMs, talkMs, turnCounts, silenceMs, overtalkMs, averageConfidence } = summary;
  const share = (partMs: number): string =>
    durationMs <= 0 ? '–' : `${String(Math.round((partMs / durationMs) * 100))} %`;
  const figures: readonly (readonly [string, string | undefined])[] = [
    ['Duration', formatTime(durationMs)],
    ['Phrases', summary.phraseCount.toLocaleString()],
    ['Words', summary.wordCount.toLocaleString()],
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
  return html`<dl class="summary" aria-label="Summary">
    ${figures.map(([label, value]) =>
      value === undefined
        ? nothing
        : html`<div class="fact">
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
    )}
  </dl>`;
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
