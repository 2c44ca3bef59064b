/** One step of a dialog made of quick inputs. */
import type * as vscode from 'vscode';
import { cancellation, throwIfCancelled } from '../../base/appError.ts';
import { DisposableStore } from '../../base/disposable.ts';

/**
 * Shows the input until `settle` was called, then disposes of it. Hiding it before, or an aborted signal, rejects with
 * AbortError.
 */
export async function showInput<T>(
  input: vscode.QuickInput,
  signal: AbortSignal,
  wire: (settle: (value: T) => void, store: DisposableStore) => void,
): Promise<T> {
  const store = new DisposableStore();
  try {
    throwIfCancelled(signal);
    return await new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        reject(cancellation());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      store.add({
        dispose: () => {
          signal.removeEventListener('abort', giveUp);
        },
      });
      store.add(input.onDidHide(giveUp));
      wire(resolve, store);
      input.show();
    });
  } finally {
    store.dispose();
    input.dispose();
  }
}
