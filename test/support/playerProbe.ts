/**
 * What runs inside of the player's page to measure it: when things were first painted, how long frames take while it is panned,
 * zoomed, scrolled and searched, and how far the highlight is behind the sound. The product knows nothing of it. Each function
 * is sent to the page as its source and can use nothing of this file.
 */

/** An element of the page: what is done with it happens there, where its types are unknown here. */
type PageElement = any;

/** Times of a page that was opened, milliseconds of the wall clock. */
export interface OpenTimes {
  /** When the page's own script had arrived and began to run. */
  readonly scriptAt: number;
  readonly waveformAt: number;
  readonly transcriptAt: number;
}

/** Installed into every frame before its first script: watches for the first outline and the first phrase. */
export function watchFirstPaint(): void {
  const page: any = globalThis;
  const times: any = { waveformAt: undefined, transcriptAt: undefined };
  page.benchTimes = times;
  /** A task that is queued inside of a frame runs when that frame has been painted. */
  const afterPaint = (action: () => void): void => {
    const { port1, port2 } = new page.MessageChannel();
    port1.onmessage = action;
    port2.postMessage(undefined);
  };
  const now = (): number => Number(page.performance.timeOrigin) + Number(page.performance.now());
  // Only outlines of measured peaks are filled as paths; they are drawn within a frame.
  const { fill } = page.CanvasRenderingContext2D.prototype;
  page.CanvasRenderingContext2D.prototype.fill = function (
    this: unknown,
    ...args: unknown[]
  ): unknown {
    if (times.waveformAt === undefined && args[0] instanceof page.Path2D) {
      times.waveformAt = 0;
      afterPaint(() => {
        times.waveformAt = now();
      });
      page.CanvasRenderingContext2D.prototype.fill = fill;
    }
    return fill.apply(this, args);
  };
  const look = (): void => {
    const host = page.document.querySelector('genesys-conversation-view');
    const list = host?.shadowRoot?.querySelector('genesys-transcript')?.shadowRoot;
    if (list?.querySelector('.row .word') != null) {
      afterPaint(() => {
        times.transcriptAt = now();
      });
    } else {
      page.requestAnimationFrame(look);
    }
  };
  // The editor writes the document anew after this, which ends a loop of frames that began before.
  const { define } = page.customElements;
  page.customElements.define = (...args: unknown[]): void => {
    if (args[0] === 'genesys-transcript') {
      page.requestAnimationFrame(look);
    }
    define.apply(page.customElements, args);
  };
}

/** When the page came to life; undefined until all of it was painted and the whole waveform has arrived. */
export function readOpenTimes(host: PageElement): OpenTimes | undefined {
  const page = host.ownerDocument.defaultView;
  const script = page.performance
    .getEntriesByType('resource')
    .find(({ name }: any) => String(name).includes('conversationView.js'));
  const arePeaksThere = page.performance
    .getEntriesByType('resource')
    .some(({ name }: any) => String(name).endsWith('.dat'));
  const isPainted =
    arePeaksThere && page.benchTimes.waveformAt > 0 && page.benchTimes.transcriptAt > 0;
  return script === undefined || !isPainted
    ? undefined
    : {
        scriptAt: Number(page.performance.timeOrigin) + Number(script.responseEnd),
        waveformAt: page.benchTimes.waveformAt,
        transcriptAt: page.benchTimes.transcriptAt,
      };
}

export interface FrameRun {
  /** Nothing, to see what a frame costs here; or what a person does. */
  readonly action: 'nothing' | 'panZoom' | 'scroll';
  readonly frameCount: number;
  readonly frameMark: string;
}

