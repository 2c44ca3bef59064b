/** The platform's conversations as reports compare them, by paging through the details query, with names. */
import type { PlatformSet } from '../../archive/reports/reportPorts.ts';
import { toConversationLabel } from '../../archive/reports/conversationLabel.ts';
import { ConversationPager } from '../../genesys/conversationPager.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import { parseQueueId, parseUserId } from '../../model/ids.ts';
import { noFilters } from '../../query/conversationQuery.ts';

const pageSize = 100;

/** Asks in the background's share of the rate limit. */
export function platformSet(api: GenesysApi): PlatformSet {
  const { names } = api;
  const labelNames = {
    queueName: (id: string) => names.queueName(parseQueueId(id)),
    userName: (id: string) => names.userName(parseUserId(id)),
  };
  return {
    async *pages(interval, signal) {
      const query = { interval, filters: noFilters };
      const pager = new ConversationPager({ api: api.background(), query, pageSize });
      for (;;) {
        const page = await pager.next(signal);
        if (page === undefined) {
          return;
        }
        const facts = page.conversations.map(({ value }) => toConversationFacts(value));
        await names.resolve(
          {
            queueIds: facts.flatMap(({ queueIds }) => queueIds),
            userIds: facts.flatMap(({ agentIds }) => agentIds),
          },
          signal,
        );
        yield {
          conversations: page.conversations.map(({ value }) => ({
            conversationId: value.id,
            startMs: value.startMs,
            endMs: value.endMs,
            label: toConversationLabel(value, labelNames),
          })),
          undecodableCount: page.undecodable.length,
        };
      }
    },
  };
}
