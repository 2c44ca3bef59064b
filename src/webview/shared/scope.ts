/**
 * The owner of everything that outlives a call in a page: listeners, timers, frames, observers. Only this file calls
 * `addEventListener`, `setTimeout`, `requestAnimationFrame` or constructs observers, so that nothing is left behind.
 */
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';

/** Collects what an element or view owns; disposing stops all of it and aborts `signal`. */
export class Scope implements Disposable {
  private readonly store = new DisposableStore();
  private readonly controller = new AbortController();

  constructor() {
    this.store.add(
      toDisposable(() => {
        this.controller.abort();
      }),
    );
  }

  /** Aborted when the scope ends. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  add<T extends Disposable>(item: T): T {
    return this.store.add(item);
  }

  /** Listens until the scope ends. */
  listen<K extends keyof HTMLElementEventMap>(
    target: EventTarget,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): void;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: never) => void,
    options: AddEventListenerOptions = {},
  ): void {
    // The overloads tie the type of the event to its name; here both are opaque.
    target.addEventListener(type, listener as (event: Event) => void, {
      ...options,
      signal: this.signal,
    });
  }

  /** A function that asks for `action` in the next frame; asking again before that frame changes nothing. */
  oncePerFrame(action: () => void): () => void {
    let frame: number | undefined;
    this.add(
      toDisposable(() => {
        if (frame !== undefined) {
          cancelAnimationFrame(frame);
        }
      }),
    );
    return () => {
      if (!this.signal.aborted) {
        frame ??= requestAnimationFrame(() => {
          frame = undefined;
          action();
        });
      }
    };
  }

  /** A function that runs `action` after `delayMs`; asking again before that changes nothing, so it runs at most that often. */
  atMostEvery(delayMs: number, action: () => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.add(
      toDisposable(() => {
        clearTimeout(timer);
      }),
    );
    return () => {
      if (!this.signal.aborted) {
        timer ??= setTimeout(() => {
          timer = undefined;
          action();
        }, delayMs);
      }
    };
  }

  /** Calls `listener` with the content size of the element now and whenever it changes. */
  observeSize(element: Element, listener: (widthPx: number, heightPx: number) => void): void {
    const observer = new ResizeObserver((entries) => {
      const last = entries.at(-1)?.contentRect;
      if (last !== undefined) {
        listener(last.width, last.height);
      }
    });
    observer.observe(element);
    this.add(
      toDisposable(() => {
        observer.disconnect();
      }),
    );
  }

  /** Calls `listener` when one of the element's attributes changes. */
  observeAttributes(element: Element, names: readonly string[], listener: () => void): void {
    const observer = new MutationObserver(listener);
    observer.observe(element, { attributes: true, attributeFilter: [...names] });
    this.add(
      toDisposable(() => {
        observer.disconnect();
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }
}

/** Resolves when what was changed before has been drawn; soon too while the page is hidden. */
export async function painted(): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      // A task of its own runs after the frame.
      setTimeout(resolve, 0);
    });
  });
}
