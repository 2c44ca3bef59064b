/** Notes in the conversation view: written, changed and deleted by keys alone, drawn over the waveform, kept when the page goes. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { isRecord } from '../../src/base/decode.ts';
import { decodeFromConversationView } from '../../src/protocol/conversationView.ts';
import { writtenFiles, writtenSnapshot } from '../support/writtenConversation.ts';
import {
  ConversationPageFixture,
  call,
  currentTime,
  snapshot,
  until,
} from '../support/conversationPageFixture.ts';

const noteTexts = (page: Page): Promise<readonly string[]> =>
  page
    .locator('.note-words')
    .allTextContents()
    .then((texts) => texts.map((text) => text.trim()));

/** What has the focus, through all shadow roots. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused.getAttribute('aria-label') ?? focused.textContent.trim();
  })()`);

suite('Conversation view: notes', function () {
  this.timeout(60_000);
  const view = new ConversationPageFixture();
  view.register();
  const wishesOf = async (messages: () => Promise<readonly unknown[]>): Promise<unknown[]> =>
    (await messages())
      .filter((message) => isRecord(message) && message['method'] === 'changeNotes')
      .map((message) => (isRecord(message) ? message['params'] : undefined));

  test('M notes what is selected: written, saved, changed, deleted and brought back by keys', async () => {
    const { page, tell, messages, problems } = await view.openReady();
    await tell({ kind: 'seek', offsetMs: 4000 });
    await page.waitForTimeout(100);
    await page.keyboard.press('i');
    await page.keyboard.press('m');
    await page.locator('.note-text').waitFor();
    assert.equal(await focusedName(page), 'Note: 0:04–0:09');
    await page.keyboard.type('Charged twice: k and s are letters here');
    await page.keyboard.press('Tab');
    await page.keyboard.type('refund, #billing,, refund');
    await page.keyboard.press('Control+Enter');
    await page.locator('.note').waitFor();
    assert.deepEqual(await noteTexts(page), [
      'Charged twice: k and s are letters here #refund #billing',
    ]);
    assert.equal(await focusedName(page), 'Add a note');
    assert.equal(await page.locator('.announcement').textContent(), 'Note saved');

    await page.keyboard.press('Tab');
    assert.equal(await focusedName(page), 'Go to the note: 0:04–0:09');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.note-text').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Charged three times');
    await page.keyboard.press('Control+Enter');
    await until(
      page,
      `!document.querySelector('genesys-conversation-view').shadowRoot.querySelector('.note-text')`,
    );
    assert.deepEqual(await noteTexts(page), ['Charged three times #refund #billing']);

    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('Tab');
    }
    assert.equal(await focusedName(page), 'Delete the note: 0:04–0:09');
    await page.keyboard.press('Enter');
    await page.locator('.undo-button').waitFor();
    assert.equal(await page.locator('.note').count(), 0);
    assert.equal(await focusedName(page), 'Undo');
    await page.keyboard.press('Enter');
    await page.locator('.note').waitFor();
    assert.deepEqual(await noteTexts(page), ['Charged three times #refund #billing']);

    const wishes = await wishesOf(messages);
    assert.partialDeepStrictEqual(wishes, [
      {
        kind: 'add',
        content: {
          recordingId: 'r-1',
          fromMs: 4000,
          toMs: 9000,
          tags: ['refund', 'billing'],
        },
      },
      { kind: 'edit', content: { text: 'Charged three times', fromMs: 4000, toMs: 9000 } },
      { kind: 'remove' },
      { kind: 'restore' },
    ]);
    assert.deepEqual(problems, []);
  });

  test('without a selection the note is of the word that is spoken; its time leads back there', async () => {
    const { page, tell, messages } = await view.openReady();
    const word = call.phrases[3]?.words[4];
    assert.ok(word !== undefined);
    await tell({ kind: 'seek', offsetMs: word.startMs + 20 });
    await page.waitForTimeout(150);
    await page.keyboard.press('m');
    await page.keyboard.type('this word');
    await page.locator('.note-form .primary').click();
    await page.locator('.note').waitFor();
    assert.partialDeepStrictEqual((await wishesOf(messages))[0], {
      content: { fromMs: word.startMs, toMs: word.startMs + word.durationMs },
    });
    await page.keyboard.press('Home');
    await page.locator('.note button.note-time').click();
    await page.waitForTimeout(100);
    assert.equal(
      await currentTime(page),
      '0:' + String(Math.floor(word.startMs / 1000)).padStart(2, '0'),
    );
    await page.locator('.selected').waitFor();
  });

  test('notes are drawn over the recording they belong to, and named under the pointer', async () => {
    const noted = {
      ...snapshot,
      notes: {
        problem: undefined,
        canDownload: false,
        notes: [
          {
            id: 'n1',
            text: 'Here',
            tags: [],
            recordingId: 'r-1',
            fromMs: call.durationMs * 0.25,
            toMs: call.durationMs * 0.35,
            createdAtMs: 0,
            updatedAtMs: 0,
          },
          {
            id: 'n2',
            text: 'Elsewhere',
            tags: [],
            recordingId: 'r-2',
            fromMs: call.durationMs * 0.6,
            toMs: undefined,
            createdAtMs: 0,
            updatedAtMs: 0,
          },
        ],
      },
    };
    const canvas = 'genesys-waveform canvas';
    const plain = await view.openReady();
    await plain.page.waitForTimeout(300);
    const before = await plain.page.locator(canvas).screenshot();
    const { page } = await view.openReady({ snapshot: noted });
    await page.waitForTimeout(300);
    assert.notDeepEqual(await page.locator(canvas).screenshot(), before);
    assert.equal(await page.locator('button[aria-label="Notes (2)"]').count(), 1);
  });

  test('a half-written note survives the page, and Esc throws it away', async () => {
    const first = await view.openReady();
    await first.page.keyboard.press('m');
    await first.page.keyboard.type('half a thou');
    await first.page.waitForTimeout(400);
    const second = await view.openReady({ savedState: await first.savedState() });
    assert.equal(await second.page.locator('.note-text').inputValue(), 'half a thou');
    await second.page.locator('.note-text').press('Escape');
    assert.equal(await second.page.locator('.note-form').count(), 0);
    assert.equal(await focusedName(second.page), 'Add a note');
  });

  test('a change that cannot be kept is told, and nothing that was written is lost', async () => {
    const { page } = await view.openReady();
    await page.evaluate(`window.testHost.notesFailure = 'The disk is full'`);
    await page.keyboard.press('m');
    await page.keyboard.type('precious');
    await page.keyboard.press('Control+Enter');
    await page.locator('.notes [role=alert]', { hasText: 'The disk is full' }).waitFor();
    assert.equal(await page.locator('.note-text').inputValue(), 'precious');
    await page.evaluate(`window.testHost.notesFailure = undefined`);
    await page.keyboard.press('Control+Enter');
    await page.locator('.note').waitFor();
    assert.equal(await page.locator('.notes [role=alert]').count(), 0);
  });

  test('a conversation that is not archived says what to do, and does it', async () => {
    const { page, messages } = await view.openReady({
      snapshot: {
        ...snapshot,
        notes: {
          notes: [],
          problem: 'Download this conversation to keep notes on it.',
          canDownload: true,
        },
      },
    });
    await page.keyboard.press('m');
    await page.locator('.notes', { hasText: 'to keep notes' }).waitFor();
    assert.equal(await page.locator('.note-form').count(), 0);
    assert.equal(await focusedName(page), 'Download');
    await page.keyboard.press('Enter');
    const told = (await messages()).flatMap((message) =>
      isRecord(message) && isRecord(message['value']) ? [message['value']] : [],
    );
    assert.deepEqual(decodeFromConversationView(told.at(-1), ''), { kind: 'download' });
  });

  test('a chat takes notes on the whole of it; a call without transcript offers to import one', async () => {
    const chat = await view.openReady({ snapshot: writtenSnapshot('chat'), files: writtenFiles });
    await chat.page.keyboard.press('m');
    await chat.page.keyboard.type('Nice customer');
    await chat.page.keyboard.press('Control+Enter');
    await chat.page.locator('.note', { hasText: 'Overall' }).waitFor();
    const silent = await view.open({ snapshot: { ...snapshot, transcripts: [] } });
    await silent.page.locator('button', { hasText: 'Import Transcript…' }).click();
    const last = (await silent.messages()).at(-1);
    assert.ok(isRecord(last));
    assert.deepEqual(last['value'], { kind: 'importTranscript' });
  });
});
