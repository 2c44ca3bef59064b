/** Search Archive: a quick pick that searches while one types. Never waits for an answer that is no longer wanted. */
import * as vscode from 'vscode';
import { isCancellation, messageOf, throwIfCancelled } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { FacetsMessage, FoundConversation } from '../../protocol/catalogue.ts';
import type { ConversationPlace } from '../../protocol/conversationView.ts';
import { parseSearch } from '../../query/parseSearch.ts';
import type { CatalogueService } from './catalogueService.ts';
import type { SearchHistory } from './searchHistory.ts';
import {
  foundWords,
  markProblem,
  searchExamples,
  toHitRows,
  toTypedQuery,
  withFilter,
  type FacetField,
  type HitRow,
} from './searchText.ts';

export interface SearchPickerDeps {
  readonly catalogue: CatalogueService;
  readonly history: SearchHistory;
  readonly open: (id: ConversationId, place: ConversationPlace | undefined) => Promise<void>;
  readonly openTranscript: (found: FoundConversation) => Promise<void>;
  readonly showInView: (query: string) => Promise<void>;
}

type Item = vscode.QuickPickItem &
  (
    | { readonly kind?: vscode.QuickPickItemKind; readonly does: 'nothing' }
    | { readonly does: 'open'; readonly row: HitRow }
    | { readonly does: 'type'; readonly text: string }
    | { readonly does: 'more' }
  );

const debounceMs = 120;
const pageSize = 50;
const facetFields: readonly { readonly field: FacetField; readonly key: keyof FacetsMessage }[] = [
  { field: 'queue', key: 'queues' },
  { field: 'agent', key: 'agents' },
  { field: 'media', key: 'media' },
  { field: 'day', key: 'days' },
  { field: 'wrapup', key: 'wrapUps' },
];

/** Shows the quick pick until something is opened or the person turns away. */
export async function searchArchive(deps: SearchPickerDeps, text: string): Promise<void> {
  deps.catalogue.start();
  let wanted: string | undefined = text;
  while (wanted !== undefined) {
    const picker: SearchPicker = new SearchPicker(deps, wanted);
    try {
      wanted = await picker.done;
    } finally {
      picker.dispose();
    }
  }
}

class SearchPicker implements Disposable {
  /** Resolves to the text to go on with, or undefined when it is over. */
  readonly done: Promise<string | undefined>;
  private readonly deps: SearchPickerDeps;
  private readonly owned = new DisposableStore();
  private readonly picker = this.owned.add(vscode.window.createQuickPick<Item>());
  private readonly facetButton = {
    iconPath: new vscode.ThemeIcon('filter'),
    tooltip: vscode.l10n.t('Narrow by Queue, Agent, Media, Day or Wrap-up'),
  };
  private readonly viewButton = {
    iconPath: new vscode.ThemeIcon('list-tree'),
    tooltip: vscode.l10n.t('Show in the Local Archive View'),
  };
  private readonly helpButton = {
    iconPath: new vscode.ThemeIcon('question'),
    tooltip: vscode.l10n.t('What Can Be Asked'),
  };
  private readonly transcriptButton = {
    iconPath: new vscode.ThemeIcon('note'),
    tooltip: vscode.l10n.t('Open Transcript as Text'),
  };
  private asking = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private rows: readonly HitRow[] = [];
  private shownQuery = '';
  private next: string | undefined;

