/** What people want to see of a conversation at a glance, derived from its sessions and segments (the detail has no such fields). */
import type { Conversation, Direction, Participant, Session } from './conversation.ts';
import type { CommunicationId, QueueId, UserId, WrapUpCodeId } from './ids.ts';

export interface ConversationFacts {
  /** Media type of the customer's first session, else of any session, else `unknown`. */
  readonly mediaType: string;
  readonly direction: Direction | undefined;
  /** In the order in which they occur, without repeats. */
  readonly queueIds: readonly QueueId[];
  readonly agentIds: readonly UserId[];
  readonly wrapUpCodeIds: readonly WrapUpCodeId[];
  /** Undefined while the conversation is open. */
  readonly durationMs: number | undefined;
  /** Address of the other side: a number, an e-mail address or a name. */
  readonly remote: string | undefined;
}

const customerPurposes: ReadonlySet<string> = new Set(['customer', 'external']);

/** True for the party outside of the organisation, whose sessions carry transcripts and recordings. */
export function isCustomer(participant: Participant): boolean {
  return customerPurposes.has(participant.purpose);
}

/** Ids under which the platform files transcripts: the sessions of the customer side, in order, without repeats. */
export function customerCommunicationIds(conversation: Conversation): readonly CommunicationId[] {
  const ids = conversation.participants
    .filter(isCustomer)
    .flatMap((participant) => participant.sessions.map(({ id }) => id));
  return [...new Set(ids)];
}

export function toConversationFacts(conversation: Conversation): ConversationFacts {
  const sessions = conversation.participants.flatMap((participant) => participant.sessions);
  const segments = sessions.flatMap((session) => session.segments);
  const customerSessions = conversation.participants
    .filter(isCustomer)
    .flatMap((participant) => participant.sessions);
  const main = customerSessions[0] ?? sessions[0];
  const agents = conversation.participants.filter(
    ({ purpose }) => purpose === 'agent' || purpose === 'user',
  );
  return {
    mediaType: main?.mediaType ?? 'unknown',
    direction: conversation.originatingDirection ?? main?.direction,
    queueIds: distinct(segments.map(({ queueId }) => queueId)),
    agentIds: distinct(agents.map(({ userId }) => userId)),
    wrapUpCodeIds: distinct(segments.map(({ wrapUpCodeId }) => wrapUpCodeId)),
    durationMs:
      conversation.endMs === undefined ? undefined : conversation.endMs - conversation.startMs,
    remote: main === undefined ? undefined : remoteAddress(main),
  };
}

function remoteAddress(session: Session): string | undefined {
  return (session.direction === 'outbound' ? session.dnis : session.ani) ?? session.remote;
}

function distinct<T>(values: readonly (T | undefined)[]): readonly T[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
