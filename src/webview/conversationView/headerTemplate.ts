/** The head of the page: what conversation this is, which recording is open, and what is missing. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationSnapshot, RecordingSnapshot } from '../../protocol/conversationView.ts';
import { toolButton } from './buttons.ts';
import type { ConversationController } from './conversationController.ts';
import { formatTime } from './timeFormat.ts';
import { messagesId } from './viewState.ts';

export interface HeaderOptions {
  readonly conversation: ConversationSnapshot;
  readonly recording: RecordingSnapshot | undefined;
  readonly onSelectRecording: (recordingId: string) => void;
  readonly onCopy: (what: 'id' | 'link') => void;
  readonly noteCount: number;
  readonly isNotesShown: boolean;
  readonly onToggleNotes: () => void;
}

const mediaIcons: ReadonlyMap<string, string> = new Map([
  ['voice', 'unmute'],
  ['callback', 'call-outgoing'],
  ['chat', 'comment-discussion'],
  ['message', 'comment'],
  ['email', 'mail'],
]);

export function headerTemplate(options: HeaderOptions): TemplateResult {
  const { conversation } = options;
  return html`<header>
    <div class="title">
      <vscode-icon name=${mediaIcons.get(conversation.mediaType) ?? 'comment'}></vscode-icon>
      <h1 title=${conversation.title}>${conversation.title}</h1>
      ${recordingPicker(options)}
      ${toolButton({
        icon: 'note',
        label: options.noteCount === 0 ? 'Notes' : `Notes (${options.noteCount.toLocaleString()})`,
        shortcut: 'Shift+M',
        isPressed: options.isNotesShown,
        onClick: options.onToggleNotes,
      })}
      ${toolButton({
        icon: 'copy',
        label: 'Copy conversation id',
        onClick: () => {
          options.onCopy('id');
        },
      })}
      ${toolButton({
        icon: 'link',
        label: 'Copy a link to this moment',
        shortcut: 'Y',
        onClick: () => {
          options.onCopy('link');
        },
      })}
    </div>
    ${
      conversation.facts.length === 0
        ? nothing
        : html`<dl class="facts">
            ${conversation.facts.map(
              ({ label, value }) =>
                html`<div class="fact">
                  <dt>${label}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>`
    }
  </header>`;
}

function recordingPicker({
  conversation: { recordings, texts },
  recording,
  onSelectRecording,
}: HeaderOptions): TemplateResult | typeof nothing {
  return recordings.length + Math.min(1, texts.length) < 2
    ? nothing
    : html`<select
        class="recordings"
        aria-label="Recording"
        title="Recording"
        @change=${(event: Event): void => {
          if (event.currentTarget instanceof HTMLSelectElement) {
            onSelectRecording(event.currentTarget.value);
          }
        }}
      >
        ${recordings.map(
          ({ recordingId, label, durationMs }) =>
            html`<option value=${recordingId} ?selected=${recordingId === recording?.recordingId}>
              ${label} (${formatTime(durationMs)})
            </option>`,
        )}
        ${
          texts.length === 0
            ? nothing
            : html`<option value=${messagesId} ?selected=${recording === undefined}>
                Messages
              </option>`
        }
      </select>`;
}

/** What is missing of the conversation, and what went wrong with its sound. */
export function bannersTemplate(
  controller: Pick<
    ConversationController,
    'conversation' | 'recording' | 'player' | 'waveformProblem' | 'reloadParts'
  >,
): TemplateResult {
  const { conversation, recording, player, waveformProblem } = controller;
  const retry = (): void => {
    controller.reloadParts();
  };
  const problems = [player.state.problem, waveformProblem].filter(
    (problem) => problem !== undefined,
  );
  return html`<div class="banners">
    ${conversation?.notices.map((notice) => banner('info', notice))}
    ${recording?.problems.map((problem) => banner('warning', problem))}
    ${problems.map((problem) => banner('warning', problem, retry))}
  </div>`;
}

/** A line that says what is missing or went wrong, with a way to try again where there is one. */
export function banner(
  kind: 'info' | 'warning',
  message: string,
  onRetry?: () => void,
): TemplateResult {
  return html`<div class="banner ${kind}" role="status">
    <vscode-icon name=${kind}></vscode-icon>
    <span class="grow">${message}</span>
    ${
      onRetry === undefined
        ? nothing
        : html`<button type="button" class="link" @click=${onRetry}>Retry</button>`
    }
  </div>`;
}
