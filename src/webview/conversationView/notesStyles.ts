/** How the notes look; colours only from the editor's theme. */
import { css } from 'lit';

export const notesStyles = css`
  .notes {
    flex: none;
    max-height: 34vh;
    padding: 6px 16px;
    overflow-y: auto;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .notes p {
    margin: 0;
    padding: 2px 0;
  }
  .note-hint,
  .undo {
    color: var(--vscode-descriptionForeground);
  }
  .add-note {
    padding: 0;
  }
  .note-form {
    display: flex;
    flex-direction: column;
    gap: 4px;
    padding: 2px 0 6px;
  }
  .note-text {
    width: 100%;
    min-height: 44px;
    padding: 4px 6px;
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    border-radius: 3px;
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground);
    font: inherit;
    resize: vertical;
  }
  .note-text::placeholder {
    color: var(--vscode-input-placeholderForeground);
  }
  .note-text:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .note-actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .note-tags {
    flex: 1 1 160px;
    min-width: 80px;
    padding: 0 6px;
  }
  .note-list {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .note {
    display: flex;
    align-items: flex-start;
    gap: 4px 8px;
    padding: 2px 0;
    line-height: 24px;
    content-visibility: auto;
    contain-intrinsic-height: auto 28px;
  }
  .note-time {
    flex: none;
    min-width: 11ch;
    padding: 0;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
    text-align: left;
    white-space: nowrap;
  }
  .note-time.link {
    min-height: 24px;
    color: var(--vscode-textLink-foreground);
  }
  .note-words {
    flex: 1 1 auto;
    min-width: 0;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    user-select: text;
  }
  .note-tag {
    padding: 1px 6px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 8px;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    font-size: 0.9em;
  }
`;
