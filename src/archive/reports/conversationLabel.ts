/** What a person recognises a conversation by: media, queue, agent, other side; names, not ids. Pure. */
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';

/** Gives the name of an id, or the id. */
export interface LabelNames {
  queueName(id: string): string;
  userName(id: string): string;
}

const maxPartLength = 60;

/** `Voice · Billing · Ada Lovelace · +12025551000`, as far as it is known. One line. */
export function toConversationLabel(conversation: Conversation, names: LabelNames): string {
  const facts = toConversationFacts(conversation);
  const queueId = facts.queueIds.at(-1);
  const agentId = facts.agentIds.at(-1);
  return [
    capitalised(facts.mediaType),
    queueId === undefined ? undefined : names.queueName(queueId),
    agentId === undefined ? undefined : names.userName(agentId),
    facts.remote === undefined ? undefined : plainAddress(facts.remote),
  ]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => oneLine(part ?? ''))
    .join(' · ');
}

/** A phone number or address without the platform's prefixes. */
export function plainAddress(address: string): string {
  return address.replace(/^(?:tel|sip|sips|mailto):/u, '').replace(/;.*$/u, '');
}

/** No control or direction characters, bounded. */
export function oneLine(text: string, maxLength = maxPartLength): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1).trimEnd()}…` : clean;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
