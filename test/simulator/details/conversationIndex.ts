/**
 * Answers details queries over an organisation's conversations, which are ordered by start. Days are found by binary search,
 * so a page touches only its own conversations unless there is a filter; what a filter found is kept for the next page.
 */
import type { Models } from 'purecloud-platform-client-v2';

import type { SimulatedConversation, SimulatedOrganisation } from '../organisation.ts';
import { parseInterval, touchedDays, type DetailsInterval } from './detailsInterval.ts';
import { filtersOf, predicatesOf, type FilteredQuery } from './detailsQuery.ts';
import { countFacets } from './facets.ts';
import { compileFilters } from './filterMatching.ts';
import type { SimulatedDetail } from './segmentRow.ts';

const keptResults = 32;
const filterKinds = [
  'conversationFilters',
  'segmentFilters',
  'evaluationFilters',
  'surveyFilters',
  'resolutionFilters',
] as const;

export class ConversationIndex {
  private readonly conversations: readonly SimulatedConversation[];
  /** Ordered hits by everything that decides them, oldest use first. */
  private readonly hitsByQuery = new Map<string, readonly number[]>();

  constructor(organisation: SimulatedOrganisation) {
    this.conversations = organisation.conversations;
  }

  /** Keys without content are left out, as the platform leaves them out. */
  query(query: Models.ConversationQuery): Models.AnalyticsConversationQueryResponse {
    const hits = this.hits(query);
    const { pageNumber, pageSize } = query.paging ?? { pageNumber: 1, pageSize: 25 };
    const page = hits
      .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
      .map((index) => this.detail(index));
    const aggregations = (query.aggregations ?? []).map((aggregation) =>
      countFacets(
        aggregation,
        hits.map((index) => this.detail(index)),
      ),
    );
    return {
      ...(page.length > 0 && { conversations: page }),
      totalHits: hits.length,
      ...(aggregations.length > 0 && hits.length > 0 && { aggregations }),
    };
  }

  /**
   * Indexes of what an asynchronous job finds: conversations with activity in the interval, in order. They stay valid.
   * @param isKnown whether the data lake has the conversation
   */
  findActive(
    query: FilteredQuery,
    { startMs, endMs }: DetailsInterval,
    isKnown: (detail: SimulatedDetail) => boolean,
  ): readonly number[] {
    const end = this.firstStartingAtOrAfter(endMs);
    const holds = compileFilters(query);
    const found = Array.from({ length: end }, (_, index) => index).filter((index) => {
      const detail = this.detail(index);
      const isOver =
        detail.conversationEnd !== undefined && Date.parse(detail.conversationEnd) < startMs;
      return !isOver && isKnown(detail) && holds(detail);
    });
    return this.order(found, query.order ?? 'asc', query.orderBy ?? 'conversationStart');
  }

  /** Indexes of the conversations that started in the interval's days, in order. */
  findStarted(
    query: FilteredQuery,
    isKnown: (detail: SimulatedDetail) => boolean,
  ): readonly number[] {
    return this.hits(query).filter((index) => isKnown(this.detail(index)));
  }

  at(index: number): SimulatedConversation {
    const conversation = this.conversations[index];
    if (conversation === undefined) {
      throw new RangeError(`No conversation at ${String(index)}`);
    }
    return conversation;
  }

  private hits(query: FilteredQuery): readonly number[] {
    const days = touchedDays(parseInterval(query.interval));
    const { order, orderBy } = query;
    const key = JSON.stringify([days, order, orderBy, filterKinds.map((kind) => query[kind])]);
    const known = this.hitsByQuery.get(key);
    const hits = known ?? this.findHits(query, days);
    this.hitsByQuery.delete(key);
    this.hitsByQuery.set(key, hits);
    const [oldest] = this.hitsByQuery.keys();
    if (this.hitsByQuery.size > keptResults && oldest !== undefined) {
      this.hitsByQuery.delete(oldest);
    }
    return hits;
  }

  private findHits(
    query: FilteredQuery,
    days: { readonly startMs: number; readonly endMs: number },
  ): readonly number[] {
    const first = this.firstStartingAtOrAfter(days.startMs);
    const end = this.firstStartingAtOrAfter(days.endMs);
    const indexes = Array.from({ length: end - first }, (_, offset) => first + offset);
    const isFiltered = filtersOf(query).some((filter) => predicatesOf(filter).length > 0);
    const holds = compileFilters(query);
    const found = isFiltered ? indexes.filter((index) => holds(this.detail(index))) : indexes;
    return this.order(found, query.order ?? 'asc', query.orderBy ?? 'conversationStart');
  }

  private order(found: number[], order: string, orderBy: string): readonly number[] {
    if (orderBy !== 'conversationStart' && order !== 'unordered') {
      const keys = new Map(found.map((index) => [index, orderKey(this.detail(index), orderBy)]));
      found.sort((a, b) => compareKeys(keys.get(a), keys.get(b)));
    }
    return order === 'desc' ? found.reverse() : found;
  }

  /** Index of the first conversation that starts at `timeMs` or later; the count when there is none. */
  private firstStartingAtOrAfter(timeMs: number): number {
    let low = 0;
    let high = this.conversations.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Date.parse(this.detail(middle).conversationStart ?? '') < timeMs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private detail(index: number): SimulatedDetail {
    return this.at(index).detail;
  }
}

/** ISO instants of one form order as text. `undefined` (still going on) comes last. */
function orderKey(detail: SimulatedDetail, orderBy: string): string | undefined {
  if (orderBy === 'conversationEnd') {
    return detail.conversationEnd;
  }
  const instants = (detail.participants ?? [])
    .flatMap((participant) => participant.sessions ?? [])
    .flatMap((session) => session.segments ?? [])
    .map((segment) => (orderBy === 'segmentStart' ? segment.segmentStart : segment.segmentEnd))
    .filter((instant) => instant !== undefined)
    .sort();
  return orderBy === 'segmentStart' ? instants[0] : instants.at(-1);
}

const compareKeys = (a: string | undefined, b: string | undefined): number => {
  if (a === b) {
    return 0;
  }
  if (a === undefined || b === undefined) {
    return a === undefined ? 1 : -1;
  }
  return a < b ? -1 : 1;
};
