/** Filters of conversations as they are stored with a sync and read again. */
import { asString, failDecode, listOf, optional, type JsonRecord } from '../base/decode.ts';
import type { Direction } from '../model/conversation.ts';
import {
  parseConversationId,
  parseQueueId,
  parseUserId,
  parseWrapUpCodeId,
  type IdParser,
} from '../model/ids.ts';
import type { ConversationFilters } from './conversationQuery.ts';

/** The stored form: plain JSON, without what is not set. */
export function encodeConversationFilters(filters: ConversationFilters): JsonRecord {
  const { direction, number, ...lists } = filters;
  return {
    ...lists,
    ...(direction !== undefined && { direction }),
    ...(number !== undefined && { number }),
  };
}

/** @throws AppError `protocol` with the path of what is wrong: filters that cannot be read must not become "all" */
export function decodeConversationFilters(stored: JsonRecord): ConversationFilters {
  const ids = <Id>(key: string, parse: IdParser<Id>): readonly Id[] =>
    listOf(stored, key, 'filters', (value, path) => parse(asString(value, path)));
  return {
    queueIds: ids('queueIds', parseQueueId),
    userIds: ids('userIds', parseUserId),
    wrapUpCodeIds: ids('wrapUpCodeIds', parseWrapUpCodeId),
    conversationIds: ids('conversationIds', parseConversationId),
    mediaTypes: listOf(stored, 'mediaTypes', 'filters', asString),
    direction: optional(stored, 'direction', 'filters', asDirection),
    number: optional(stored, 'number', 'filters', asString),
  };
}

function asDirection(value: unknown, path: string): Direction {
  return value === 'inbound' || value === 'outbound'
    ? value
    : failDecode(path, 'inbound or outbound');
}
