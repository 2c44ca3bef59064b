/** Keeps the marks of archived conversations true: read on the first look at the view, and again when folders change. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Event } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { Archives } from './archives.ts';

/** Copies and checkouts change many files at once: they are read when it is quiet again. */
const quietMs = 1000;

/** @param onDidBecomeVisible the first time of any costs one reading of the archive's folder names */
export function watchArchive(
  archives: Archives,
  onDidBecomeVisible: readonly Event<void>[],
  log: Log,
): Disposable {
  const owned = new DisposableStore();
  const lifetime = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let watcher: Disposable | undefined;

  const refresh = (): void => {
    archives.refreshIndex(lifetime.signal).catch((error: unknown) => {
      log.warn('The archive could not be read', { error });
    });
  };
  const refreshSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(refresh, quietMs);
  };
  const watch = (): void => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (folder === undefined) {
      return;
    }
    const files = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, '**/conversations/*/*/*/*/{manifest,notes}.json'),
      false,
      false,
      false,
    );
    owned.add(files);
    owned.add(files.onDidCreate(refreshSoon));
    owned.add(files.onDidChange(refreshSoon));
    owned.add(files.onDidDelete(refreshSoon));
    watcher = files;
  };

  for (const onDidBecomeVisibleOne of onDidBecomeVisible) {
    owned.add(
      onDidBecomeVisibleOne(() => {
        if (watcher === undefined) {
          watch();
          refresh();
        }
      }),
    );
  }
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(refreshSoon));
  owned.add({
    dispose: () => {
      clearTimeout(timer);
      lifetime.abort();
    },
  });
  return owned;
}
