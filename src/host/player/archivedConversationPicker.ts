/** The quick pick of conversations that are in the workspace's archive: shown at once, filled while it is open. */
import * as vscode from 'vscode';
import type { Archive, ListedConversation } from '../../archive/archive.ts';
import { isAppError, isCancellation } from '../../base/appError.ts';
import { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import { toArchivedPick } from './archivedPick.ts';
import { withArchivedNames } from './conversationNames.ts';
import type { Names } from './conversationSnapshot.ts';

/** The quick pick stays quick with these; older ones are opened by id. */
const maxItems = 1000;
/** Only these are read for what they are; the others show day and id. */
const maxReadItems = 200;
/** Each change of the items draws the list again. */
const itemsPerUpdate = 40;
const parallelReads = 8;

interface Item extends vscode.QuickPickItem {
  readonly id: ConversationId;
  /** Orders the list, newest first. */
  readonly sortKey: string;
}

export interface PickerDeps {
  /** Undefined without a sign-in. */
  readonly liveNames: Names | undefined;
  readonly log: Log;
  /** What the picked conversation is for; opening it when left out. */
  readonly title?: string;
}

/** @returns what was picked; `nothing` when the archive is empty, undefined when the person turned away. */
export async function pickArchivedConversation(
  openArchive: (signal: AbortSignal) => Promise<Archive | undefined>,
  deps: PickerDeps,
): Promise<ConversationId | 'nothing' | undefined> {
  const stop = new AbortController();
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = deps.title ?? vscode.l10n.t('Open Archived Conversation');
  picker.placeholder = vscode.l10n.t('Newest first; type a time, a name or a part of the id');
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.keepScrollPosition = true;
  picker.busy = true;
  try {
    return await new Promise<ConversationId | 'nothing' | undefined>((resolve, reject) => {
      picker.onDidAccept(() => {
        const [item] = picker.selectedItems;
        if (item !== undefined) {
          resolve(item.id);
        }
      });
      picker.onDidHide(() => {
        resolve(undefined);
      });
      picker.show();
      fill(picker, openArchive, deps, stop.signal).then(
        (count) => {
          picker.busy = false;
          if (count === 0) {
            resolve('nothing');
          }
        },
        (error: unknown) => {
          if (!isCancellation(error)) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
      );
    });
  } finally {
    stop.abort();
    picker.dispose();
  }
}

/** @returns how many conversations there are to pick from */
async function fill(
  picker: vscode.QuickPick<Item>,
  openArchive: (signal: AbortSignal) => Promise<Archive | undefined>,
  deps: PickerDeps,
  signal: AbortSignal,
): Promise<number> {
  const archive = await openArchive(signal);
  if (archive === undefined) {
    return 0;
  }
  const listed: ListedConversation[] = [];
  for await (const one of archive.list(signal)) {
    listed.push(one);
    if (listed.length >= maxItems) {
      break;
    }
  }
  const items = new Map<ConversationId, Item>(
    listed.map((one) => [one.conversationId, unreadItem(one)]),
  );
  const show = (): void => {
    if (!signal.aborted) {
      const activeIds = picker.activeItems.map(({ id }) => id);
      picker.items = [...items.values()].sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1));
      // The person may be on an item already: it stays the active one. None active would make Enter do nothing.
      const active = picker.items.filter(({ id }) => activeIds.includes(id));
      if (active.length > 0) {
        picker.activeItems = active;
      }
    }
  };
  show();
  const limiter = new Limiter(parallelReads);
  let readCount = 0;
  await Promise.all(
    listed.slice(0, maxReadItems).map((one) =>
      limiter.run(async () => {
        const item = await readItem(archive, one, deps, signal);
        items.set(one.conversationId, item);
        readCount++;
        if (readCount % itemsPerUpdate === 0) {
          show();
        }
      }, signal),
    ),
  );
  show();
  return items.size;
}

function unreadItem({ conversationId, day }: ListedConversation): Item {
  return {
    label: day,
    // As tall as it will be when it is read, so that no row moves away from under the pointer.
    detail: conversationId,
    iconPath: new vscode.ThemeIcon('archive'),
    id: conversationId,
    sortKey: day,
  };
}

async function readItem(
  archive: Archive,
  listed: ListedConversation,
  { liveNames, log }: PickerDeps,
  signal: AbortSignal,
): Promise<Item> {
  try {
    const detail = await archive.readDetail(listed.folderPath, signal);
    const { label, description, icon, startMs } = toArchivedPick(
      detail,
      withArchivedNames(liveNames, detail.names),
    );
    return {
      label,
      description,
      detail: listed.conversationId,
      iconPath: new vscode.ThemeIcon(icon),
      id: listed.conversationId,
      sortKey: new Date(startMs).toISOString(),
    };
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    log.warn('An archived conversation could not be read', { code: error.code });
    return { ...unreadItem(listed), iconPath: new vscode.ThemeIcon('warning') };
  }
}
