/** Search Archive: a quick pick that searches while one types. Never waits for an answer that is no longer wanted. */
import * as vscode from 'vscode';
import { isCancellation, messageOf, throwIfCancelled } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import type { FoundConversation, FoundPhrase } from '../../protocol/catalogue.ts';
import type { ConversationPlace } from '../../protocol/conversationView.ts';
import { parseSearch } from '../../query/parseSearch.ts';
import type { CatalogueService } from './catalogueService.ts';
import { pickFacet } from './facetPicker.ts';
import type { SearchHistory } from './searchHistory.ts';
import {
  markProblem,
  searchExamples,
  toHitPlace,
  toHitRows,
  toTypedQuery,
  type HitRow,
} from './searchText.ts';

export interface SearchPickerDeps {
  readonly catalogue: CatalogueService;
  readonly history: SearchHistory;
  readonly open: (id: ConversationId, place: ConversationPlace | undefined) => Promise<void>;
  readonly openTranscript: (found: FoundConversation) => Promise<void>;
  readonly showInView: (query: string) => Promise<void>;
  readonly copyLink: (found: FoundConversation, phrase: FoundPhrase | undefined) => Promise<void>;
  readonly exportHits: (query: string) => Promise<void>;
}

/** What comes after the list is gone: nothing, the list again with another text, or something else. */
type Next = { readonly text: string } | { readonly run: () => Promise<void> } | undefined;

type Item = vscode.QuickPickItem &
  (
    | { readonly kind?: vscode.QuickPickItemKind; readonly does: 'nothing' }
    | { readonly does: 'open'; readonly row: HitRow }
    | { readonly does: 'type'; readonly text: string }
    | { readonly does: 'more' }
  );

const debounceMs = 120;
const pageSize = 50;
/** Shows the quick pick until something is opened or the person turns away. */
export async function searchArchive(deps: SearchPickerDeps, text: string): Promise<void> {
  deps.catalogue.startOrRetry();
  let next: Next = { text };
  while (next !== undefined && 'text' in next) {
    const picker: SearchPicker = new SearchPicker(deps, next.text);
    try {
      next = await picker.done;
    } finally {
      picker.dispose();
    }
  }
  await next?.run();
}

class SearchPicker implements Disposable {
  /** Resolves when the list is to go. */
  readonly done: Promise<Next>;
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
  private readonly exportButton = {
    iconPath: new vscode.ThemeIcon('export'),
    tooltip: vscode.l10n.t('Export All Hits as CSV…'),
  };
  private readonly linkButton = {
    iconPath: new vscode.ThemeIcon('link'),
    tooltip: vscode.l10n.t('Copy Link'),
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
    picker.buttons = [this.facetButton, this.viewButton, this.exportButton, this.helpButton];
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
        picker.onDidTriggerItemButton(({ item, button }) => {
          if (item.does === 'open') {
            this.pressOf(item.row, button).then((isOver) => {
              if (isOver) {
                resolve(undefined);
              }
            }, reject);
          }
        }),
      );
      this.owned.add(
        picker.onDidTriggerButton((button) => {
          this.press(button).then((result) => {
            if (result !== 'stay') {
              resolve(result);
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
          phrase === undefined ? undefined : toHitPlace(conversation, phrase),
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

  private async press(button: vscode.QuickInputButton): Promise<'stay' | Next> {
    const text = this.picker.value;
    if (button === this.helpButton) {
      this.type('?');
      return 'stay';
    }
    if (button === this.viewButton) {
      await this.deps.history.add(text);
      await this.deps.showInView(text.trim() === '?' ? '' : text);
      return undefined;
    }
    if (button === this.exportButton) {
      return await this.export(text);
    }
    const query = text.trim() === '?' || parseSearch(text).problem !== undefined ? '' : text;
    return { text: (await pickFacet(this.deps.catalogue, query)) ?? text };
  }

  /** What is shown: the same query, typed to its end or not. */
  private async export(text: string): Promise<'stay' | Next> {
    if (this.rows.length === 0) {
      return 'stay';
    }
    await this.deps.history.add(text);
    const query = this.shownQuery;
    return { run: () => this.deps.exportHits(query) };
  }

  /** @returns whether the search is over. */
  private async pressOf(row: HitRow, button: vscode.QuickInputButton): Promise<boolean> {
    if (button === this.linkButton) {
      await this.deps.copyLink(row.conversation, row.phrase);
      return false;
    }
    await this.deps.openTranscript(row.conversation);
    return true;
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
      buttons: [this.linkButton, this.transcriptButton],
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
    const { state } = this.deps.catalogue;
    if (state.kind === 'failed') {
      return vscode.l10n.t(
        'Nothing found, but the archive could not be read to its end: {0}',
        messageOf(state.error),
      );
    }
    return state.kind === 'filling'
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
