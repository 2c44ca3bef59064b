/** Ownership of resources: every one has an owner that disposes of it. Compatible with VS Code's `Disposable`. */

export interface Disposable {
  dispose(): void;
}

/** A disposable that runs `action` once, on the first `dispose`. */
export function toDisposable(action: () => void): Disposable {
  let isDone = false;
  return {
    dispose: () => {
      if (!isDone) {
        isDone = true;
        action();
      }
    },
  };
}

/** Owns disposables and disposes of them in reverse order; one that throws does not stop the rest. */
export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private isDisposed = false;

  /** Takes ownership and returns the item. Adding to a disposed store disposes of the item at once. */
  add<T extends Disposable>(item: T): T {
    if (this.isDisposed) {
      item.dispose();
    } else {
      this.items.push(item);
    }
    return item;
  }

  /** @throws AggregateError with what the items threw, after all of them were disposed of. */
  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    const failures: unknown[] = [];
    for (const item of this.items.splice(0).reverse()) {
      try {
        item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, 'Some resources could not be disposed of.');
    }
  }
}

/** Holds at most one disposable; setting another disposes of the one before. */
export class MutableDisposable<T extends Disposable> implements Disposable {
  private current: T | undefined;
  private isDisposed = false;

  get value(): T | undefined {
    return this.current;
  }

  set value(next: T | undefined) {
    if (this.isDisposed) {
      next?.dispose();
      return;
    }
    if (next !== this.current) {
      const previous = this.current;
      this.current = next;
      previous?.dispose();
    }
  }

  dispose(): void {
    this.value = undefined;
    this.isDisposed = true;
  }
}
