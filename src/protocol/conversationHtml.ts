/** The conversation view's document, as a pure function: what the page may load is decided here and nowhere else. */

/** Of the page's element: the page saves the id before it has anything else to save. */
export const conversationIdAttribute = 'conversation-id';

export interface ConversationHtmlOptions {
  /** The webview's `cspSource`. */
  readonly cspSource: string;
  /** Fresh for every document: letters, digits, `+`, `/`, `-`, `_`, `=` only. */
  readonly nonce: string;
  readonly scriptUrl: string;
  readonly styleUrl: string;
  readonly codiconUrl: string;
  readonly title: string;
  /** Whose page it is, for `conversationIdAttribute`. */
  readonly conversationId: string;
}

/**
 * Renders the document. Scripts run by nonce only; styles, fonts, pictures, sound and files come from the extension's and the
 * archive's resource roots only; nothing inline, nothing from the network.
 */
export function renderConversationHtml(options: ConversationHtmlOptions): string {
  const { cspSource, nonce } = options;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    ...['style-src', 'font-src', 'img-src', 'media-src', 'connect-src'].map(
      (directive) => `${directive} ${cspSource}`,
    ),
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(options.title)}</title>
    <link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escapeHtml(options.codiconUrl)}" />
    <link rel="stylesheet" href="${escapeHtml(options.styleUrl)}" />
  </head>
  <body>
    <main>
      <genesys-conversation-view ${conversationIdAttribute}="${escapeHtml(options.conversationId)}"></genesys-conversation-view>
    </main>
    <script nonce="${escapeHtml(nonce)}" src="${escapeHtml(options.scriptUrl)}"></script>
  </body>
</html>
`;
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => entities.get(character) ?? '');
}
