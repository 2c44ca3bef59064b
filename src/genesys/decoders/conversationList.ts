/** Lists of conversations, element by element: one that cannot be decoded is told, with its text, and never fails the others. */
import { isAppError } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { Log } from '../../base/log.ts';
import type { Conversation } from '../../model/conversation.ts';
import type { Fetched } from '../../model/fetched.ts';
import type { DecodedConversations } from '../bulkApi.ts';
import type { ApiResponse } from '../httpClient.ts';
import { decodeConversation } from './conversation.ts';

/** The value with where it came from. */
export function toFetched<T>(value: T, rawJson: string, response: ApiResponse): Fetched<T> {
  return { value, rawJson, source: response.source, fetchedAtMs: response.receivedAtMs };
}

/** @param elements texts of the conversations, as `sliceElements` finds them */
export function decodeConversations(
  elements: readonly string[],
  response: ApiResponse,
  log: Log,
): DecodedConversations {
  const conversations: Fetched<Conversation>[] = [];
  const undecodable: { readonly rawJson: string; readonly reason: string }[] = [];
  for (const rawJson of elements) {
    try {
      conversations.push(
        toFetched(decodeConversation(parseJson(rawJson, 'a conversation')), rawJson, response),
      );
    } catch (error) {
      if (!isAppError(error, 'protocol')) {
        throw error;
      }
      undecodable.push({ rawJson, reason: error.message });
    }
  }
  if (undecodable.length > 0) {
    log.warn('Some conversations could not be decoded', { count: undecodable.length });
  }
  return { conversations, undecodable };
}
