/** Walks a query of any length to its end: windows the platform accepts, pages within them, newest first. */
import { errors } from '../base/appError.ts';
import type { ConversationId } from '../model/ids.ts';
import type { Interval } from '../model/interval.ts';
import { isUnfiltered, type ConversationQuery } from '../query/conversationQuery.ts';
import {
  defaultWindowLimits,
  planWindows,
  splitWindow,
  type WindowLimits,
} from '../query/planWindows.ts';
import type { ConversationPage, GenesysApi } from './genesysApi.ts';

export interface ConversationPagerOptions {
  readonly api: Pick<GenesysApi, 'listConversations'>;
  readonly query: ConversationQuery;
  /** 1 to 100. */
  readonly pageSize: number;
  readonly windowLimits?: WindowLimits | undefined;
  /** Conversations that one query can reach by paging. @see the platform's 100 000 */
  readonly maxReachableCount?: number | undefined;
}

const defaultMaxReachableCount = 100_000;

/**
 * Pages of a query. Ids never repeat, though conversations that begin while paging push others onto the next page.
 * A failed or aborted `next` can be called again and continues with the same page. One call at a time.
 */
export class ConversationPager {
  private readonly options: ConversationPagerOptions;
  private readonly windows: Interval[];
  private pageNumber = 1;
  /** Hits of the windows that were walked to their end. */
  private finishedHitCount = 0;
  private readonly seenInWindow = new Set<ConversationId>();

  /** @throws AppError `input` when the interval is empty. */
  constructor(options: ConversationPagerOptions) {
    this.options = options;
    const limits = options.windowLimits ?? defaultWindowLimits;
    this.windows = [
      ...planWindows(
        options.query.interval,
        isUnfiltered(options.query.filters) ? limits.maxUnfilteredDays : limits.maxFilteredDays,
      ),
    ];
  }

  /**
   * The next page that holds anything, or undefined at the end. `totalHits` counts the windows asked so far, so it may grow;
   * it includes what the platform matches by day and the interval leaves out. `hasMore` says whether another call is needed.
   */
  async next(signal: AbortSignal): Promise<ConversationPage | undefined> {
    for (;;) {
      const [window] = this.windows;
      if (window === undefined) {
        return undefined;
      }
      const { api, query, pageSize } = this.options;
      this.checkReach();
      const page = await api.listConversations(
        { ...query, interval: window },
        { pageNumber: this.pageNumber, pageSize },
        signal,
      );
      if (this.pageNumber === 1 && this.splitCrowdedWindow(window, page)) {
        continue;
      }
      const result = this.advance(page);
      if (result.conversations.length > 0 || result.undecodable.length > 0) {
        return result;
      }
    }
  }

  private advance(page: ConversationPage): ConversationPage {
    const conversations = page.conversations.filter(
      ({ value }) => !this.seenInWindow.has(value.id),
    );
    for (const { value } of conversations) {
      this.seenInWindow.add(value.id);
    }
    const totalHits = this.finishedHitCount + page.totalHits;
    if (page.hasMore) {
      this.pageNumber++;
    } else {
      this.windows.shift();
      this.pageNumber = 1;
      this.finishedHitCount = totalHits;
      this.seenInWindow.clear();
    }
    return { ...page, conversations, totalHits, hasMore: this.windows.length > 0 };
  }

  /** A window with more hits than paging can reach becomes two; true when it did. */
  private splitCrowdedWindow(window: Interval, page: ConversationPage): boolean {
    const halves = page.totalHits > this.maxReachableCount ? splitWindow(window) : undefined;
    if (halves === undefined) {
      return false;
    }
    this.windows.splice(0, 1, ...halves);
    return true;
  }

  /** @throws AppError `unsupported` when the next page of a single day lies beyond what the platform pages through. */
  private checkReach(): void {
    if (this.pageNumber * this.options.pageSize > this.maxReachableCount) {
      throw errors.unsupported(
        `One day has more conversations than Genesys Cloud lets a query reach; add a filter to see the rest: ${String(this.maxReachableCount)}`,
      );
    }
  }

  private get maxReachableCount(): number {
    return this.options.maxReachableCount ?? defaultMaxReachableCount;
  }
}
