/** What is shown in place of a conversation or of its transcript while there is none. */
import { html, nothing, type TemplateResult } from 'lit';
import { waitingIcon } from './buttons.ts';

/** The page while the conversation is being opened. */
export function loadingTemplate(message: string): TemplateResult {
  return html`<div class="state" role="status">
    ${waitingIcon(24)}
    <h1>${message}</h1>
  </div>`;
}

/** The page when it could not be opened; without `onRetry` trying again is of no use. */
export function failedTemplate(message: string, onRetry: (() => void) | undefined): TemplateResult {
  return html`<div class="state" role="alert">
    <vscode-icon name="error" size="24"></vscode-icon>
    <h1>${message}</h1>
    ${
      onRetry === undefined
        ? nothing
        : html`<button type="button" class="primary" @click=${onRetry}>Retry</button>`
    }
  </div>`;
}

/** A transcript without rows; `icon` is a codicon, `loading` the one that turns; `action` is what could be done about it. */
export function emptyTemplate(
  icon: string,
  message: string,
  action?: { readonly label: string; readonly onClick: () => void },
): TemplateResult {
  return html`<div class="empty" role="status">
    ${
      icon === 'loading'
        ? waitingIcon(20)
        : html`<vscode-icon name=${icon} size="20"></vscode-icon>`
    }
    <p>${message}</p>
    ${
      action === undefined
        ? nothing
        : html`<button type="button" class="secondary" @click=${action.onClick}>
            ${action.label}
          </button>`
    }
  </div>`;
}
