/** Syncing as its feature calls it, loaded on first use as a bundle of its own (`esbuild.js`). */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { DownloadsTree, type DownloadsTreeDeps } from './downloadsTree.ts';
import { SyncCommands, type SyncCommandsDeps } from './syncCommands.ts';
import { SyncRuns } from './syncRuns.ts';

const quietMs = 1_000;

export interface Syncing extends Disposable {
  readonly commands: SyncCommands;
  readonly tree: DownloadsTree;
}

export type SyncingDeps = Omit<SyncCommandsDeps & DownloadsTreeDeps, 'runs' | 'tree'>;

/** Reads nothing yet. */
export function createSyncing(deps: SyncingDeps): Syncing {
  const owned = new DisposableStore();
  const runs = owned.add(new SyncRuns(deps));
  const tree = owned.add(new DownloadsTree({ ...deps, runs }));
  owned.add(watchSyncs(runs, deps));
  return {
    commands: new SyncCommands({ ...deps, runs, tree }),
    tree,
    dispose: () => {
      owned.dispose();
    },
  };
}

/** Reads the list again when another window begins, goes on with or removes a sync, and when the archive is another one. */
function watchSyncs(runs: SyncRuns, { settings, log }: SyncingDeps): Disposable {
  const owned = new DisposableStore();
  let files: Disposable | undefined;
  let timer: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    runs.refresh().catch((error: unknown) => {
      log.warn('The syncs of the archive could not be read', { error });
    });
  };
  const refreshFor = (uri: vscode.Uri): void => {
    const syncId = uri.path.split('/').at(-2) ?? '';
    if (runs.get(syncId)?.worker === undefined) {
      clearTimeout(timer);
      timer = setTimeout(refresh, quietMs);
    }
  };
  const watch = (): void => {
    files?.dispose();
    const { rootPath } = runs;
    if (rootPath !== undefined) {
      const pattern = new vscode.RelativePattern(
        vscode.Uri.file(rootPath),
        'sync/*/{request.json,journal.jsonl}',
      );
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      watcher.onDidCreate(refreshFor);
      watcher.onDidChange(refreshFor);
      watcher.onDidDelete(refreshFor);
      files = watcher;
    }
  };
  const follow = (): void => {
    watch();
    refresh();
  };
  watch();
  owned.add(
    settings.onDidChange((keys) => {
      if (keys.has('archive.folder')) {
        follow();
      }
    }),
  );
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(follow));
  owned.add({
    dispose: () => {
      clearTimeout(timer);
      files?.dispose();
    },
  });
  return owned;
}
