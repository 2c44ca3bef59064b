/** What the list of archived conversations shows of one. Pure. */
import type { ArchivedDetail } from '../../archive/archivedConversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import {
  formatDateTime,
  formatDuration,
  mediaIcon,
  mediaName,
  plainAddress,
  toLabel,
} from '../conversations/format.ts';
import type { Names } from './conversationSnapshot.ts';

export interface ArchivedPickText {
  readonly label: string;
  readonly description: string;
  /** Codicon of its media. */
  readonly icon: string;
  readonly startMs: number;
}

/** Time and media first, then queue, agent, other side and duration, as far as they are known. */
export function toArchivedPick({ conversation }: ArchivedDetail, names: Names): ArchivedPickText {
  const facts = toConversationFacts(conversation);
  const queueId = facts.queueIds.at(-1);
  const agentId = facts.agentIds.at(-1);
  const remote = facts.remote === undefined ? undefined : plainAddress(facts.remote);
  return {
    label: `${formatDateTime(conversation.startMs)} · ${mediaName(facts.mediaType)}`,
    description: [
      queueId === undefined ? undefined : names.queueName(queueId),
      agentId === undefined ? undefined : names.userName(agentId),
      remote,
      facts.durationMs === undefined ? undefined : formatDuration(facts.durationMs),
    ]
      .filter((text) => text !== undefined)
      .map((text) => toLabel(text, 60))
      .join(' · '),
    icon: mediaIcon(facts.mediaType, facts.direction),
    startMs: conversation.startMs,
  };
}