  constructor(deps: SearchPickerDeps, text: string) {
    this.deps = deps;
    const { picker } = this;
    picker.title = this.title();
    picker.placeholder = vscode.l10n.t('Words, "phrases", queue:, agent:, after: … – ? for help');
    picker.matchOnDetail = true;
    picker.keepScrollPosition = true;
    picker.buttons = [this.facetButton, this.viewButton, this.helpButton];
    picker.value = text;
    this.done = new Promise((resolve, reject) => {
      this.owned.add(
        picker.onDidHide(() => {
          resolve(undefined);
        }),
      );
      this.owned.add(
        picker.onDidChangeValue(() => {
          this.searchSoon(debounceMs);
        }),
      );
      this.owned.add(
        picker.onDidAccept(() => {
          this.accept().then((isOver) => {
            if (isOver) {
              resolve(undefined);
            }
          }, reject);
        }),
      );
      this.owned.add(
        picker.onDidTriggerItemButton(({ item }) => {
          if (item.does === 'open') {
            this.deps.openTranscript(item.row.conversation).then(() => {
              resolve(undefined);
            }, reject);
          }
        }),
      );
      this.owned.add(
        picker.onDidTriggerButton((button) => {
          this.press(button).then((result) => {
            if (result !== 'stay') {
              resolve(result.text);
            }
          }, reject);
        }),
      );
    });
    this.owned.add(
      deps.catalogue.onDidChange(({ kind }) => {
        this.picker.title = this.title();
        if (kind === 'ready' || kind === 'failed' || kind === 'noArchive') {
          this.searchSoon(0);
        }
      }),
    );
    picker.show();
    this.searchSoon(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    this.owned.dispose();
  }

  private searchSoon(delayMs: number): void {
    clearTimeout(this.timer);
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.timer = setTimeout(() => {
      this.search(asking.signal).catch((error: unknown) => {
        if (!isCancellation(error) && !asking.signal.aborted) {
          this.picker.busy = false;
          this.show([this.sentence('error', messageOf(error))]);
        }
      });
    }, delayMs);
  }

  private async search(signal: AbortSignal): Promise<void> {
    const text = this.picker.value;
    this.picker.title = this.title();
    if (text.trim() === '') {
      this.rows = [];
      this.next = undefined;
      this.picker.busy = false;
      this.show(this.startItems());
      return;
    }
    if (text.trim() === '?') {
      this.show(helpItems());
      return;
    }
    const { problem } = parseSearch(text);
    if (problem !== undefined) {
      this.picker.busy = false;
      this.show([
        { ...this.sentence('warning', problem.message), detail: markProblem(text, problem) },
      ]);
      return;
    }
    this.picker.busy = true;
    this.shownQuery = toTypedQuery(text);
    const page = await this.deps.catalogue.request(
      'searchCatalogue',
      { query: this.shownQuery, limit: pageSize },
      signal,
    );
    throwIfCancelled(signal);
    this.rows = page.conversations.flatMap((found) => toHitRows(found, text));
    this.next = page.next;
    this.showHits();
    this.picker.busy = false;
    const { phraseCount, conversationCount } = await this.deps.catalogue.request(
      'countHits',
      { query: this.shownQuery },
      signal,
    );
    throwIfCancelled(signal);
    this.picker.title = this.title(
      conversationCount === undefined
        ? vscode.l10n.t('hits: {0}', phraseCount.toLocaleString())
        : vscode.l10n.t('conversations: {0}', conversationCount.toLocaleString()),
    );
  }

  /** @returns whether the search is over. */
  private async accept(): Promise<boolean> {
    const [item] = this.picker.selectedItems;
    switch (item?.does) {
      case 'open': {
        const { conversation, phrase } = item.row;
        await this.deps.history.add(this.picker.value);
        await this.deps.open(
          parseConversationId(conversation.conversationId),
          phrase === undefined
            ? undefined
            : {
                timeMs: phrase.startMs,
                communicationId: phrase.communicationId,
                recordingId: phrase.recordingId,
                words: foundWords(phrase),
              },
        );
        return true;
      }
      case 'type':
        this.type(item.text);
        return false;
      case 'more':
        await this.showMore();
        return false;
      case 'nothing':
      case undefined:
        return false;
    }
  }

  private async press(
    button: vscode.QuickInputButton,
  ): Promise<'stay' | { readonly text: string | undefined }> {
    const text = this.picker.value;
    if (button === this.helpButton) {
      this.type('?');
      return 'stay';
    }
    if (button === this.viewButton) {
      await this.deps.history.add(text);
      await this.deps.showInView(text.trim() === '?' ? '' : text);
      return { text: undefined };
    }
    const query = text.trim() === '?' || parseSearch(text).problem !== undefined ? '' : text;
    return { text: (await pickFacet(this.deps.catalogue, query)) ?? text };
  }

  private type(text: string): void {
    this.picker.value = text;
    this.searchSoon(0);
  }

  private async showMore(): Promise<void> {
    const { signal } = this.asking;
    const after = this.next;
    if (after === undefined) {
      return;
    }
    this.picker.busy = true;
    const page = await this.deps.catalogue.request(
      'searchCatalogue',
      { query: this.shownQuery, limit: pageSize, after },
      signal,
    );
    if (!signal.aborted) {
      this.rows = [
        ...this.rows,
        ...page.conversations.flatMap((found) => toHitRows(found, this.picker.value)),
      ];
      this.next = page.next;
      this.showHits();
      this.picker.busy = false;
    }
  }

  private showHits(): void {
    const items: Item[] = this.rows.map((row) => ({
      does: 'open',
      row,
      label: row.label,
      description: row.description,
      ...(row.detail === undefined ? {} : { detail: row.detail }),
      alwaysShow: true,
      buttons: [this.transcriptButton],
    }));
    if (items.length === 0) {
      items.push(this.sentence('info', this.nothingText()));
    } else if (this.next !== undefined) {
      items.push({
        does: 'more',
        label: vscode.l10n.t('$(fold-down) More hits'),
        alwaysShow: true,
      });
    }
    this.show(items);
  }

  private nothingText(): string {
    return this.deps.catalogue.state.kind === 'filling'
      ? vscode.l10n.t('Nothing found so far: the archive is still being read')
      : vscode.l10n.t('Nothing in the archive matches');
  }

  /** What was searched before, and how to ask. */
  private startItems(): readonly Item[] {
    return [
      ...this.deps.history.all.map((text): Item => ({
        does: 'type',
        text,
        label: `$(history) ${text}`,
        alwaysShow: true,
      })),
      {
        does: 'type',
        text: '?',
        label: `$(question) ${vscode.l10n.t('What can be asked')}`,
        alwaysShow: true,
      },
    ];
  }

  private sentence(icon: string, text: string): Item {
    return { does: 'nothing', label: `$(${icon}) ${text}`, alwaysShow: true };
  }

  private show(items: readonly Item[]): void {
    this.picker.items = items;
  }

  private title(result?: string): string {
    const { state } = this.deps.catalogue;
    const notes = [
      vscode.l10n.t('Search Archive'),
      ...(result === undefined ? [] : [result]),
      ...(state.kind === 'filling' && state.totalCount !== undefined && state.totalCount > 0
        ? [
            vscode.l10n.t(
              'reading {0} of {1} conversations',
              state.doneCount.toLocaleString(),
              state.totalCount.toLocaleString(),
            ),
          ]
        : []),
    ];
    return notes.join(' · ');
  }
}

function helpItems(): readonly Item[] {
  return searchExamples.map(([text, meaning]) => ({
    does: 'type',
    text,
    label: text,
    description: meaning,
    alwaysShow: true,
  }));
}

/** @returns the query narrowed by what was picked; undefined when the person turned away. */
async function pickFacet(catalogue: CatalogueService, text: string): Promise<string | undefined> {
  const stop = new AbortController();
  const items = async (): Promise<(vscode.QuickPickItem & { readonly narrowed?: string })[]> => {
    const facets = await catalogue.request('readFacets', { query: text }, stop.signal);
    return facetFields.flatMap(({ field, key }) => {
      const values = facets[key];
      return typeof values === 'number' || values.length === 0
        ? []
        : [
            { label: facetTitle(field), kind: vscode.QuickPickItemKind.Separator },
            ...values.map((value) => ({
              label: value.name === '' ? value.id : value.name,
              description: value.conversationCount.toLocaleString(),
              narrowed: withFilter(text, field, value),
            })),
          ];
    });
  };
  try {
    const picked = await vscode.window.showQuickPick(items(), {
      title: vscode.l10n.t('Narrow the Search'),
      placeHolder: vscode.l10n.t('Conversations by queue, agent, media, day and wrap-up code'),
    });
    return picked?.narrowed;
  } finally {
    stop.abort();
  }
}

function facetTitle(field: FacetField): string {
  switch (field) {
    case 'queue':
      return vscode.l10n.t('Queues');
    case 'agent':
      return vscode.l10n.t('Agents');
    case 'media':
      return vscode.l10n.t('Media');
    case 'day':
      return vscode.l10n.t('Days (UTC)');
    case 'wrapup':
      return vscode.l10n.t('Wrap-up Codes');
  }
}
