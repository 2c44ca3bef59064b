/** The one place where VS Code's cancellation tokens become abort signals. */
import type * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';

/**
 * A signal that aborts when the token is cancelled. Dispose of the result when the work is done: it stops listening and
 * leaves the signal as it is.
 */
export function toAbortSignal(
  token: vscode.CancellationToken,
): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  }
  const subscription = token.onCancellationRequested(() => {
    controller.abort();
  });
  return {
    signal: controller.signal,
    dispose: () => {
      subscription.dispose();
    },
  };
}
