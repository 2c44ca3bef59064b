/** What a retention policy says and when a conversation is due by it. Pure; knows nothing of files or holds. */
import { errors } from '../../base/appError.ts';
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { ArchivedNames } from '../archivedNames.ts';

const filterKeys = ['media', 'direction', 'queue'] as const;
type FilterKey = (typeof filterKeys)[number];

/** Lower-case values by what they are compared with. A conversation has to match every key that is there, by any of its values. */
export type RetentionFilter = Readonly<Partial<Record<FilterKey, readonly string[]>>>;

export interface RetentionPolicy {
  /** Whole days of 24 hours since the conversation's end, at least 1. */
  readonly days: number;
  /** Empty for all conversations. */
  readonly filter: RetentionFilter;
}

const msPerDay = 86_400_000;

/**
 * Reads `media=voice,chat direction=inbound queue="Sales Desk"`: keys and values in any case, values with white space or commas in
 * double quotes. Empty text filters nothing away.
 * @throws AppError `input` for anything else: a policy that is not understood must delete nothing
 */
export function parseRetentionFilter(text: string): RetentionFilter {
  const filter: Partial<Record<FilterKey, readonly string[]>> = {};
  const part = /\s*([A-Za-z]+)=((?:"[^"]*"|[^\s",=]+)(?:,(?:"[^"]*"|[^\s",=]+))*)(?=\s|$)/uy;
  let end = 0;
  while (text.slice(end).trim() !== '') {
    part.lastIndex = end;
    const match = part.exec(text);
    const key = filterKeys.find((each) => each === match?.[1]?.toLowerCase());
    if (match === null || key === undefined || filter[key] !== undefined) {
      throw notUnderstood(text.slice(end).trim());
    }
    const values = (match[2] ?? '').match(/"[^"]*"|[^",]+/gu) ?? [];
    filter[key] = values.map((value) => value.replaceAll('"', '').trim().toLowerCase());
    if (filter[key].includes('')) {
      throw notUnderstood(text.slice(end).trim());
    }
    end = part.lastIndex;
  }
  return filter;
}

/** The filter as `parseRetentionFilter` reads it; empty for one that takes all. */
export function formatRetentionFilter(filter: RetentionFilter): string {
  return filterKeys
    .flatMap((key) => {
      const values = filter[key]?.map((value) => (/[\s,=]/u.test(value) ? `"${value}"` : value));
      return values === undefined ? [] : [`${key}=${values.join(',')}`];
    })
    .join(' ');
}

/** A conversation that ended at this moment or before is old enough. A day is 24 hours, whatever the clocks on the wall do. */
export function cutoffMs({ days }: RetentionPolicy, nowMs: number): number {
  if (!(Number.isFinite(days) && days >= 1)) {
    throw errors.input('A retention policy needs a number of days of at least 1');
  }
  return nowMs - days * msPerDay;
}

/** Whether the filter takes the conversation. A queue is compared by id and by the name it had at download. */
export function matchesFilter(
  filter: RetentionFilter,
  conversation: Conversation,
  names: ArchivedNames,
): boolean {
  const { mediaType, direction, queueIds } = toConversationFacts(conversation);
  const actual: Readonly<Record<FilterKey, readonly (string | undefined)[]>> = {
    media: [mediaType],
    direction: [direction],
    queue: queueIds.flatMap((id) => [id, names.queues.get(id)]),
  };
  return filterKeys.every(
    (key) =>
      filter[key] === undefined ||
      actual[key].some((value) => filter[key]?.includes(value?.toLowerCase() ?? '') === true),
  );
}

function notUnderstood(rest: string): Error {
  return errors.input(
    `The retention filter is not understood, so nothing is deleted. Write it like media=voice,chat direction=inbound queue="Sales Desk"; the trouble begins at: ${rest}`,
  );
}
