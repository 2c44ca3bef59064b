/**
 * What runs inside of the player's page to hear it: finds clicks in the samples that the browser renders, and looks which word is
 * highlighted in every frame. Asks no element for its position. Functions are sent to the page as source.
 */

/** An element of the page: what is done with it happens there, where its types are unknown here. */
type PageElement = any;

/** What was heard and seen, on the page's clock in milliseconds. */
export interface HeardAndSeen {
  /** When each click began to be rendered. */
  readonly clicksMs: readonly number[];
  /** When the highlight went from one word to another, and to which: `phrase` and `word` counted from 0. */
  readonly moves: readonly {
    readonly atMs: number;
    readonly phrase: number;
    readonly word: number;
  }[];
}

/** Installed before the page's scripts: sends the sound of what plays first through an analyser, unchanged. */
export function hookRenderedSound(): void {
  const page: any = globalThis;
  const { play } = page.HTMLMediaElement.prototype;
  page.HTMLMediaElement.prototype.play = function (this: any): unknown {
    if (page.syncAnalyser === undefined) {
      const context = new page.AudioContext();
      page.syncAnalyser = new page.AnalyserNode(context, { fftSize: 32_768 });
      context
        .createMediaElementSource(this)
        .connect(page.syncAnalyser)
        .connect(context.destination);
    }
    page.syncAnalyser.context.resume();
    return play.call(this);
  };
}

/** Listens and looks for a while, from the moment the sound is heard. */
export function listenAndLook(host: PageElement, durationMs: number): Promise<HeardAndSeen> {
  const page = host.ownerDocument.defaultView;
  const analyser = page.syncAnalyser;
  const { context } = analyser;
  const list = host.shadowRoot.querySelector('genesys-transcript').shadowRoot;
  const samples = new page.Float32Array(analyser.fftSize);
  const rateHz = Number(context.sampleRate);
  const clickTimes: number[] = [];
  const clockOffsets: number[] = [];
  const moves: { atMs: number; phrase: number; word: number }[] = [];
  let before = '';
  /** Onsets: a loud sample after 50 quiet milliseconds. */
  const findClicks = (endSeconds: number): void => {
    let lastLoud = -1;
    for (let index = 0; index < samples.length; index++) {
      if (Math.abs(samples[index]) > 0.12) {
        const isOnset = lastLoud >= 0 ? index - lastLoud > rateHz / 20 : index > rateHz / 20;
        lastLoud = index;
        const time = endSeconds - (samples.length - index) / rateHz;
        if (isOnset && clickTimes.every((known) => Math.abs(known - time) > 0.1)) {
          clickTimes.push(time);
        }
      }
    }
  };
  const endMs = Number(page.performance.now()) + durationMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const atMs = Number(page.performance.now());
      analyser.getFloatTimeDomainData(samples);
      findClicks(Number(context.currentTime));
      clockOffsets.push(atMs - Number(context.currentTime) * 1000);
      const { port1, port2 } = new page.MessageChannel();
      // After all of the frame's own work.
      port1.onmessage = () => {
        const word = list.querySelector('.row.spoken .word.now');
        const phrase = Number(word?.closest('.row').dataset.index ?? -1);
        const key = `${String(phrase)} ${String(word?.dataset.word)}`;
        if (word !== null && key !== before) {
          moves.push({ atMs, phrase, word: Number(word.dataset.word) });
        }
        before = key;
        if (atMs < endMs) {
          page.requestAnimationFrame(look);
          return;
        }
        // The audio clock goes in steps: of its distance to the page's clock the middle is meant.
        const offset = clockOffsets.sort((a, b) => a - b)[clockOffsets.length >> 1] ?? 0;
        resolve({
          clicksMs: clickTimes.sort((a, b) => a - b).map((time) => time * 1000 + offset),
          moves: moves.slice(1),
        });
      };
      port2.postMessage(undefined);
    };
    page.requestAnimationFrame(look);
  });
}
