/** axe-core over the conversation view in all its states, in every theme, with all its rules. */
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { PageOptions } from '../support/conversationPage.ts';
import { ConversationPageFixture } from '../support/conversationPageFixture.ts';
import { writtenFiles, writtenSnapshot } from '../support/writtenConversation.ts';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

interface Look {
  readonly name: string;
  readonly options: Partial<PageOptions>;
  /** Pressed one after the other before the look. */
  readonly keys: readonly string[];
}

const looks: readonly Look[] = [
  { name: 'a call', options: {}, keys: [] },
  { name: 'a call with everything open', options: {}, keys: ['i', 'r', 'v', 'u', '1', 'x'] },
  { name: 'the help', options: {}, keys: ['?'] },
  { name: 'a narrow panel', options: { widthPx: 340, heightPx: 900 }, keys: ['v', 'u'] },
  { name: 'a chat', options: { snapshot: writtenSnapshot('chat'), files: writtenFiles }, keys: [] },
  {
    name: 'an e-mail',
    options: { snapshot: writtenSnapshot('email'), files: writtenFiles },
    keys: [],
  },
];

suite('Conversation view for everybody', function () {
  this.timeout(120_000);
  const view = new ConversationPageFixture();
  view.register();

  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    for (const { name, options, keys } of looks) {
      test(`axe finds nothing in ${name}, ${theme}`, async () => {
        const { page } = await view.openReady({ theme, ...options });
        for (const key of keys) {
          await page.keyboard.press(key);
        }
        await page.waitForTimeout(150);
        // As a function of the driver: the page's policy forbids scripts that are put into it.
        const violations = await page.evaluate<readonly Violation[]>(
          `(() => { ${axe.source}; return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations); })()`,
        );
        assert.deepEqual(
          violations.map(({ id, nodes }) => [
            id,
            nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`),
          ]),
          [],
        );
      });
    }
  }
});
