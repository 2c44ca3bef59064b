/** What a list of conversations needs names for, as the Conversations view asks for it. */
import type { NamesWanted } from '../../src/genesys/genesysApi.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import { toConversationFacts } from '../../src/model/conversationFacts.ts';

export function namesOf(conversations: readonly Conversation[]): NamesWanted {
  const facts = conversations.map(toConversationFacts);
  return {
    queueIds: facts.flatMap(({ queueIds }) => queueIds),
    userIds: facts.flatMap(({ agentIds }) => agentIds),
    wrapUpCodeIds: facts.flatMap(({ wrapUpCodeIds }) => wrapUpCodeIds),
    divisionIds: conversations.flatMap(({ divisionIds }) => divisionIds),
  };
}
