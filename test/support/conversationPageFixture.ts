/** What tests ask of an open conversation view: which word is marked, what is drawn, whether it plays. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { ConversationPages, type OpenPage, type PageOptions } from './conversationPage.ts';
import { createCall, createFiles, createSnapshot, type SyntheticCall } from './syntheticCall.ts';

export const call = createCall(14);
export const snapshot = createSnapshot(call);
export const files = createFiles(call);

/** Starts and stops the pages with the suite; every page that was opened is closed after its test. */
export class ConversationPageFixture {
  readonly pages = new ConversationPages();
  private readonly opened: OpenPage[] = [];

  /** Call it at the top of the suite. */
  register(): void {
    suiteSetup(() => this.pages.start());
    suiteTeardown(() => this.pages.stop());
    teardown(async () => {
      for (const one of this.opened.splice(0)) {
        await one.close();
      }
    });
  }

  async open(change: Partial<PageOptions> = {}): Promise<OpenPage> {
    const one = await this.pages.open({
      theme: 'dark',
      widthPx: 1000,
      heightPx: 800,
      snapshot,
      files,
      ...change,
    });
    this.opened.push(one);
    return one;
  }

  /** Waits until the transcript lists its phrases. */
  async openReady(change: Partial<PageOptions> = {}): Promise<OpenPage> {
    const one = await this.open(change);
    await one.page.locator('.row').first().waitFor();
    return one;
  }
}

/** The word of the made-up call that is spoken at a time. */
export function wordAt({ phrases }: SyntheticCall, timeMs: number): string | undefined {
  const phrase = phrases.find(({ words }) => {
    const last = words.at(-1);
    return (
      (words[0]?.startMs ?? Infinity) <= timeMs &&
      timeMs < (last?.startMs ?? 0) + (last?.durationMs ?? 0)
    );
  });
  const index = phrase?.words.findLastIndex(({ startMs }) => startMs <= timeMs);
  return index === undefined ? undefined : phrase?.text.split(' ')[index];
}

export const markedWord = (page: Page): Promise<string | null> =>
  page.evaluate<string | null>(`(() => {
    const list = document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-transcript');
    return list.shadowRoot.querySelector('.now')?.textContent ?? null;
  })()`);

/** Waits for an expression; the page's policy forbids the browser driver's own way. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`)) {
      return;
    }
    await page.waitForTimeout(25);
  }
  assert.fail(`Waited in vain for ${expression}`);
}

export const currentTime = (page: Page): Promise<string | null> =>
  page.locator('genesys-transport-bar .now').textContent();

export const isPlaying = (page: Page): Promise<boolean> =>
  page
    .locator('genesys-transport-bar .play')
    .getAttribute('aria-label')
    .then((label) => label === 'Pause');

/** Share of pixels with an opaque saturated colour in a horizontal stripe of the canvas, 0 to 1. */
export const inkRatio = (page: Page, fromRatio: number, toRatio: number): Promise<number> =>
  page.evaluate<number>(`(() => {
    const view = document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-waveform');
    const canvas = view.shadowRoot.querySelector('canvas');
    const top = Math.floor(canvas.height * ${String(fromRatio)});
    const height = Math.floor(canvas.height * ${String(toRatio)}) - top;
    const { data } = canvas.getContext('2d').getImageData(0, top, canvas.width, height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.subarray(at, at + 4);
      if (alpha > 60 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count++;
    }
    return count / (data.length / 4);
  })()`);
