/**
 * Keeps the marks of archived conversations true: read on the first look at the view, and again when folders change or the archive is
 * another one. The archive may lie outside of the workspace.
 */
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { DisposableStore, MutableDisposable, type Disposable } from '../../base/disposable.ts';
import type { Event } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { Archives } from './archives.ts';

/** Copies and checkouts change many files at once: they are read when it is quiet again. */
const quietMs = 1000;
const watchedFiles = 'conversations/*/*/*/*/{manifest,notes}.json';

export interface WatchArchiveDeps {
  readonly archives: Archives;
  readonly settings: Pick<SettingsReader, 'onDidChange'>;
  readonly log: Log;
}

/** @param onDidBecomeVisible the first time of any costs one reading of the archive's folder names */
export function watchArchive(
  { archives, settings, log }: WatchArchiveDeps,
  onDidBecomeVisible: readonly Event<void>[],
): Disposable {
  const owned = new DisposableStore();
  const lifetime = new AbortController();
  const watcher = owned.add(new MutableDisposable<Disposable>());
  let timer: NodeJS.Timeout | undefined;
  let isWatching = false;
  let lastRound = 0;

  const refresh = (): void => {
    archives.refreshIndex(lifetime.signal).catch((error: unknown) => {
      log.warn('The archive could not be read', { error });
    });
  };
  const refreshSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(refresh, quietMs);
  };
  const watch = async (): Promise<void> => {
    const round = ++lastRound;
    const base = await findBase(archives);
    // What changed meanwhile has a round of its own.
    if (round === lastRound && !lifetime.signal.aborted) {
      watcher.value = base === undefined ? undefined : watchFiles(base, refreshSoon);
    }
  };
  const watchAnew = (): void => {
    if (isWatching) {
      void watch();
      refreshSoon();
    }
  };

  for (const onDidBecomeVisibleOne of onDidBecomeVisible) {
    owned.add(
      onDidBecomeVisibleOne(() => {
        if (!isWatching) {
          isWatching = true;
          void watch();
          refresh();
        }
      }),
    );
  }
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(watchAnew));
  owned.add(
    settings.onDidChange((keys) => {
      if (keys.has('archive.folder')) {
        watchAnew();
      }
    }),
  );
  owned.add({
    dispose: () => {
      clearTimeout(timer);
      lifetime.abort();
    },
  });
  return owned;
}

/** The folder itself where the archive is a link to it: watchers of a workspace do not look behind links. */
async function findBase(archives: Pick<Archives, 'rootPath'>): Promise<vscode.Uri | undefined> {
  const rootPath = rootPathOf(archives);
  return rootPath === undefined
    ? undefined
    : vscode.Uri.file(await realpath(rootPath).catch(() => rootPath));
}

/** Undefined when no folder is open: there is no archive then. */
function rootPathOf(archives: Pick<Archives, 'rootPath'>): string | undefined {
  try {
    return archives.rootPath;
  } catch {
    return undefined;
  }
}

function watchFiles(base: vscode.Uri, onChange: () => void): Disposable {
  const files = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(base, watchedFiles),
  );
  const owned = new DisposableStore();
  owned.add(files);
  owned.add(files.onDidCreate(onChange));
  owned.add(files.onDidChange(onChange));
  owned.add(files.onDidDelete(onChange));
  return owned;
}