/** Does something in every frame. @returns milliseconds between frames */
export function runFrames(
  host: PageElement,
  { action, frameCount, frameMark }: FrameRun,
): Promise<readonly number[]> {
  const page = host.ownerDocument.defaultView;
  const canvas = host.shadowRoot
    .querySelector('genesys-waveform')
    .shadowRoot.querySelector('canvas');
  const scroller = host.shadowRoot
    .querySelector('genesys-transcript')
    .shadowRoot.querySelector('.scroller');
  const box = canvas.getBoundingClientRect();
  const wheel = (target: any, deltas: object): void => {
    target.dispatchEvent(
      new page.WheelEvent('wheel', {
        bubbles: true,
        composed: true,
        cancelable: true,
        clientX: Number(box.left) + Number(box.width) * 0.6,
        clientY: Number(box.top) + 60,
        ...deltas,
      }),
    );
  };
  /** In and out through all resolutions, and along in between. */
  const panZoom = (frame: number): void => {
    const step = frame % 120;
    if (step < 40) {
      wheel(canvas, { deltaY: -100 });
    } else if (step < 80) {
      wheel(canvas, { deltaY: 0, deltaX: step < 60 ? 80 : -120 });
    } else {
      wheel(canvas, { deltaY: 100 });
    }
  };
  /** Steps of a wheel, and now and then a jump by the scroll bar. */
  const scroll = (frame: number): void => {
    if (frame % 60 === 59) {
      scroller.scrollTop = Math.random() * scroller.scrollHeight;
    } else {
      scroller.scrollTop = Number(scroller.scrollTop) + 120;
    }
  };
  const act = { nothing: (): void => undefined, panZoom, scroll }[action];
  return new Promise((resolve) => {
    const intervals: number[] = [];
    let before = 0;
    const frame = (time: number): void => {
      if (before > 0) {
        intervals.push(time - before);
      }
      before = time;
      page.performance.mark(frameMark);
      if (intervals.length === frameCount) {
        resolve(intervals);
        return;
      }
      act(intervals.length);
      page.requestAnimationFrame(frame);
    };
    page.requestAnimationFrame(frame);
  });
}

/** Types each text as a person does, a letter after the other. @returns milliseconds from each letter to the painted result */
export async function typeSearches(
  host: PageElement,
  texts: readonly string[],
): Promise<readonly number[]> {
  const page = host.ownerDocument.defaultView;
  const input = host.shadowRoot.querySelector('.search-text');
  const painted = (): Promise<void> =>
    new Promise((resolve) => {
      page.requestAnimationFrame(() => {
        const { port1, port2 } = new page.MessageChannel();
        port1.onmessage = () => {
          resolve();
        };
        port2.postMessage(undefined);
      });
    });
  const times: number[] = [];
  for (const text of texts) {
    for (let length = 1; length <= text.length; length++) {
      await painted();
      const startedMs = Number(page.performance.now());
      input.value = text.slice(0, length);
      input.dispatchEvent(new page.InputEvent('input', { bubbles: true, composed: true }));
      await painted();
      times.push(Number(page.performance.now()) - startedMs);
    }
  }
  input.value = '';
  input.dispatchEvent(new page.InputEvent('input', { bubbles: true, composed: true }));
  await painted();
  return times;
}

/** Where the sound was at a frame, and the phrase and word that the frame showed. */
export interface HighlightFrame {
  readonly soundMs: number;
  readonly phrase: number;
  readonly word: number;
}

/** Looks at every frame after it was painted, while the sound plays. */
export function watchHighlight(
  host: PageElement,
  durationMs: number,
): Promise<readonly HighlightFrame[]> {
  const page = host.ownerDocument.defaultView;
  const list = host.shadowRoot.querySelector('genesys-transcript').shadowRoot;
  const frames: HighlightFrame[] = [];
  const endMs = Number(page.performance.now()) + durationMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const soundMs = Number(page.testSound.currentTime) * 1000;
      const { port1, port2 } = new page.MessageChannel();
      port1.onmessage = () => {
        const word = list.querySelector('.row.spoken .word.now');
        frames.push({
          soundMs,
          phrase: Number(word?.closest('.row').dataset.index ?? -1),
          word: Number(word?.dataset.word ?? -1),
        });
        if (page.performance.now() < endMs) {
          page.requestAnimationFrame(look);
        } else {
          resolve(frames);
        }
      };
      port2.postMessage(undefined);
    };
    page.requestAnimationFrame(look);
  });
}
