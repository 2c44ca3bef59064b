/** Who speaks behind a transcript's role at a moment, by name. Pure. */
import type { Conversation, Participant } from '../../model/conversation.ts';
import { isCustomer } from '../../model/conversationFacts.ts';
import { labelOf, sideOf } from '../../transcript/roles.ts';
import type { ArchivedNames } from '../archivedNames.ts';
import { oneLine, plainAddress } from '../reports/conversationLabel.ts';

interface Speaker {
  readonly side: ReturnType<typeof sideOf>;
  readonly purpose: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Finds the names of one conversation's speakers. */
export class Speakers {
  private readonly speakers: readonly Speaker[];

  constructor(conversation: Conversation, names: ArchivedNames) {
    this.speakers = conversation.participants.map((participant) => {
      const segments = participant.sessions.flatMap((session) => session.segments);
      return {
        side: sideOfParticipant(participant),
        purpose: participant.purpose,
        name: participantName(participant, names),
        startMs: segments.reduce((first, { startMs }) => Math.min(first, startMs), Infinity),
        endMs: segments.reduce((last, { endMs }) => Math.max(last, endMs ?? Infinity), -Infinity),
      };
    });
  }

  /**
   * `Ada Lovelace (Agent)`, or the role alone when nobody fits. Of several agents, the one who was there at `timeMs`, else the
   * first.
   */
  nameAt(role: string, timeMs: number | undefined): string {
    const side = sideOf(role);
    const label = labelOf(role);
    const fitting = this.speakers.filter((speaker) =>
      side === 'system' ? speaker.purpose === role : speaker.side === side,
    );
    const present = fitting.find(
      ({ startMs, endMs }) => timeMs !== undefined && startMs <= timeMs && timeMs < endMs,
    );
    const name = (present ?? fitting[0])?.name;
    return name === undefined || name === label ? label : `${name} (${label})`;
  }
}

/** The name of a user, the customer's name or address, the name of a flow, else the purpose. */
export function participantName(participant: Participant, names: ArchivedNames): string {
  const { userId, name, purpose, sessions } = participant;
  const [session] = sessions;
  if (userId !== undefined) {
    return oneLine(names.users.get(userId) ?? name ?? userId);
  }
  if (isCustomer(participant)) {
    const address = session?.ani;
    return oneLine(name ?? (address === undefined ? 'Customer' : plainAddress(address)));
  }
  return oneLine(session?.flowName ?? name ?? purpose);
}

function sideOfParticipant(participant: Participant): Speaker['side'] {
  return isCustomer(participant) ? 'customer' : sideOf(participant.purpose);
}
