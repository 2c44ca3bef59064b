/**
 * A page object for the conversation view inside the workbench: plays, seeks, and measures whether the highlighted word keeps
 * step with the sound. Knows the view's elements, not how it works.
 */
import type { Locator } from 'playwright-core';
import { plainWord, type SpokenPhrase } from './realCall.ts';
import type { Workbench } from './workbench.ts';

/** A moment at which the highlight moved to a word. */
export interface HighlightMove {
  readonly word: string;
  /** Position of the sound when the word was first seen highlighted. */
  readonly soundMs: number;
  /** When the word begins by the transcript. */
  readonly wordMs: number;
  /** Time between the look before and this one: the highlight moved somewhere in it. */
  readonly frameMs: number;
}

interface Sample {
  readonly soundMs: number;
  readonly words: readonly { readonly phrase: readonly string[]; readonly wordIndex: number }[];
}

/** A highlight may be early or late by so much, besides the frame in which it is drawn. */
const toleranceMs = 50;

/** Runs in the page: keeps hold of the sound, whose element is not in the document. */
function hookSound(host: any): void {
  const page = host.ownerDocument.defaultView;
  const { play } = page.HTMLMediaElement.prototype;
  page.HTMLMediaElement.prototype.play = function (this: unknown): unknown {
    page.testSound = this;
    return play.call(this);
  };
}

/** Runs in the page: what is highlighted, and where the sound is, in every frame. */
function sampleWords(host: any, durationMs: number): Promise<readonly Sample[]> {
  const page = host.ownerDocument.defaultView;
  const list = host.shadowRoot.querySelector('genesys-transcript').shadowRoot;
  const samples: Sample[] = [];
  const endMs = Number(page.performance.now()) + durationMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const words = Array.from(list.querySelectorAll('.row.spoken .word.now'), (word: any) => ({
        phrase: Array.from(
          word.closest('.row').querySelectorAll('.word'),
          (one: any) => one.textContent,
        ),
        wordIndex: Number(word.dataset.word),
      }));
      samples.push({ soundMs: page.testSound.currentTime * 1000, words });
      if (page.performance.now() < endMs) {
        page.requestAnimationFrame(look);
      } else {
        resolve(samples);
      }
    };
    look();
  });
}

export class PlayerView {
  private readonly workbench: Workbench;

  private constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  /** Resolves when waveform and transcript are drawn. */
  static async waitFor(workbench: Workbench): Promise<PlayerView> {
    const view = new PlayerView(workbench);
    await view.waveform.waitFor({ timeout: 60_000 });
    await view.rows.first().waitFor({ timeout: 60_000 });
    await view.host.evaluate(hookSound);
    return view;
  }

  private get host(): Locator {
    return this.workbench.webview().locator('genesys-conversation-view');
  }

  /** The waveform is the slider of the position. */
  get waveform(): Locator {
    return this.host.locator('genesys-waveform canvas').first();
  }

  /** The drawn phrases. */
  get rows(): Locator {
    return this.host.locator('.row');
  }

  get speakers(): Locator {
    return this.host.locator('.row .speaker');
  }

  get playButton(): Locator {
    return this.host.getByRole('button', { name: 'Play', exact: true });
  }

  get pauseButton(): Locator {
    return this.host.getByRole('button', { name: 'Pause', exact: true });
  }

  get speed(): Locator {
    return this.host.getByLabel('Speed', { exact: true });
  }

  roleFilter(label: string): Locator {
    return this.host.locator('.filter', { hasText: label });
  }

  async play(): Promise<void> {
    await this.playButton.click();
    await this.pauseButton.waitFor();
  }

  async pause(): Promise<void> {
    await this.pauseButton.click();
    await this.playButton.waitFor();
  }

  /** Position in whole seconds, as the page says it to assistive technology. */
  async positionSeconds(): Promise<number> {
    return Number(await this.waveform.getAttribute('aria-valuenow'));
  }

  /** What the sound itself says, milliseconds; needs {@link play} once before. */
  async soundMs(): Promise<number> {
    return await this.host.evaluate(
      (host: any) => host.ownerDocument.defaultView.testSound.currentTime * 1000,
    );
  }

  async soundSpeed(): Promise<number> {
    return await this.host.evaluate(
      (host: any) => host.ownerDocument.defaultView.testSound.playbackRate,
    );
  }

  /** Goes to a place of the waveform, 0 at its left end and 1 at its right. */
  async clickWaveform(ratio: number): Promise<void> {
    const box = await this.waveform.boundingBox();
    if (box === null) {
      throw new Error('The waveform is not drawn');
    }
    await this.waveform.click({ position: { x: box.width * ratio, y: box.height * 0.6 } });
  }

  /** Clicks a word; phrases and words are counted from 0. Resolves when it is highlighted. */
  async clickWord(phraseIndex: number, wordIndex: number): Promise<void> {
    const word = this.rows.nth(phraseIndex).locator(`.word[data-word="${String(wordIndex)}"]`);
    await word.click();
    await this.rows
      .nth(phraseIndex)
      .locator(`.word.now[data-word="${String(wordIndex)}"]`)
      .waitFor();
  }

  /** The words that are highlighted now. */
  highlightedWords(): Promise<readonly string[]> {
    return this.host.locator('.row.spoken .word.now').allTextContents();
  }

  /**
   * Watches every frame while the sound plays, for `durationMs`, and resolves to the moments at which the highlight moved.
   * @throws Error when a highlight came more than 50 ms and a frame from its word, or when none moved
   */
  async followHighlight(
    phrases: readonly SpokenPhrase[],
    durationMs: number,
  ): Promise<readonly HighlightMove[]> {
    const samples: readonly Sample[] = await this.host.evaluate(sampleWords, durationMs);
    const moves = toMoves(samples, phrases);
    const wrong = moves.find(
      ({ soundMs, wordMs, frameMs }) =>
        soundMs - wordMs < -toleranceMs || soundMs - wordMs > toleranceMs + frameMs,
    );
    if (wrong !== undefined) {
      throw new Error(`The highlight is not in step with the sound: ${JSON.stringify(wrong)}`);
    }
    if (moves.length === 0) {
      throw new Error(`No word became highlighted in ${String(durationMs)} ms of playing`);
    }
    return moves;
  }
}

function toMoves(
  samples: readonly Sample[],
  phrases: readonly SpokenPhrase[],
): readonly HighlightMove[] {
  const moves: HighlightMove[] = [];
  const keyOf = ({ phrase, wordIndex }: Sample['words'][number]): string =>
    `${phrase.join(' ')} ${String(wordIndex)}`;
  for (const [index, { soundMs, words }] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) {
      continue;
    }
    const known = new Set(before.words.map(keyOf));
    for (const highlighted of words.filter((word) => !known.has(keyOf(word)))) {
      const plain = highlighted.phrase.map(plainWord).join(' ');
      const phrase = phrases.find((one) => one.words.join(' ') === plain);
      const wordMs = phrase?.startsMs[highlighted.wordIndex];
      if (wordMs === undefined) {
        throw new Error(`The transcript has no such phrase: ${plain}`);
      }
      const word = phrase?.words[highlighted.wordIndex] ?? '';
      moves.push({ word, soundMs, wordMs, frameMs: soundMs - before.soundMs });
    }
  }
  return moves;
}
