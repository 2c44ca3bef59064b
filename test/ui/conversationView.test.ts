/** The conversation view in a real browser under its own content policy, with sound, peaks and transcript that agree. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { themeCss } from '../support/vscodeThemes.ts';
import { isRecord } from '../../src/base/decode.ts';
import { formatTime } from '../../src/webview/conversationView/timeFormat.ts';
import type { PageOptions } from '../support/conversationPage.ts';
import {
  ConversationPageFixture,
  call,
  snapshot,
  currentTime,
  inkRatio,
  isPlaying,
  markedWord,
  until,
  wordAt,
} from '../support/conversationPageFixture.ts';

suite('Conversation view in a browser', function () {
  this.timeout(60_000);
  const view = new ConversationPageFixture();
  view.register();

  test('loads under its content policy without a refusal, says ready once, shows facts and speakers', async () => {
    const { page, problems, messages } = await view.openReady();
    await page.waitForTimeout(300);
    assert.deepEqual(problems, []);
    assert.deepEqual(await messages(), [{ v: 1, kind: 'notify', value: { kind: 'ready' } }]);
    assert.equal(await page.locator('h1').textContent(), snapshot.title);
    assert.equal(await page.locator('.fact').count(), snapshot.facts.length);
    assert.equal(
      await page.locator('.row').nth(1).locator('.speaker').textContent(),
      'Dana Example',
    );
  });

  test('draws both lanes and follows a change of theme', async () => {
    const { page } = await view.openReady();
    await page.waitForTimeout(200);
    assert.ok((await inkRatio(page, 0.2, 0.5)) > 0.05);
    assert.ok((await inkRatio(page, 0.5, 0.85)) > 0.05);
    const before = await page.locator('genesys-waveform canvas').screenshot();
    const { variables, bodyClass } = themeCss('light');
    await page.evaluate(
      `window.testHost.setTheme(${JSON.stringify(variables)}, ${JSON.stringify(bodyClass)})`,
    );
    await page.waitForTimeout(200);
    assert.notDeepEqual(await page.locator('genesys-waveform canvas').screenshot(), before);
  });

  test('marks the word that is spoken, at any time', async () => {
    const { page, tell } = await view.openReady();
    for (const timeMs of [1300, 6000, 9555, 15_000, 22_222, 31_000, call.durationMs - 1700]) {
      await tell({ kind: 'seek', offsetMs: timeMs });
      await page.waitForTimeout(150);
      assert.equal((await markedWord(page)) ?? undefined, wordAt(call, timeMs), String(timeMs));
    }
  });

  test('plays, and the marked word keeps step with the sound', async () => {
    const { page, tell } = await view.openReady();
    await tell({ kind: 'seek', offsetMs: 5000 });
    // The page's own element is not in the document: keep hold of it as it starts to play.
    await page.evaluate(`(() => {
      const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () { window.testAudio = this; return play.call(this); };
    })()`);
    await page.keyboard.press('k');
    await until(page, 'window.testAudio?.currentTime > 5.2');
    assert.equal(await isPlaying(page), true);
    const samples = await page.evaluate<
      readonly (readonly [number, string | null])[]
    >(`(async () => {
      const list = document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-transcript');
      const samples = [];
      for (let index = 0; index < 60; index++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        samples.push([window.testAudio.currentTime * 1000, list.shadowRoot.querySelector('.now')?.textContent ?? null]);
      }
      return samples;
    })()`);
    const wrong = samples.filter(([timeMs, marked]) => {
      const allowed = [-70, -35, 0, 10].map((lagMs) => wordAt(call, timeMs + lagMs));
      return !allowed.includes(marked ?? undefined);
    });
    assert.deepEqual(wrong, []);
    assert.ok(new Set(samples.map(([, marked]) => marked)).size > 5);
    assert.equal(await page.evaluate('window.testAudio.preservesPitch'), true);
    await page.keyboard.press(' ');
    await until(page, 'window.testAudio.paused');
    await page.locator('button[aria-label=Play]').waitFor();
  });

  test('a click on a word goes there, and keeps playing or pausing', async () => {
    const { page } = await view.openReady();
    const word = page.locator('.row').nth(3).locator('.word').nth(4);
    const text = await word.textContent();
    await word.click();
    await page.waitForTimeout(150);
    assert.equal(await markedWord(page), text);
    assert.equal(await isPlaying(page), false);
    await page.keyboard.press('k');
    await page.waitForTimeout(200);
    await page.locator('.row').nth(6).locator('.start').click();
    await page.waitForTimeout(150);
    assert.equal(await isPlaying(page), true);
    assert.match((await page.locator('.row').nth(6).getAttribute('class')) ?? '', /spoken/u);
  });

  test('Y copies a link to the word, and a place that is exact is stood at within its phrase', async () => {
    const { page, tell, messages } = await view.openReady();
    const word = page.locator('.row').nth(3).locator('.word').nth(4);
    await word.click();
    await page.waitForTimeout(150);
    await page.keyboard.press('y');
    await page.getByText('Link copied').waitFor({ state: 'attached' });
    const asked: any = (await messages()).find((one: any) => one.method === 'copyLink');
    assert.equal(asked.params.recordingId, snapshot.recordings[0]?.recordingId);
    await tell({ kind: 'seek', offsetMs: 0 });
    await tell({ kind: 'goTo', place: { ...asked.params, words: [], isExact: true } });
    await page.waitForTimeout(150);
    assert.equal(await markedWord(page), await word.textContent());
    assert.match((await page.locator('.row').nth(3).getAttribute('class')) ?? '', /spoken/u);
  });

  test('a click on the waveform and a drag over its ruler seek', async () => {
    const { page } = await view.openReady();
    const box = await page.locator('genesys-waveform canvas').boundingBox();
    assert.ok(box !== null);
    await page.mouse.click(box.x + box.width / 2, box.y + 100);
    await page.waitForTimeout(150);
    const slider = page.locator('genesys-waveform canvas');
    const middle = Math.floor(call.durationMs / 2000);
    assert.equal(await slider.getAttribute('aria-valuenow'), String(middle));
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^\d+ seconds of /u);
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + 1, box.y + 8, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(150);
    assert.equal(await slider.getAttribute('aria-valuenow'), '0');
  });

  test('keys skip, step phrases, change speed, zoom, search and show help', async () => {
    const { page, savedState } = await view.openReady();
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(100);
    assert.equal(await currentTime(page), '0:05');
    await page.keyboard.press('Shift+ArrowRight');
    await page.waitForTimeout(100);
    const next = call.phrases.find(({ words }) => (words[0]?.startMs ?? 0) > 5000);
    assert.equal(await markedWord(page), next?.text.split(' ')[0]);
    assert.equal(await currentTime(page), formatTime(next?.words[0]?.startMs ?? 0));
    await page.keyboard.press(']');
    await page.keyboard.press('+');
    await page.waitForTimeout(400);
    const saved = JSON.stringify(await savedState());
    assert.match(saved, /"speed":1.25/u);
    assert.match(saved, /"viewport":\{/u);
    await page.keyboard.press('0');
    await page.keyboard.press('/');
    await page.keyboard.type('invoice k');
    assert.equal(await page.locator('.count').textContent(), 'No results');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('REFUND takes');
    assert.equal(await page.locator('.count').textContent(), '1 of 1');
    assert.deepEqual(await page.locator('.match').allTextContents(), ['refund', 'takes']);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.match').count(), 0);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(100);
    assert.equal(await markedWord(page), call.phrases[2]?.text.split(' ')[0]);
    await page.keyboard.press('?');
    assert.equal(
      await page.locator('dialog').evaluate((dialog: { open: boolean }) => dialog.open),
      true,
    );
    await page.keyboard.press('Escape');
    assert.equal(
      await page.locator('dialog').evaluate((dialog: { open: boolean }) => dialog.open),
      false,
    );
  });

  test('every control can be reached by Tab and has a name', async () => {
    const { page } = await view.openReady();
    const names = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      names.add(
        await page.evaluate<string>(`(() => {
          let focused = document.activeElement;
          while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
          return focused === document.body ? 'body' : (focused.getAttribute('aria-label') ?? focused.textContent.trim());
        })()`),
      );
    }
    for (const name of [
      'Play',
      'Position in the recording',
      'Speed',
      'Search the transcript',
      'Transcript',
      'Customer',
    ]) {
      assert.ok(names.has(name), `${name} among ${[...names].join(', ')}`);
    }
    assert.equal(names.has(''), false);
  });

  test('the role filter lists only that side', async () => {
    const { page } = await view.openReady();
    await page.locator('.filter', { hasText: 'Customer' }).click();
    const speakers = await page.locator('.speaker').allTextContents();
    assert.deepEqual([...new Set(speakers)], ['Customer']);
    assert.equal(speakers.length, call.phrases.filter(({ role }) => role === 'external').length);
  });

  test('comes back to where it was', async () => {
    const first = await view.openReady();
    await first.page.locator('.search-text').fill('money');
    await first.page.locator('.filter', { hasText: 'Customer' }).click();
    await first.tell({ kind: 'seek', offsetMs: 20_500 });
    await first.page.keyboard.press('Escape');
    await first.page.locator('h1').click();
    await first.page.waitForTimeout(400);
    const savedState = await first.savedState();
    const second = await view.openReady({ savedState });
    await second.page.waitForTimeout(300);
    assert.equal(await currentTime(second.page), '0:20');
    assert.equal(await markedWord(second.page), wordAt(call, 20_500) ?? null);
    assert.equal(
      await second.page
        .locator('.filter[aria-pressed=true]')
        .textContent()
        .then((text) => text?.trim()),
      'Customer',
    );
    assert.deepEqual(
      Object.keys(JSON.parse(JSON.stringify(savedState))).filter((key) =>
        /url|text$|phrases/iu.test(key),
      ),
      ['searchText'],
    );
  });

  test('is known again before its conversation is there, as it was', async () => {
    const first = await view.open({ isWaiting: true });
    const savedState = await first.savedState();
    assert.ok(isRecord(savedState));
    assert.equal(savedState['conversationId'], snapshot.conversationId);
    const second = await view.open({
      isWaiting: true,
      savedState: { ...savedState, positionMs: 20_500 },
    });
    assert.deepEqual(await second.savedState(), { ...savedState, positionMs: 20_500 });
  });

  test('comes back to where its transcript was scrolled to', async () => {
    const heightPx = 480;
    const scrollTop = ({ page }: { readonly page: Page }): Promise<number> =>
      page.locator('.scroller').evaluate((scroller: { scrollTop: number }) => scroller.scrollTop);
    const first = await view.openReady({ heightPx });
    await first.page.locator('.scroller').hover();
    await first.page.mouse.wheel(0, 120);
    await first.page.waitForTimeout(600);
    const before = await scrollTop(first);
    assert.ok(before > 60);
    const second = await view.openReady({ heightPx, savedState: await first.savedState() });
    await second.page.waitForTimeout(300);
    assert.ok(Math.abs((await scrollTop(second)) - before) < 45);
  });

  test('moves the text against the sound and has it kept', async () => {
    const { page, tell, messages } = await view.openReady();
    const timeMs = 6000;
    await page.locator('button[aria-label="Move text against sound"]').click();
    await page.locator('.offset-ms').fill('2000');
    await page.locator('.offset-ms').press('Enter');
    await tell({ kind: 'seek', offsetMs: timeMs });
    await page.waitForTimeout(900);
    assert.equal((await markedWord(page)) ?? undefined, wordAt(call, timeMs - 2000));
    const saved = (await messages()).at(-1);
    assert.deepEqual(saved, {
      v: 1,
      kind: 'request',
      id: 1,
      method: 'saveOffset',
      params: { offsetMs: 2000 },
    });
  });

  test('scrolling away stops following until it is asked for again', async () => {
    const short: Partial<PageOptions> = { heightPx: 480 };
    const { page, tell } = await view.openReady(short);
    await page.locator('.scroller').hover();
    await page.mouse.wheel(0, 200);
    await page.waitForTimeout(100);
    const follow = page.locator('button[aria-label="Follow the sound"]');
    assert.equal(await follow.getAttribute('aria-pressed'), 'false');
    const scrollTop = (): Promise<number> =>
      page.locator('.scroller').evaluate((scroller: { scrollTop: number }) => scroller.scrollTop);
    const before = await scrollTop();
    await tell({ kind: 'seek', offsetMs: 1300 });
    await page.waitForTimeout(200);
    assert.equal(await scrollTop(), before);
    await follow.click();
    await page.waitForTimeout(300);
    assert.ok((await scrollTop()) < before);
  });
});
