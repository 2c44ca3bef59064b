/** Remembers by workspace which account its window uses: an id, no secret. */
import type * as vscode from 'vscode';
import type { ActiveAccount } from './sessionManager.ts';

const key = 'genesysArchive.activeAccount';

/** Over the memory of the workspace, which an empty window has too. */
export function createActiveAccount(memory: vscode.Memento): ActiveAccount {
  return {
    get: () => {
      const id = memory.get<unknown>(key);
      return typeof id === 'string' ? id : undefined;
    },
    set: async (accountId) => {
      await memory.update(key, accountId);
    },
  };
}
