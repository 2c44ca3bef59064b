/** A conversation as the analytics detail describes it; readonly data with the platform's words. */
import type {
  CommunicationId,
  ConversationId,
  DivisionId,
  ParticipantId,
  QueueId,
  UserId,
  WrapUpCodeId,
} from './ids.ts';

/** Media types the product knows; the platform may send others, which are kept as they come. */
export const knownMediaTypes = ['voice', 'callback', 'chat', 'message', 'email'] as const;

export type Direction = 'inbound' | 'outbound';

export interface Conversation {
  readonly id: ConversationId;
  readonly startMs: number;
  /** Undefined while the conversation is still open. */
  readonly endMs: number | undefined;
  readonly originatingDirection: Direction | undefined;
  readonly divisionIds: readonly DivisionId[];
  readonly externalTag: string | undefined;
  /** Lowest mean opinion score of its media, 1 to 5. */
  readonly minMos: number | undefined;
  readonly participants: readonly Participant[];
}

export interface Participant {
  readonly id: ParticipantId;
  readonly name: string | undefined;
  /** customer, external, agent, user, acd, ivr, … (open set). */
  readonly purpose: string;
  readonly userId: UserId | undefined;
  readonly sessions: readonly Session[];
}

export interface Session {
  readonly id: CommunicationId;
  /** voice, chat, email, message, callback, … (open set). */
  readonly mediaType: string;
  readonly direction: Direction | undefined;
  readonly ani: string | undefined;
  readonly dnis: string | undefined;
  readonly remote: string | undefined;
  readonly isRecorded: boolean | undefined;
  readonly flowName: string | undefined;
  readonly metrics: readonly Metric[];
  readonly segments: readonly Segment[];
}

/** `n…` counts, `t…` milliseconds. A metric may occur several times in a session. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly emittedAtMs: number | undefined;
}

export interface Segment {
  readonly startMs: number;
  /** Undefined while the segment is open. */
  readonly endMs: number | undefined;
  /** interact, hold, wrapup, alert, ivr, dialing, … (open set). */
  readonly type: string;
  readonly disconnectType: string | undefined;
  readonly queueId: QueueId | undefined;
  readonly wrapUpCodeId: WrapUpCodeId | undefined;
  readonly wrapUpNote: string | undefined;
  readonly subject: string | undefined;
}
