/** One message or e-mail in the list: who, when, what, and the files that came with it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Message } from '../../model/message.ts';
import type { AttachmentSnapshot } from '../../protocol/conversationView.ts';
import { toolButton } from './buttons.ts';
import { buildPlainHtml } from './plainHtml.ts';
import { formatBytes } from './timeFormat.ts';
import type { TranscriptRow } from './transcriptRows.ts';

export interface MessageOptions {
  readonly row: TranscriptRow & { readonly message: Message };
  readonly start: string;
  readonly attachments: readonly AttachmentSnapshot[];
  readonly searchText: string;
  readonly onOpen: (id: string, isRevealed: boolean) => void;
}

/** The inside of a row. */
export function messageBody(options: MessageOptions): TemplateResult {
  const { row, start, attachments } = options;
  const { message, speaker } = row;
  return html`<div class="bubble">
    <div class="head">
      <span class="speaker" title=${speaker}>${speaker}</span>
      <span class="start">${start}</span>
    </div>
    ${message.recipients.map(
      ({ label, names }) => html`<div class="recipients">${label}: ${names}</div>`,
    )}
    ${
      message.subject === undefined
        ? nothing
        : html`<div class="subject">${marked(message.subject, options.searchText)}</div>`
    }
    ${bodyOf(options)}
    ${
      attachments.length === 0
        ? nothing
        : html`<ul class="attachments" aria-label="Attachments">
            ${attachments.map((attachment) => attachmentItem(attachment, options.onOpen))}
          </ul>`
    }
  </div>`;
}

/** While searching, the text version: only there can be shown what was found. */
function bodyOf({ row: { message }, searchText }: MessageOptions): TemplateResult | typeof nothing {
  if (message.html !== undefined && searchText.trim() === '') {
    return html`<div class="body html">${mailOf(message)}</div>`;
  }
  return message.text === ''
    ? nothing
    : html`<div class="body">${marked(message.text, searchText)}</div>`;
}

/** Built once a message: the list renders its rows again with every step. */
const built = new WeakMap<Message, Node>();

function mailOf(message: Message): Node {
  const known = built.get(message);
  if (known !== undefined) {
    return known;
  }
  const mail = buildPlainHtml(message.html ?? '');
  built.set(message, mail);
  return mail;
}

function attachmentItem(
  { id, name, sizeBytes, problem }: AttachmentSnapshot,
  onOpen: MessageOptions['onOpen'],
): TemplateResult {
  const size = sizeBytes === undefined ? '' : ` (${formatBytes(sizeBytes)})`;
  return html`<li class="attachment">
    <vscode-icon name="file"></vscode-icon>
    ${
      problem === undefined
        ? html`<button
              type="button"
              class="link"
              title="Open ${name}"
              @click=${(): void => {
                onOpen(id, false);
              }}
            >
              ${name}${size}</button
            >${toolButton({
              icon: 'folder-opened',
              label: `Reveal ${name}`,
              onClick: () => {
                onOpen(id, true);
              },
            })}`
        : html`<span title=${problem}>${name}: ${problem}</span>`
    }
  </li>`;
}

/** The text with what was searched for in marks. */
function marked(text: string, searchText: string): readonly (string | TemplateResult)[] {
  const wanted = searchText.trim().replaceAll(/\s+/gu, ' ').toLowerCase();
  if (wanted === '') {
    return [text];
  }
  const parts: (string | TemplateResult)[] = [];
  const lower = text.toLowerCase();
  // Some letters change their length with their case; then nothing can be marked, and the row still is.
  const isAligned = lower.length === text.length;
  let from = 0;
  for (let at = isAligned ? lower.indexOf(wanted) : -1; at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(
      text.slice(from, at),
      html`<span class="match">${text.slice(at, at + wanted.length)}</span>`,
    );
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}
