/** Selecting, repeating, skipping, channels, jumps and exporting in the conversation view, by pointer and by keys alone. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { isRecord } from '../../src/base/decode.ts';
import { decodeFromConversationView } from '../../src/protocol/conversationView.ts';
import {
  ConversationPageFixture,
  call,
  currentTime,
  until,
} from '../support/conversationPageFixture.ts';

const hookAudio = `(() => {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () { window.testAudio = this; return play.call(this); };
  const create = BaseAudioContext.prototype.createGain;
  window.testGains = [];
  BaseAudioContext.prototype.createGain = function () { const node = create.call(this); window.testGains.push(node); return node; };
})()`;

async function waveformBox(page: Page): Promise<{ x: number; y: number; width: number }> {
  const box = await page.locator('genesys-waveform canvas').boundingBox();
  assert.ok(box !== null);
  return box;
}

async function dragOver(page: Page, fromRatio: number, toRatio: number): Promise<void> {
  const { x, y, width } = await waveformBox(page);
  await page.mouse.move(x + width * fromRatio, y + 100);
  await page.mouse.down();
  await page.mouse.move(x + width * toRatio, y + 100, { steps: 5 });
  await page.mouse.up();
}

suite('Conversation view: how it is played', function () {
  this.timeout(60_000);
  const view = new ConversationPageFixture();
  view.register();
  const stateOf = (state: unknown): Readonly<Record<string, unknown>> => {
    assert.ok(isRecord(state));
    return state;
  };

  test('a drag over the waveform selects, R repeats it while it plays, Esc clears it', async () => {
    const { page, savedState, problems } = await view.openReady();
    await page.evaluate(hookAudio);
    await dragOver(page, 0.4, 0.43);
    await page.waitForTimeout(400);
    const { selection } = stateOf(await savedState());
    assert.ok(isRecord(selection));
    const startMs = Number(selection['startMs']);
    const endMs = Number(selection['endMs']);
    assert.ok(Math.abs(startMs - call.durationMs * 0.4) < 200, String(startMs));
    assert.ok(Math.abs(endMs - call.durationMs * 0.43) < 200, String(endMs));
    await page.keyboard.press('r');
    await page.keyboard.press(']');
    await page.keyboard.press(']');
    await page.keyboard.press('k');
    await until(page, 'window.testAudio?.currentTime > 0');
    const seen = await page.evaluate<readonly number[]>(`(async () => {
      const seen = [];
      for (let index = 0; index < 60; index++) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        seen.push(window.testAudio.currentTime * 1000);
      }
      return seen;
    })()`);
    assert.ok(
      seen.every((timeMs) => timeMs >= startMs - 60 && timeMs <= endMs + 200),
      seen.join(),
    );
    const returns = seen.filter((timeMs, index) => timeMs < (seen[index - 1] ?? 0)).length;
    assert.ok(returns >= 1, seen.join());
    await page.keyboard.press('Escape');
    await page.waitForTimeout(400);
    const cleared = stateOf(await savedState());
    assert.equal(cleared['selection'], undefined);
    assert.equal(cleared['isLooping'], false);
    assert.deepEqual(problems, []);
  });

  test('I and O select by keys, and the selection and the filter go with an export', async () => {
    const { page, messages, tell } = await view.openReady();
    await tell({ kind: 'seek', offsetMs: 4000 });
    await page.waitForTimeout(150);
    await page.keyboard.press('i');
    await tell({ kind: 'seek', offsetMs: 9000 });
    await page.waitForTimeout(150);
    await page.keyboard.press('o');
    await page.locator('.filter', { hasText: 'Customer' }).click();
    await page.keyboard.press('Shift+D');
    await page.locator('button[aria-label="Export the transcript"]').click();
    await tell({ kind: 'prepareExport', what: 'clip' });
    await page.waitForTimeout(100);
    const sent = (await messages())
      .map((message) => (isRecord(message) ? message['value'] : undefined))
      .filter(isRecord)
      .filter(({ kind }) => kind === 'export')
      .map((value) => decodeFromConversationView(JSON.parse(JSON.stringify(value)), ''));
    const wish = {
      kind: 'export',
      recordingId: 'r-1',
      side: 'customer',
      clip: { startMs: 4000, endMs: 9000 },
      offsetMs: 0,
    };
    assert.deepEqual(sent, [
      { ...wish, what: 'clip' },
      { ...wish, what: 'transcript' },
      { ...wish, what: 'clip' },
    ]);
  });

  test('jumps by segments, silence and overtalk, and stays where there is none', async () => {
    const { page } = await view.openReady();
    await page.keyboard.press('e');
    await page.waitForTimeout(120);
    const second = await currentTime(page);
    assert.notEqual(second, '0:00');
    await page.keyboard.press('e');
    await page.waitForTimeout(120);
    assert.notEqual(await currentTime(page), second);
    await page.keyboard.press('Shift+E');
    await page.waitForTimeout(120);
    assert.equal(await currentTime(page), second);
    await page.keyboard.press('t');
    await page.waitForTimeout(120);
    assert.equal(await currentTime(page), second);
  });

  test('a channel can be muted, made quieter and given the other name', async () => {
    const { page, savedState, problems } = await view.openReady();
    await page.evaluate(hookAudio);
    await page.keyboard.press('v');
    await page.locator('button[aria-label="Mute Customer"]').click();
    await page.locator('input[aria-label="Volume of Dana Example"]').fill('40');
    assert.deepEqual(
      await page.evaluate('window.testGains.map(({ gain }) => Math.round(gain.value * 100))'),
      [0, 40],
    );
    await page.keyboard.press('x');
    assert.deepEqual(await page.locator('.channel-name').allTextContents(), [
      'Dana Example',
      'Customer',
    ]);
    await page.keyboard.press('1');
    await page.keyboard.press('k');
    await until(page, 'window.testAudio?.currentTime > 0.3');
    await page.waitForTimeout(400);
    const state = stateOf(await savedState());
    assert.deepEqual(state['mutedChannels'], []);
    assert.deepEqual(state['volumes'], [1, 0.4]);
    assert.equal(state['isSwapped'], true);
    assert.deepEqual(problems, []);
  });

  test('comes back with its selection, loop, volumes and shading', async () => {
    const first = await view.openReady();
    await dragOver(first.page, 0.2, 0.5);
    for (const key of ['r', 'x', '2', 'c']) {
      await first.page.keyboard.press(key);
    }
    await first.page.waitForTimeout(400);
    const savedState = await first.savedState();
    const second = await view.openReady({ savedState });
    await second.page.keyboard.press('v');
    assert.equal(await second.page.locator('.selected').count(), 1);
    assert.equal(
      await second.page
        .locator('button[aria-label="Repeat the selection"]')
        .getAttribute('aria-pressed'),
      'true',
    );
    assert.equal(
      await second.page.locator('button[aria-label="Mute Customer"]').getAttribute('aria-pressed'),
      'true',
    );
    assert.equal(await second.page.locator('.unsure').count(), 0);
  });

  test('the help lists every key', async () => {
    const { page } = await view.openReady();
    await page.keyboard.press('?');
    const text = (await page.locator('dialog').textContent()) ?? '';
    for (const title of [
      'Repeat the selection',
      'Skip silence',
      'Next overtalk',
      'Export the transcript',
    ]) {
      assert.ok(text.includes(title), title);
    }
  });

  test('the help begins at its first key and keeps its button in sight, however low the panel is', async () => {
    const { page } = await view.openReady({ widthPx: 420, heightPx: 400 });
    await page.keyboard.press('?');
    const boxOf = async (selector: string): Promise<readonly [number, number]> => {
      const box = await page.locator(selector).first().boundingBox();
      return [box?.y ?? -1, (box?.y ?? -1) + (box?.height ?? 0)];
    };
    const [list, first, close] = [
      await boxOf('dialog dl'),
      await boxOf('dialog dl div'),
      await boxOf('dialog button'),
    ];
    assert.ok(first[0] >= list[0] && first[1] <= list[1], 'the first key is in sight');
    assert.ok(close[0] >= list[1] && close[1] <= 400, 'the button is below the list');
  });
});
