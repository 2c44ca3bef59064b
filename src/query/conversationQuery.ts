/** What the Conversations view can ask for; translated into the platform's filter model by `toDetailsQuery`. */
import type { Direction } from '../model/conversation.ts';
import type { ConversationId, QueueId, UserId, WrapUpCodeId } from '../model/ids.ts';
import { toIsoInterval, type Interval } from '../model/interval.ts';

export interface ConversationFilters {
  /** Several values of one kind are alternatives; different kinds must all hold. Empty means no filter of that kind. */
  readonly queueIds: readonly QueueId[];
  readonly userIds: readonly UserId[];
  readonly mediaTypes: readonly string[];
  readonly wrapUpCodeIds: readonly WrapUpCodeId[];
  readonly direction: Direction | undefined;
  /** A phone number or address as the platform stores it (ANI or DNIS), such as `tel:+12025550143`. */
  readonly number: string | undefined;
  readonly conversationIds: readonly ConversationId[];
}

export const noFilters: ConversationFilters = {
  queueIds: [],
  userIds: [],
  mediaTypes: [],
  wrapUpCodeIds: [],
  direction: undefined,
  number: undefined,
  conversationIds: [],
};

export interface ConversationQuery {
  readonly interval: Interval;
  readonly filters: ConversationFilters;
  /** By start; newest first (`desc`) when undefined. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** A filter of the platform: exactly two levels, combined by its `type`. @see docs of analytics detail queries */
export interface DetailsFilter {
  readonly type: 'and' | 'or';
  readonly predicates?: readonly DetailsPredicate[];
  readonly clauses?: readonly {
    readonly type: 'and' | 'or';
    readonly predicates: readonly DetailsPredicate[];
  }[];
}

export interface DetailsPredicate {
  readonly type: 'dimension';
  readonly dimension: string;
  readonly operator: 'matches';
  readonly value: string;
}

/** Body of `POST /api/v2/analytics/conversations/details/query`. */
export interface DetailsQuery extends DetailsSelection {
  readonly paging: { readonly pageSize: number; readonly pageNumber: number };
}

/** Body of `POST /api/v2/analytics/conversations/details/jobs`. */
export interface DetailsJobQuery extends DetailsSelection {
  /** Else a job also brings what began long before and was still going on. */
  readonly startOfDayIntervalMatching: true;
}

interface DetailsSelection {
  readonly interval: string;
  readonly order: 'asc' | 'desc';
  readonly orderBy: 'conversationStart';
  readonly conversationFilters?: readonly DetailsFilter[];
  readonly segmentFilters?: readonly DetailsFilter[];
}

/** True when no filter of any kind is set. */
export function isUnfiltered(filters: ConversationFilters): boolean {
  return (
    filters.direction === undefined &&
    filters.number === undefined &&
    [
      filters.queueIds,
      filters.userIds,
      filters.mediaTypes,
      filters.wrapUpCodeIds,
      filters.conversationIds,
    ].every((values) => values.length === 0)
  );
}

/** The platform's query, one page of it. */
export function toDetailsQuery(
  query: ConversationQuery,
  paging: DetailsQuery['paging'],
): DetailsQuery {
  return { ...toSelection(query), paging };
}

/** The same as a job: jobs are read by cursor. */
export function toDetailsJobQuery(query: ConversationQuery): DetailsJobQuery {
  return { ...toSelection(query), startOfDayIntervalMatching: true };
}

/**
 * Each kind becomes a filter of its own, since predicates of one segment filter must hold on the same segment (a wrap-up code
 * and the number that was dialled never do).
 */
function toSelection(query: ConversationQuery): DetailsSelection {
  const { filters } = query;
  const segmentFilters = [
    anyOf('queueId', filters.queueIds),
    anyOf('userId', filters.userIds),
    anyOf('mediaType', filters.mediaTypes),
    anyOf('wrapUpCode', filters.wrapUpCodeIds),
    filters.number === undefined ? undefined : anyDimension(['ani', 'dnis'], filters.number),
  ].filter((filter) => filter !== undefined);
  const conversationFilters = [
    anyOf('originatingDirection', filters.direction === undefined ? [] : [filters.direction]),
    anyOf('conversationId', filters.conversationIds),
  ].filter((filter) => filter !== undefined);
  return {
    interval: toIsoInterval(query.interval),
    order: query.order ?? 'desc',
    orderBy: 'conversationStart',
    ...(conversationFilters.length > 0 && { conversationFilters }),
    ...(segmentFilters.length > 0 && { segmentFilters }),
  };
}

function anyOf(dimension: string, values: readonly string[]): DetailsFilter | undefined {
  return values.length === 0
    ? undefined
    : { type: 'or', predicates: values.map((value) => toPredicate(dimension, value)) };
}

function anyDimension(dimensions: readonly string[], value: string): DetailsFilter {
  return { type: 'or', predicates: dimensions.map((dimension) => toPredicate(dimension, value)) };
}

function toPredicate(dimension: string, value: string): DetailsPredicate {
  return { type: 'dimension', dimension, operator: 'matches', value };
}
