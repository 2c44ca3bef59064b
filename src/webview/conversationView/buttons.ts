/** Small pieces that several elements render: tool buttons and their styles, in the editor's own look. */
import { css, html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-icon/index.js';

export interface ToolButton {
  /** Name of a codicon. */
  readonly icon: string;
  /** What it does; also what a screen reader says. */
  readonly label: string;
  readonly shortcut?: string;
  /** Given for a button that stays pressed. */
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}

export function toolButton(button: ToolButton): TemplateResult {
  const { icon, label, shortcut, isPressed, isDisabled = false, onClick } = button;
  return html`<button
    type="button"
    class="tool"
    title=${shortcut === undefined ? label : `${label} (${shortcut})`}
    aria-label=${label}
    aria-pressed=${isPressed === undefined ? nothing : String(isPressed)}
    ?disabled=${isDisabled}
    @click=${onClick}
  >
    <vscode-icon name=${icon}></vscode-icon>
  </button>`;
}

/** Says that something is awaited; stands still for people who ask for less motion. */
export function waitingIcon(sizePx: number): TemplateResult {
  const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return html`<vscode-icon name="loading" size=${String(sizePx)} ?spin=${!isStill}></vscode-icon>`;
}

export const controlStyles = css`
  * {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    color: inherit;
  }
  .tool {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    flex: none;
    width: 24px;
    height: 24px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 5px;
    background: none;
    color: var(--vscode-icon-foreground, var(--vscode-foreground));
    cursor: pointer;
  }
  .tool:hover:not(:disabled) {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .tool:active:not(:disabled) {
    background: var(--vscode-toolbar-activeBackground);
  }
  .tool[aria-pressed='true'] {
    background: var(--vscode-inputOption-activeBackground);
    border-color: var(--vscode-inputOption-activeBorder, transparent);
    color: var(--vscode-inputOption-activeForeground, inherit);
  }
  .tool:disabled {
    opacity: 0.4;
    cursor: default;
  }
  button:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  select,
  input {
    height: 24px;
    padding: 0 4px;
    border: 1px solid
      var(--vscode-settings-dropdownBorder, var(--vscode-dropdown-border, transparent));
    border-radius: 3px;
    font: inherit;
  }
  select {
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
  }
  input {
    border-color: var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground);
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
  }
  select:focus-visible,
  input:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .grow {
    flex: 1 1 auto;
    min-width: 0;
  }
`;
