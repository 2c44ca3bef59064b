import assert from 'node:assert/strict';
import { renderConversationHtml } from '../../../src/protocol/conversationHtml.ts';

const options = {
  cspSource: 'https://*.vscode-cdn.example',
  nonce: 'q83vEjRWeJA',
  scriptUrl: 'https://file.vscode-cdn.example/dist/webview/conversationView.js',
  styleUrl: 'https://file.vscode-cdn.example/media/conversationView.css',
  codiconUrl: 'https://file.vscode-cdn.example/dist/webview/codicon.css',
  title: 'Voice',
  conversationId: '8f4c2b1e-0000-4000-8000-000000000001',
};

/** Directive → its sources, as a browser reads them. */
function parsePolicy(html: string): ReadonlyMap<string, readonly string[]> {
  const content = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(html)?.[1] ?? '';
  return new Map(
    content
      .replaceAll('&#39;', "'")
      .split(';')
      .map((directive) => {
        const [name = '', ...sources] = directive.trim().split(/\s+/u);
        return [name, sources];
      }),
  );
}

suite('Conversation document', () => {
  test('allows scripts by nonce, own resources for the rest, and nothing else', () => {
    assert.deepEqual(
      [...parsePolicy(renderConversationHtml(options))],
      [
        ['default-src', ["'none'"]],
        ['script-src', ["'nonce-q83vEjRWeJA'"]],
        ['style-src', [options.cspSource]],
        ['font-src', [options.cspSource]],
        ['img-src', [options.cspSource]],
        ['media-src', [options.cspSource]],
        ['connect-src', [options.cspSource]],
        ['base-uri', ["'none'"]],
        ['form-action', ["'none'"]],
      ],
    );
  });

  test('has no inline script or style, and one script with the nonce', () => {
    const html = renderConversationHtml(options);
    assert.deepEqual(html.match(/<script[^>]*>/gu), [
      `<script nonce="q83vEjRWeJA" src="${options.scriptUrl}">`,
    ]);
    assert.match(html, /<script [^>]*><\/script>/u);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/u);
  });

  test('gives the icon font the id that the icons look for', () => {
    assert.match(
      renderConversationHtml(options),
      new RegExp(`id="vscode-codicon-stylesheet" href="${options.codiconUrl}"`, 'u'),
    );
  });

  test('escapes what comes from the conversation', () => {
    const html = renderConversationHtml({
      ...options,
      title: `</title><script>alert("1")</script>'&`,
    });
    assert.ok(
      html.includes(
        '<title>&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;</title>',
      ),
    );
  });

  test('escapes the attributes too', () => {
    const hostile = '"><script>';
    const html = renderConversationHtml({ ...options, styleUrl: hostile, conversationId: hostile });
    assert.ok(html.includes('href="&quot;&gt;&lt;script&gt;"'));
    assert.ok(html.includes('conversation-id="&quot;&gt;&lt;script&gt;"'));
  });
});
