/** How the transcript list looks: like a list of the editor, with the spoken phrase and word marked. */
import { css } from 'lit';

export const transcriptStyles = css`
  :host {
    display: block;
    position: relative;
    min-height: 0;
    container-type: inline-size;
  }
  .scroller {
    height: 100%;
    overflow-y: auto;
    outline: none;
    overflow-anchor: none;
  }
  .scroller:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .list {
    position: relative;
    width: 100%;
  }
  .row {
    contain: layout style;
    position: absolute;
    top: 0;
    left: 0;
    display: grid;
    grid-template-columns: 60px minmax(80px, 130px) minmax(0, 1fr);
    gap: 0 12px;
    width: 100%;
    padding: 5px 16px 5px 13px;
    border-left: 3px solid transparent;
    box-sizing: border-box;
    line-height: 1.5;
    cursor: pointer;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .agent {
    --tone: var(--vscode-charts-blue, #3794ff);
  }
  .customer {
    --tone: var(--vscode-symbolIcon-classForeground, #ee9d28);
  }
  .system {
    --tone: var(--vscode-charts-purple, #b180d7);
  }
  .start {
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
    text-align: right;
    white-space: nowrap;
    user-select: none;
  }
  .speaker {
    overflow: hidden;
    font-weight: 600;
    color: color-mix(in srgb, var(--tone) 50%, var(--vscode-foreground));
    text-overflow: ellipsis;
    white-space: nowrap;
    user-select: none;
  }
  .text {
    max-width: 90ch;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .row.spoken {
    border-left-color: var(--tone);
    background: var(--vscode-list-inactiveSelectionBackground);
  }
  .scroller:focus-visible .row.active {
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
    outline-offset: -1px;
  }
  .row.matched {
    background: var(--vscode-list-hoverBackground);
  }
  .word {
    border-radius: 3px;
  }
  .word:hover {
    text-decoration: underline;
  }
  /* No paler text: who sees little would not read it at all. */
  .unsure {
    text-decoration: underline dotted var(--vscode-descriptionForeground);
    text-underline-offset: 3px;
  }
  .match {
    background: var(--vscode-editor-findMatchHighlightBackground);
    outline: 1px solid var(--vscode-editor-findMatchHighlightBorder, transparent);
  }
  .matched .match {
    background: var(--vscode-editor-findMatchBackground);
    outline: 1px solid
      var(--vscode-editor-findMatchBorder, var(--vscode-contrastActiveBorder, transparent));
  }
  /* As in the editor: there it is the line alone that tells the current match from the others. */
  :host-context(.vscode-high-contrast) .match,
  :host-context(.vscode-high-contrast-light) .match {
    outline-style: dotted;
  }
  :host-context(.vscode-high-contrast) .matched .match,
  :host-context(.vscode-high-contrast-light) .matched .match {
    outline-width: 2px;
    outline-style: solid;
  }
  .now {
    background: var(--vscode-button-background);
    color: var(--vscode-button-foreground);
    box-shadow: 0 0 0 2px var(--vscode-button-background);
    text-decoration: none;
  }
  :host-context(.vscode-high-contrast) .row.spoken,
  :host-context(.vscode-high-contrast-light) .row.spoken {
    outline: 1px solid var(--vscode-contrastActiveBorder);
    outline-offset: -1px;
  }
  :host-context(.vscode-high-contrast) .speaker,
  :host-context(.vscode-high-contrast-light) .speaker {
    color: var(--vscode-foreground);
  }
  :host-context(.vscode-high-contrast) .now,
  :host-context(.vscode-high-contrast-light) .now {
    outline: 2px solid var(--vscode-contrastActiveBorder);
  }
  @container (max-width: 520px) {
    .row {
      grid-template-columns: auto minmax(0, 1fr);
      gap: 0 8px;
      padding: 4px 10px 4px 9px;
    }
    .text {
      grid-column: 1 / -1;
    }
  }
`;
