/** axe-core over the conversation view in all its states, in every theme, with all its rules. */
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { ToConversationView } from '../../src/protocol/conversationView.ts';
import type { PageOptions } from '../support/conversationPage.ts';
import { ConversationPageFixture, snapshot } from '../support/conversationPageFixture.ts';
import { writtenFiles, writtenSnapshot } from '../support/writtenConversation.ts';

/** An element of the page: what is done with it happens there, where its types are unknown here. */
type PageElement = any;

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

const note = { text: 'Look here', recordingId: 'r-1', createdAtMs: 0, updatedAtMs: 0 };
const noted: PageOptions['snapshot'] = {
  ...snapshot,
  notes: {
    problem: undefined,
    canDownload: false,
    notes: [
      { ...note, id: 'n1', tags: ['refund', 'vip'], fromMs: 5000, toMs: 9000 },
      { ...note, id: 'n2', tags: [], fromMs: undefined, toMs: undefined },
    ],
  },
};

const looks: readonly Look[] = [
  { name: 'a call', options: {}, keys: [] },
  { name: 'a call with everything open', options: {}, keys: ['i', 'r', 'v', 'u', '1', 'x'] },
  { name: 'a call with notes and one being written', options: { snapshot: noted }, keys: ['m'] },
  { name: 'the help', options: {}, keys: ['?'] },
  { name: 'a narrow panel', options: { widthPx: 340, heightPx: 900 }, keys: ['v', 'u'] },
  { name: 'a chat', options: { snapshot: writtenSnapshot('chat'), files: writtenFiles }, keys: [] },
  {
    name: 'an e-mail',
    options: { snapshot: writtenSnapshot('email'), files: writtenFiles },
    keys: [],
  },
];

/** The page while there is nothing to work with yet, or no more. */
const states: readonly {
  readonly name: string;
  readonly options: Partial<PageOptions>;
  /** What the host says after the conversation was opened. */
  readonly told?: ToConversationView;
  readonly shown: string;
}[] = [
  {
    name: 'the page that loads',
    options: {},
    told: { kind: 'loading', message: 'Downloading the conversation…' },
    shown: '.state[role=status]',
  },
  {
    name: 'the page that failed',
    options: {},
    told: { kind: 'failed', message: 'The platform does not answer.', canRetry: true },
    shown: '.state[role=alert] button',
  },
  {
    name: 'a call without a transcript, with warnings',
    options: {
      snapshot: {
        ...snapshot,
        transcripts: [],
        notices: ['The platform has no transcript of this communication.'],
        recordings: snapshot.recordings.map((recording) => ({
          ...recording,
          audioUrl: '/files/missing.wav',
          problems: ['The file is cut.'],
        })),
      },
    },
    shown: '.empty button',
  },
  {
    name: 'a call whose transcript and waveform cannot be read',
    options: {
      files: new Map([
        ['/files/transcript.json.gz', 404],
        ['/files/call.dat', 404],
      ]),
    },
    shown: '.words .banner.warning',
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
        await checkPage(page);
      });
    }

    for (const { name, options, told, shown } of states) {
      test(`axe finds nothing in ${name}, ${theme}`, async () => {
        const { page, tell } = await view.open({ theme, ...options });
        if (told !== undefined) {
          await tell(told);
        }
        await page.locator(shown).first().waitFor();
        await checkPage(page);
      });
    }

    test(`the current match of a search differs from the others, ${theme}`, async () => {
      const { page } = await view.openReady({ theme });
      await page.locator('.search-text').fill('you');
      const styleOf = (selector: string): Promise<string> =>
        page
          .locator(selector)
          .first()
          .evaluate((element: PageElement) => {
            const style = element.ownerDocument.defaultView.getComputedStyle(element);
            return `${String(style.backgroundColor)} ${String(style.outline)}`;
          });
      assert.notEqual(
        await styleOf('.row.matched .match'),
        await styleOf('.row:not(.matched) .match'),
      );
    });
  }
});

async function checkPage(page: Page): Promise<void> {
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
}
