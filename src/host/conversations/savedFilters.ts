/** The filters of the Conversations view with the names they were picked by, so that they can be shown and remembered. Pure. */
import { isRecord, listOf, optional, asString, asRecord, required } from '../../base/decode.ts';
import type { Direction } from '../../model/conversation.ts';
import {
  parseConversationId,
  parseQueueId,
  parseUserId,
  parseWrapUpCodeId,
  type IdParser,
  type QueueId,
  type UserId,
  type WrapUpCodeId,
} from '../../model/ids.ts';
import { noFilters, type ConversationFilters } from '../../query/conversationQuery.ts';
import { mediaName, plainAddress, toLabel } from './format.ts';

export interface Named<Id> {
  readonly id: Id;
  readonly name: string;
}

export interface SavedFilters {
  readonly queues: readonly Named<QueueId>[];
  readonly agents: readonly Named<UserId>[];
  readonly wrapUpCodes: readonly Named<WrapUpCodeId>[];
  readonly mediaTypes: readonly string[];
  readonly direction: Direction | undefined;
  readonly number: string | undefined;
}

export const emptyFilters: SavedFilters = {
  queues: [],
  agents: [],
  wrapUpCodes: [],
  mediaTypes: [],
  direction: undefined,
  number: undefined,
};

/** What the platform is asked. */
export function toConversationFilters(saved: SavedFilters): ConversationFilters {
  return {
    ...noFilters,
    queueIds: saved.queues.map(({ id }) => id),
    userIds: saved.agents.map(({ id }) => id),
    wrapUpCodeIds: saved.wrapUpCodes.map(({ id }) => id),
    mediaTypes: saved.mediaTypes,
    direction: saved.direction,
    number: saved.number === undefined ? undefined : toPlatformNumber(saved.number),
  };
}

/** A number as the platform stores it: `+1 202 555 0143` becomes `tel:+12025550143`; addresses stay as they are. */
export function toPlatformNumber(text: string): string {
  const trimmed = text.trim();
  if (/^(?:tel|sips?|mailto):/u.test(trimmed) || trimmed.includes('@')) {
    return trimmed;
  }
  const compact = trimmed.replace(/[\s().-]/gu, '');
  return /^\+?\d+$/u.test(compact) ? `tel:${compact}` : trimmed;
}

export function hasFilters(saved: SavedFilters): boolean {
  return filterLabels(saved).length > 0;
}

/** One short text a filter, such as `Queue: Billing, Delivery`. */
export function filterLabels(saved: SavedFilters): readonly string[] {
  const several = (label: string, values: readonly string[]): string | undefined =>
    values.length === 0
      ? undefined
      : `${label}: ${values.map((value) => toLabel(value, 40)).join(', ')}`;
  return [
    several(
      'Queue',
      saved.queues.map(({ name }) => name),
    ),
    several(
      'Agent',
      saved.agents.map(({ name }) => name),
    ),
    several('Media', saved.mediaTypes.map(mediaName)),
    several('Direction', saved.direction === undefined ? [] : [saved.direction]),
    several('Number', saved.number === undefined ? [] : [plainAddress(saved.number)]),
    several(
      'Wrap-up',
      saved.wrapUpCodes.map(({ name }) => name),
    ),
  ].filter((text) => text !== undefined);
}

/** Reads remembered filters; what does not decode is as if nothing had been remembered. */
export function decodeSavedFilters(value: unknown): SavedFilters {
  if (!isRecord(value)) {
    return emptyFilters;
  }
  try {
    const direction = value['direction'];
    return {
      queues: namedList(value, 'queues', parseQueueId),
      agents: namedList(value, 'agents', parseUserId),
      wrapUpCodes: namedList(value, 'wrapUpCodes', parseWrapUpCodeId),
      mediaTypes: listOf(value, 'mediaTypes', '', asString),
      direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
      number: optional(value, 'number', '', asString),
    };
  } catch {
    return emptyFilters;
  }
}

function namedList<Id>(
  record: Readonly<Record<string, unknown>>,
  key: string,
  parse: IdParser<Id>,
): readonly Named<Id>[] {
  return listOf(record, key, '', (item, path) => {
    const entry = asRecord(item, path);
    return {
      id: parse(required(entry, 'id', path, asString)),
      name: required(entry, 'name', path, asString),
    };
  });
}

/**
 * Finds the conversation id in what a person pasted: an id, or an address of Genesys Cloud's user interface.
 * @throws AppError `input` when there is none.
 */
export function parsePastedConversation(text: string): ReturnType<typeof parseConversationId> {
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/giu;
  const found = [...text.matchAll(uuid)].at(-1)?.[0];
  return parseConversationId(found?.toLowerCase() ?? text.trim(), 'person');
}
