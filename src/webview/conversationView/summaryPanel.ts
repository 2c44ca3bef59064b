/** What the transcript amounts to, in figures: shown above it on demand. */
import { html, type TemplateResult } from 'lit';
import { toFigures } from '../../transcript/exports/summaryFigures.ts';
import type { TalkMarks } from './talkMarks.ts';

/** @param talk of the open recording */
export function summaryPanel(talk: TalkMarks): TemplateResult {
  return html`<dl class="summary" aria-label="Summary">
    ${toFigures(talk).map(
      ({ label, value }) =>
        html`<div class="fact">
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
