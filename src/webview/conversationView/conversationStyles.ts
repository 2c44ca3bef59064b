/** How the page is laid out; colours only from the editor's theme. */
import { css } from 'lit';

export const conversationStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
    overflow: hidden;
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size);
    color: var(--vscode-foreground);
    container-type: inline-size;
  }
  header {
    flex: none;
    padding: 10px 16px 8px;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 8px;
    min-width: 0;
  }
  h1 {
    flex: 1 1 auto;
    min-width: 0;
    margin: 0;
    overflow: hidden;
    font-size: 1.15em;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .recordings {
    flex: 0 1 auto;
    min-width: 90px;
    max-width: 45%;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 18px;
    margin: 5px 0 0;
  }
  .fact {
    display: flex;
    gap: 6px;
    min-width: 0;
  }
  dt {
    color: var(--vscode-descriptionForeground);
    white-space: nowrap;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .banners {
    flex: none;
    max-height: 30vh;
    overflow-y: auto;
  }
  .words .banners {
    padding-top: 8px;
  }
  .banner {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 0 16px 6px;
    padding: 4px 8px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 4px;
    background: var(--vscode-textBlockQuote-background, var(--vscode-editorWidget-background));
    color: var(--vscode-descriptionForeground);
    line-height: 1.4;
  }
  .banner.warning {
    --vscode-icon-foreground: var(--vscode-editorWarning-foreground);
    color: var(--vscode-foreground);
  }
  .link {
    padding: 0 2px;
    border: none;
    background: none;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
  }
  .link:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  .sound {
    flex: none;
    padding: 0 16px 6px;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  genesys-transport-bar {
    margin-top: 6px;
  }
  .channels {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    padding-top: 4px;
  }
  .channel {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
  }
  .channel-name {
    max-width: 16ch;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .volume {
    width: 90px;
    height: 20px;
    padding: 0;
    border: none;
    background: none;
    accent-color: var(--vscode-button-background);
  }
  .secondary {
    height: 26px;
    padding: 0 14px;
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    border-radius: 3px;
    background: var(--vscode-button-secondaryBackground);
    color: var(--vscode-button-secondaryForeground);
    cursor: pointer;
  }
  .secondary:hover {
    background: var(--vscode-button-secondaryHoverBackground);
  }
  .words {
    position: relative;
    display: flex;
    flex: 1 1 0;
    flex-direction: column;
    min-height: 0;
  }
  .tools {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 6px 16px;
  }
  .filters {
    display: inline-flex;
    gap: 2px;
  }
  .filter {
    height: 24px;
    padding: 0 8px;
    border: 1px solid transparent;
    border-radius: 5px;
    background: none;
    color: var(--vscode-descriptionForeground);
    cursor: pointer;
  }
  .filter:hover {
    background: var(--vscode-toolbar-hoverBackground);
    color: var(--vscode-foreground);
  }
  .filter[aria-pressed='true'] {
    border-color: var(--vscode-inputOption-activeBorder, transparent);
    background: var(--vscode-inputOption-activeBackground);
    color: var(--vscode-inputOption-activeForeground, var(--vscode-foreground));
  }
  .search {
    display: flex;
    flex: 1 1 200px;
    max-width: 320px;
    align-items: center;
    gap: 2px;
    min-width: 140px;
  }
  .search-text {
    flex: 1 1 auto;
    min-width: 60px;
    padding: 0 6px;
  }
  .count {
    flex: none;
    padding: 0 4px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .count.none {
    color: var(--vscode-errorForeground);
  }
  .offset {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 0 16px 6px;
    color: var(--vscode-descriptionForeground);
  }
  .summary {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 2px 18px;
    margin: 0;
    padding: 0 16px 6px;
    font-variant-numeric: tabular-nums;
  }
  .offset-ms {
    width: 72px;
  }
  .problem {
    color: var(--vscode-errorForeground);
  }
  genesys-transcript {
    flex: 1 1 0;
    min-height: 0;
  }
  .jump {
    position: absolute;
    right: 24px;
    bottom: 14px;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    height: 28px;
    padding: 0 12px 0 8px;
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    border-radius: 14px;
    background: var(--vscode-button-secondaryBackground);
    color: var(--vscode-button-secondaryForeground);
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
    cursor: pointer;
  }
  .jump:hover {
    background: var(--vscode-button-secondaryHoverBackground);
  }
  .state,
  .empty {
    display: flex;
    flex: 1;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 8px;
    padding: 24px;
    color: var(--vscode-descriptionForeground);
    text-align: center;
  }
  .state h1,
  .empty p {
    flex: none;
    max-width: 60ch;
    margin: 0;
    font-size: 1em;
    font-weight: normal;
    white-space: normal;
  }
  .primary {
    height: 26px;
    padding: 0 14px;
    border: 1px solid var(--vscode-button-border, transparent);
    border-radius: 3px;
    background: var(--vscode-button-background);
    color: var(--vscode-button-foreground);
    cursor: pointer;
  }
  .primary:hover {
    background: var(--vscode-button-hoverBackground);
  }
  /* Title and button stay; what is between them scrolls in a low panel. */
  .help[open] {
    display: flex;
    flex-direction: column;
  }
  .help {
    box-sizing: border-box;
    max-width: min(760px, calc(100vw - 32px));
    max-height: calc(100vh - 32px);
    padding: 16px 20px;
    border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, transparent));
    border-radius: 6px;
    background: var(--vscode-editorWidget-background);
    color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
    box-shadow: 0 4px 16px var(--vscode-widget-shadow, transparent);
  }
  .help::backdrop {
    background: transparent;
  }
  .help h2 {
    margin: 0 0 10px;
    font-size: 1.1em;
    font-weight: 600;
  }
  .help dl {
    min-height: 0;
    margin: 0 0 14px;
    overflow-y: auto;
    columns: 2 250px;
    column-gap: 32px;
  }
  .help dl div {
    display: flex;
    break-inside: avoid;
    gap: 16px;
    justify-content: space-between;
    padding: 2px 0;
  }
  .help dt {
    order: 2;
  }
  kbd {
    margin-left: 4px;
    padding: 1px 5px;
    border: 1px solid
      var(--vscode-keybindingLabel-border, var(--vscode-contrastBorder, transparent));
    border-radius: 3px;
    background: var(--vscode-keybindingLabel-background);
    color: var(--vscode-keybindingLabel-foreground, inherit);
    font: inherit;
    font-size: 0.9em;
  }
  .announcement {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  @container (max-width: 520px) {
    header {
      padding: 8px 10px 6px;
    }
    .sound {
      padding: 0 10px 4px;
    }
    .tools,
    .offset {
      padding-right: 10px;
      padding-left: 10px;
    }
    .banner {
      margin-right: 10px;
      margin-left: 10px;
    }
    .facts {
      gap: 1px 12px;
    }
    .filter {
      padding: 0 6px;
    }
    .summary {
      gap: 1px 12px;
      padding: 0 10px 6px;
    }
    .search {
      flex: 1 1 180px;
      order: 1;
      max-width: none;
    }
  }
`;
