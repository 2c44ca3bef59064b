/** Where a player is asked to go: a place by the clock, or a moment counted from the conversation's start. Pure. */
import type { ConversationPlace } from '../../protocol/conversationView.ts';

/** A moment as links tell it: the start is known only when the conversation is open. */
export interface LinkedMoment {
  readonly recordingId: string | undefined;
  readonly sinceStartMs: number;
}

export type WantedPlace = ConversationPlace | LinkedMoment;

/** @param conversationStartMs epoch milliseconds */
export function toPlace(wanted: WantedPlace, conversationStartMs: number): ConversationPlace {
  return 'sinceStartMs' in wanted
    ? {
        timeMs: conversationStartMs + wanted.sinceStartMs,
        recordingId: wanted.recordingId,
        words: [],
        isExact: true,
      }
    : wanted;
}
