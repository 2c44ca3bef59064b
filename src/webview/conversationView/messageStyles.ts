/** How messages and e-mails look in the list: bubbles on the side of who wrote them. */
import { css } from 'lit';

export const messageStyles = css`
  .row.message {
    display: flex;
    padding: 4px 16px;
    border-left: none;
    cursor: default;
  }
  .row.message:hover,
  .row.message.spoken,
  .row.message.matched {
    background: none;
  }
  .row.message.agent {
    justify-content: flex-end;
  }
  .row.message.system {
    justify-content: center;
  }
  .bubble {
    min-width: min(220px, 100%);
    max-width: min(86%, 90ch);
    padding: 6px 12px 8px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-left: 3px solid var(--tone);
    border-radius: 6px;
    background: var(--vscode-editorWidget-background, var(--vscode-list-hoverBackground));
    color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
  }
  .message.matched .bubble {
    outline: 1px solid var(--vscode-focusBorder);
  }
  .head {
    display: flex;
    gap: 16px;
    align-items: baseline;
    justify-content: space-between;
  }
  .message .speaker {
    color: inherit;
  }
  .recipients {
    color: var(--vscode-descriptionForeground);
    overflow-wrap: anywhere;
  }
  .subject {
    margin: 2px 0 4px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .body {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    user-select: text;
  }
  .body.html {
    max-height: 60vh;
    overflow: auto;
    white-space: normal;
  }
  .body.html table {
    border-collapse: collapse;
  }
  .body.html td,
  .body.html th {
    padding: 2px 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    text-align: start;
    vertical-align: top;
  }
  .body.html blockquote {
    margin: 4px 0;
    padding-left: 10px;
    border-left: 2px solid var(--vscode-textBlockQuote-border, var(--tone));
  }
  .attachments {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    margin: 6px 0 0;
    padding: 0;
    list-style: none;
  }
  .attachment {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .link {
    padding: 0 2px;
    border: none;
    background: none;
    color: var(--vscode-textLink-foreground);
    text-align: start;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  .link:hover {
    text-decoration: underline;
  }
  @container (max-width: 520px) {
    .row.message {
      padding: 3px 10px;
    }
    .bubble {
      max-width: 100%;
    }
  }
`;
