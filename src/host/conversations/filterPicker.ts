/** Asks for filters by name, one kind at a time; the platform applies them before anything is listed. */
import * as vscode from 'vscode';
import { isAppError, isCancellation, messageOf } from '../../base/appError.ts';
import { DisposableStore } from '../../base/disposable.ts';
import type { NamedEntry, NameDirectory } from '../../genesys/genesysApi.ts';
import { knownMediaTypes, type Direction } from '../../model/conversation.ts';
import { mediaIcon, mediaName, toLabel } from './format.ts';
import { emptyFilters, hasFilters, type Named, type SavedFilters } from './savedFilters.ts';

/** Typing pauses shorter than this ask the platform nothing. */
const searchDelayMs = 250;

interface KindItem extends vscode.QuickPickItem {
  readonly edit: (filters: SavedFilters) => Promise<SavedFilters | undefined>;
}

/** The new filters, or undefined when the person gave up before changing anything. */
export async function pickFilters(
  current: SavedFilters,
  names: NameDirectory,
): Promise<SavedFilters | undefined> {
  let filters = current;
  for (;;) {
    const done: KindItem = {
      label: vscode.l10n.t('Apply'),
      iconPath: new vscode.ThemeIcon('check'),
      edit: () => Promise.resolve(undefined),
    };
    const clear: KindItem = {
      label: vscode.l10n.t('Clear All'),
      iconPath: new vscode.ThemeIcon('clear-all'),
      edit: () => Promise.resolve(emptyFilters),
    };
    const items = [
      ...(filters === current ? [] : [done]),
      ...kinds(filters, names),
      ...(hasFilters(filters) ? [clear] : []),
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Conversations: Filters'),
      placeHolder: vscode.l10n.t(
        'Choose what to filter by; the platform applies it before listing',
      ),
      ignoreFocusOut: true,
    });
    if (picked === undefined) {
      // Leaving with Escape after a change keeps the change: the person already confirmed it in its own step.
      return filters === current ? undefined : filters;
    }
    if (picked === done) {
      return filters;
    }
    filters = (await picked.edit(filters)) ?? filters;
  }
}

function kinds(filters: SavedFilters, names: NameDirectory): readonly KindItem[] {
  const chosen = (values: readonly { readonly name: string }[]): string =>
    values.map(({ name }) => toLabel(name, 40)).join(', ');
  return [
    {
      label: vscode.l10n.t('Queue'),
      description: chosen(filters.queues),
      iconPath: new vscode.ThemeIcon('organization'),
      edit: (now) =>
        pickNamed(vscode.l10n.t('Filter by Queue'), now.queues, (text, signal) =>
          names.searchQueues(text, signal),
        ).then((queues) => queues && { ...now, queues }),
    },
    {
      label: vscode.l10n.t('Agent'),
      description: chosen(filters.agents),
      iconPath: new vscode.ThemeIcon('account'),
      edit: (now) =>
        pickNamed(vscode.l10n.t('Filter by Agent'), now.agents, (text, signal) =>
          names.searchUsers(text, signal),
        ).then((agents) => agents && { ...now, agents }),
    },
    {
      label: vscode.l10n.t('Media'),
      description: filters.mediaTypes.map(mediaName).join(', '),
      iconPath: new vscode.ThemeIcon('comment-discussion'),
      edit: pickMedia,
    },
    {
      label: vscode.l10n.t('Direction'),
      description: filters.direction ?? '',
      iconPath: new vscode.ThemeIcon('arrow-swap'),
      edit: pickDirection,
    },
    {
      label: vscode.l10n.t('Number or Address'),
      description: filters.number ?? '',
      iconPath: new vscode.ThemeIcon('symbol-numeric'),
      edit: askNumber,
    },
    {
      label: vscode.l10n.t('Wrap-Up Code'),
      description: chosen(filters.wrapUpCodes),
      iconPath: new vscode.ThemeIcon('tag'),
      edit: (now) =>
        pickNamed(vscode.l10n.t('Filter by Wrap-Up Code'), now.wrapUpCodes, (text, signal) =>
          names.searchWrapUpCodes(text, signal),
        ).then((wrapUpCodes) => wrapUpCodes && { ...now, wrapUpCodes }),
    },
  ];
}

