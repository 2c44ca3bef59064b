/** The one place that sets context keys: typed by the manifest, and only when a value changes. */
import * as vscode from 'vscode';
import type { ContextKey } from '../../generated/manifest.ts';

/** Sets `genesysArchive:<key>`. Several changes in one turn of the event loop become one; an unchanged value none. */
export class ContextKeys {
  private readonly known = new Map<ContextKey, boolean | string>();
  private readonly pending = new Map<ContextKey, boolean | string>();

  set(key: ContextKey, value: boolean | string): void {
    if (this.pending.size === 0) {
      queueMicrotask(() => {
        this.flush();
      });
    }
    this.pending.set(key, value);
  }

  private flush(): void {
    for (const [key, value] of this.pending) {
      if (this.known.get(key) !== value) {
        this.known.set(key, value);
        void vscode.commands.executeCommand('setContext', `genesysArchive:${key}`, value);
      }
    }
    this.pending.clear();
  }
}
