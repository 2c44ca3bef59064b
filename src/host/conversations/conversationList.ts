/**
 * What the Conversations view shows: one query, the pages loaded so far and why there are no more. Owns no VS Code thing;
 * a newer refresh always wins over an older one that is still under way.
 */
import { isCancellation } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { ConversationPage, NameDirectory } from '../../genesys/genesysApi.ts';
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { Fetched } from '../../model/fetched.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ConversationQuery } from '../../query/conversationQuery.ts';

/** Pages of a query, newest first; `undefined` when there are no more. `ConversationPager` is one. */
export interface PageSource {
  next(signal: AbortSignal): Promise<ConversationPage | undefined>;
}

/** Where the pages and names come from: the signed-in client. */
export interface ListSource {
  open(query: ConversationQuery): PageSource;
  readonly names: NameDirectory;
}

export interface ListSnapshot {
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  /** Newest first, without repeats. */
  readonly conversations: readonly Fetched<Conversation>[];
  /** Of the platform, for the pages' window; undefined before the first page. */
  readonly totalHits: number | undefined;
  readonly hasMore: boolean;
  readonly undecodableCount: number;
  readonly error: unknown;
}

const nothing: ListSnapshot = {
  status: 'idle',
  conversations: [],
  totalHits: undefined,
  hasMore: false,
  undecodableCount: 0,
  error: undefined,
};

export class ConversationList implements Disposable {
  private readonly changed = new Emitter<ListSnapshot>();
  readonly onDidChange = this.changed.event;
  private snapshot: ListSnapshot = nothing;
  private pages: PageSource | undefined;
  private names: NameDirectory | undefined;
  private running: AbortController | undefined;

  get current(): ListSnapshot {
    return this.snapshot;
  }

  find(id: ConversationId): Fetched<Conversation> | undefined {
    return this.snapshot.conversations.find(({ value }) => value.id === id);
  }

  /** Forgets everything: nobody is signed in. */
  clear(): void {
    this.running?.abort();
    this.running = undefined;
    this.pages = undefined;
    this.set(nothing);
  }

  /** Starts again with the first page. Resolves when it is there, failed (see `current`), or was overtaken. */
  async refresh(source: ListSource, query: ConversationQuery): Promise<void> {
    this.running?.abort();
    this.pages = source.open(query);
    this.names = source.names;
    this.set({ ...nothing, status: 'loading' });
    await this.loadPage();
  }

  /** Loads the next page, if there is one and none is under way. */
  async loadMore(): Promise<void> {
    if (this.snapshot.status === 'loading' || this.pages === undefined) {
      return;
    }
    this.set({ ...this.snapshot, status: 'loading', error: undefined });
    await this.loadPage();
  }

  dispose(): void {
    this.running?.abort();
    this.changed.dispose();
  }

  private async loadPage(): Promise<void> {
    const { pages, names } = this;
    const controller = new AbortController();
    this.running = controller;
    try {
      const page = await pages?.next(controller.signal);
      await names?.resolve(namesOf(page), controller.signal);
      if (this.running === controller) {
        this.append(page);
      }
    } catch (error) {
      if (this.running === controller && !isCancellation(error)) {
        this.set({ ...this.snapshot, status: 'failed', error });
      }
    }
  }

  private append(page: ConversationPage | undefined): void {
    const known = new Set(this.snapshot.conversations.map(({ value }) => value.id));
    const added = (page?.conversations ?? []).filter(({ value }) => !known.has(value.id));
    this.set({
      status: 'ready',
      conversations: [...this.snapshot.conversations, ...added],
      totalHits: page?.totalHits ?? this.snapshot.totalHits,
      hasMore: page?.hasMore ?? false,
      undecodableCount: this.snapshot.undecodableCount + (page?.undecodable.length ?? 0),
      error: undefined,
    });
  }

  private set(snapshot: ListSnapshot): void {
    this.snapshot = snapshot;
    this.changed.fire(snapshot);
  }
}

function namesOf(page: ConversationPage | undefined): Parameters<NameDirectory['resolve']>[0] {
  const facts = (page?.conversations ?? []).map(({ value }) => toConversationFacts(value));
  const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
  return {
    queueIds: distinct(facts.flatMap(({ queueIds }) => queueIds)),
    userIds: distinct(facts.flatMap(({ agentIds }) => agentIds)),
    wrapUpCodeIds: distinct(facts.flatMap(({ wrapUpCodeIds }) => wrapUpCodeIds)),
  };
}
