/** The conversation view in a real browser, given what is hostile, broken, missing, very long or very narrow. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { createCall, createSnapshot, encodeTranscript } from '../support/syntheticCall.ts';
import type { ConversationSnapshot } from '../../src/protocol/conversationView.ts';
import {
  ConversationPageFixture,
  call,
  files,
  snapshot,
  inkRatio,
  markedWord,
  until,
  wordAt,
} from '../support/conversationPageFixture.ts';

suite('Conversation view with unusual conversations', function () {
  this.timeout(60_000);
  const view = new ConversationPageFixture();
  view.register();

  test('refuses what its content policy does not allow: the check above can fail', async () => {
    const { page, problems } = await view.openReady();
    await page.evaluate(`document.body.setAttribute('style', 'color: red')`);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.wasRun = true' }))`,
    );
    await page.waitForTimeout(100);
    assert.ok(problems.some((problem) => problem.includes('CSP style-src')));
    assert.ok(problems.some((problem) => problem.includes('CSP script-src')));
    assert.equal(await page.evaluate('window.wasRun'), undefined);
  });

  test('text from outside stays text', async () => {
    const hostile = '<img src=x onerror="window.wasRun=true"><b>bold</b>';
    const { page, problems } = await view.openReady({
      snapshot: {
        ...snapshot,
        title: hostile,
        facts: [{ label: hostile, value: hostile }],
        notices: [hostile],
        speakers: [{ role: 'internal', name: hostile, startMs: 0, endMs: undefined }],
      },
      files: new Map([
        ...files,
        [
          '/files/transcript.json.gz',
          encodeTranscript({
            ...call,
            phrases: call.phrases.map((phrase) => ({
              ...phrase,
              text: phrase.words.map(() => hostile.replaceAll(' ', '\u00a0')).join(' '),
            })),
          }),
        ],
      ]),
    });
    assert.equal(await page.locator('h1').textContent(), hostile);
    assert.equal(await page.locator('.row').nth(1).locator('.speaker').textContent(), hostile);
    assert.equal(await page.locator('img, b').count(), 0);
    assert.equal(await page.evaluate('window.wasRun'), undefined);
    assert.deepEqual(problems, []);
  });

  test('10 000 phrases keep the page small and scroll to any place at once', async () => {
    const long = createCall(10_000);
    const { page, tell } = await view.openReady({
      snapshot: {
        ...createSnapshot(long),
        recordings: createSnapshot(long).recordings.map((recording) => ({
          ...recording,
          audioUrl: undefined,
          channels: [],
        })),
      },
      files: new Map([['/files/transcript.json.gz', encodeTranscript(long)]]),
    });
    const middle = long.phrases[6000]?.words[2];
    await tell({ kind: 'seek', offsetMs: (middle?.startMs ?? 0) + 5 });
    await until(
      page,
      `document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-transcript').shadowRoot.querySelector('.now')`,
    );
    assert.equal(await markedWord(page), wordAt(long, (middle?.startMs ?? 0) + 5));
    assert.ok((await page.locator('.row').count()) < 80);
    const frames = await page.evaluate<readonly number[]>(`(async () => {
      const scroller = document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-transcript').shadowRoot.querySelector('.scroller');
      const took = [];
      for (let step = 0; step < 60; step++) {
        scroller.scrollTop += 900;
        const before = performance.now();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        took.push(performance.now() - before);
      }
      return took.sort((a, b) => a - b);
    })()`);
    assert.ok((frames[30] ?? Infinity) < 50, `median ${String(frames[30])} ms`);
    const isFilled = await page.locator('.row').first().isVisible();
    assert.equal(isFilled, true);
  });

  test('the first phrases that came with the conversation are shown before the file has arrived', async () => {
    const long = createCall(100);
    const beginning = gunzipSync(encodeTranscript({ ...long, phrases: long.phrases.slice(0, 32) }));
    const { page } = await view.openReady({
      snapshot: {
        ...createSnapshot(long),
        recordings: createSnapshot(long).recordings.map((recording) => ({
          ...recording,
          audioUrl: undefined,
          channels: [],
        })),
        transcripts: createSnapshot(long).transcripts.map((one) => ({
          ...one,
          beginning: beginning.toString(),
        })),
      },
      files: new Map([['/files/transcript.json.gz', 0]]),
    });
    assert.equal(
      (await page.locator('.row .text').nth(1).textContent())?.trim(),
      long.phrases[1]?.text,
    );
    assert.equal(await page.locator('.row').first().getAttribute('aria-setsize'), '32');
  });

  test('what came with the conversation is only the beginning: the whole file follows', async () => {
    const long = createCall(100);
    const beginning = gunzipSync(encodeTranscript({ ...long, phrases: long.phrases.slice(0, 32) }));
    const { page } = await view.openReady({
      snapshot: {
        ...createSnapshot(long),
        transcripts: createSnapshot(long).transcripts.map((one) => ({
          ...one,
          beginning: beginning.toString(),
        })),
      },
      files: new Map([['/files/transcript.json.gz', encodeTranscript(long)]]),
    });
    await page.locator('.row[aria-setsize="100"]').first().waitFor();
    const found = page.locator('.count');
    await page.locator('.search-text').fill('subscription');
    assert.match((await found.textContent()) ?? '', /of 7$/u);
    await page.locator('.search-text').fill('subscriptions');
    assert.equal(await found.textContent(), 'No results');
    await page.locator('.search-text').fill('duplicate');
    assert.match((await found.textContent()) ?? '', /of 7$/u);
  });

  test('fits 320 px without a horizontal scroll bar', async () => {
    const { page } = await view.openReady({ widthPx: 320, heightPx: 600 });
    const overflowing = await page.evaluate<readonly string[]>(`(() => {
      const found = [];
      const visit = (root) => {
        for (const element of root.querySelectorAll('*')) {
          const box = element.getBoundingClientRect();
          if (box.width > 0 && box.right > 321 && getComputedStyle(element).clipPath === 'none') found.push(element.tagName + '.' + element.className);
          if (element.shadowRoot) visit(element.shadowRoot);
        }
      };
      visit(document);
      return found;
    })()`);
    assert.deepEqual(overflowing, []);
    assert.ok(await page.locator('genesys-transport-bar .play').isVisible());
  });

  test('says why there is no waveform and no transcript, and tries again', async () => {
    const broken = new Map<string, Uint8Array | number>(files);
    broken.set('/files/call.dat', new Uint8Array([1, 2, 3]));
    broken.set('/files/transcript.json.gz', 404);
    broken.set('/files/call.wav', Buffer.from('<html>not a recording</html>'));
    const { page } = await view.open({ files: broken });
    await page.locator('.banner', { hasText: 'transcript is not there any more' }).waitFor();
    await page.locator('.banner', { hasText: 'waveform file is damaged' }).waitFor();
    // The sound is fetched when it is wanted, not before.
    await page.locator('genesys-transport-bar .play').click();
    await page.locator('.banner', { hasText: 'recording cannot be played' }).waitFor();
    for (const [path, body] of files) {
      view.pages.serve(path, body);
    }
    await page.locator('.banner button').first().click();
    await page.locator('.row').first().waitFor();
    await page.waitForTimeout(300);
    assert.deepEqual(await page.locator('.banner').allTextContents(), []);
  });

  test('a conversation without sound is its transcript alone', async () => {
    const { page, problems } = await view.openReady({
      snapshot: { ...snapshot, mediaType: 'chat', recordings: [], segments: [] },
    });
    assert.equal(await page.locator('genesys-waveform').count(), 0);
    assert.match((await page.locator('.start').first().textContent()) ?? '', /\d{2}:\d{2}:\d{2}/u);
    assert.deepEqual(problems, []);
  });

  test('a recording without transcript or peaks shows its preview and says so', async () => {
    const { page } = await view.open({
      snapshot: {
        ...snapshot,
        transcripts: [],
        recordings: snapshot.recordings.map((recording) => ({
          ...recording,
          channels: recording.channels.map(({ label, indexInFile }) => ({
            label,
            indexInFile,
            peaksUrl: undefined,
            preview: Array.from({ length: 200 }, (_, index) => 0.5 + 0.4 * Math.sin(index)),
          })),
        })),
      },
    });
    await page.locator('.empty', { hasText: 'no transcript' }).waitFor();
    await page.waitForTimeout(200);
    assert.ok((await inkRatio(page, 0.2, 0.85)) > 0.05);
  });

  test('shows why a conversation failed to open, and asks the host again', async () => {
    const { page, tell, messages } = await view.openReady();
    await tell({ kind: 'failed', message: 'The archive folder is gone', canRetry: true });
    await page.locator('.state', { hasText: 'The archive folder is gone' }).waitFor();
    await page.locator('.state button').click();
    assert.deepEqual((await messages()).at(-1), { v: 1, kind: 'notify', value: { kind: 'retry' } });
    await page.locator('.row').first().waitFor();
  });

  test('a second recording can be chosen', async () => {
    const [recording] = snapshot.recordings;
    assert.ok(recording !== undefined);
    const two: ConversationSnapshot = {
      ...snapshot,
      recordings: [
        recording,
        {
          ...recording,
          recordingId: 'r-2',
          label: 'Consult',
          durationMs: 5000,
          audioUrl: undefined,
        },
      ],
    };
    const { page, savedState } = await view.openReady({ snapshot: two });
    await page.locator('.recordings').selectOption('r-2');
    await page.waitForTimeout(400);
    assert.match(JSON.stringify(await savedState()), /"recordingId":"r-2"/u);
    assert.match((await page.locator('.total').textContent()) ?? '', /0:05/u);
    assert.equal(await page.locator('genesys-transport-bar .play').isDisabled(), true);
    await page.locator('.empty', { hasText: 'no transcript' }).waitFor();
  });
});