async function pickMedia(filters: SavedFilters): Promise<SavedFilters | undefined> {
  const picked = await vscode.window.showQuickPick(
    knownMediaTypes.map((mediaType) => ({
      label: mediaName(mediaType),
      iconPath: new vscode.ThemeIcon(mediaIcon(mediaType, 'inbound')),
      picked: filters.mediaTypes.includes(mediaType),
      mediaType,
    })),
    { title: vscode.l10n.t('Filter by Media'), canPickMany: true, ignoreFocusOut: true },
  );
  return picked && { ...filters, mediaTypes: picked.map(({ mediaType }) => mediaType) };
}

async function pickDirection(filters: SavedFilters): Promise<SavedFilters | undefined> {
  const item = (label: string, icon: string, direction: Direction | undefined) => ({
    label,
    iconPath: new vscode.ThemeIcon(icon),
    description: filters.direction === direction ? vscode.l10n.t('current') : '',
    direction,
  });
  const picked = await vscode.window.showQuickPick(
    [
      item(vscode.l10n.t('Any'), 'arrow-both', undefined),
      item(vscode.l10n.t('Inbound'), 'call-incoming', 'inbound'),
      item(vscode.l10n.t('Outbound'), 'call-outgoing', 'outbound'),
    ],
    { title: vscode.l10n.t('Filter by Direction'), ignoreFocusOut: true },
  );
  return picked && { ...filters, direction: picked.direction };
}

async function askNumber(filters: SavedFilters): Promise<SavedFilters | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Filter by Number or Address'),
    value: filters.number ?? '',
    prompt: vscode.l10n.t(
      'The caller or the dialled number, complete, such as +1 202 555 0143. Empty for any.',
    ),
    ignoreFocusOut: true,
  });
  return text === undefined
    ? undefined
    : { ...filters, number: text.trim() === '' ? undefined : text.trim() };
}

interface EntryItem<Id> extends vscode.QuickPickItem {
  readonly entry: Named<Id>;
}

/** A searching multi-pick: what was chosen stays on top, what is found follows. Undefined on Escape. */
function pickNamed<Id extends string>(
  title: string,
  chosen: readonly Named<Id>[],
  search: (text: string, signal: AbortSignal) => Promise<readonly NamedEntry<Id>[]>,
): Promise<readonly Named<Id>[] | undefined> {
  const owned = new DisposableStore();
  const picker = owned.add(vscode.window.createQuickPick<EntryItem<Id>>());
  let running = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  picker.title = title;
  picker.placeholder = vscode.l10n.t('Type a part of the name');
  picker.canSelectMany = true;
  picker.ignoreFocusOut = true;
  picker.matchOnDescription = true;

  const show = (found: readonly Named<Id>[]): void => {
    const kept = picker.selectedItems.map(({ entry }) => entry);
    const keptIds = new Set(kept.map(({ id }) => id));
    picker.items = [...kept, ...found.filter(({ id }) => !keptIds.has(id))].map((entry) => ({
      label: toLabel(entry.name),
      // The picker filters by what was typed as well; ids keep two entries of one name apart.
      description: entry.id,
      entry,
    }));
    picker.selectedItems = picker.items.filter(({ entry }) => keptIds.has(entry.id));
  };

  const find = async (text: string): Promise<void> => {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    picker.busy = true;
    try {
      const found = await search(text, signal);
      if (!signal.aborted) {
        show(found);
      }
    } catch (error) {
      if (!isCancellation(error)) {
        picker.placeholder = isAppError(error, 'forbidden')
          ? vscode.l10n.t('Names cannot be searched: {0}', messageOf(error))
          : vscode.l10n.t('The search failed: {0}', messageOf(error));
      }
    } finally {
      if (!signal.aborted) {
        picker.busy = false;
      }
    }
  };

  return new Promise((resolve) => {
    owned.add(
      picker.onDidChangeValue((text) => {
        clearTimeout(timer);
        timer = setTimeout(() => void find(text), searchDelayMs);
      }),
    );
    owned.add(
      picker.onDidAccept(() => {
        resolve(picker.selectedItems.map(({ entry }) => entry));
        picker.hide();
      }),
    );
    owned.add(
      picker.onDidHide(() => {
        clearTimeout(timer);
        running.abort();
        resolve(undefined);
        owned.dispose();
      }),
    );
    picker.items = chosen.map((entry) => ({
      label: toLabel(entry.name),
      description: entry.id,
      entry,
    }));
    picker.selectedItems = [...picker.items];
    picker.show();
    void find('');
  });
}
