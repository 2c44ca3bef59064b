/** One page of a query, as large as the platform can send it. Knows nothing of windows. */
import type { ConversationQuery } from '../query/conversationQuery.ts';
import { toIsoInterval } from '../model/interval.ts';
import type { DiscoveryDeps } from './discoveredPage.ts';
import type { ConversationPage } from './genesysApi.ts';
import { isTooLarge, type PageSizer } from './pageSizer.ts';

export interface LoadedPage {
  readonly page: ConversationPage;
  /** Where the next page begins. */
  readonly nextOffset: number;
  /** False when the platform cannot send the one conversation that is there: it is told as undecodable. */
  readonly isSent: boolean;
}

/**
 * The page that holds number `offset` (from 0); when its size does not divide the offset, it begins before.
 * @throws what `listConversations` throws, 413 excepted
 */
export async function loadQueryPage(
  { api, log }: Pick<DiscoveryDeps, 'api' | 'log'>,
  query: ConversationQuery,
  { offset, sizer }: { readonly offset: number; readonly sizer: PageSizer },
  signal: AbortSignal,
): Promise<LoadedPage> {
  try {
    return await sizer.load(
      offset,
      async (pageSize) => {
        const pageNumber = Math.floor(offset / pageSize) + 1;
        const asked = { pageNumber, pageSize, isDivisible: true };
        const page = await api.listConversations(query, asked, signal);
        return { page, nextOffset: pageNumber * pageSize, isSent: true };
      },
      signal,
    );
  } catch (error) {
    if (!isTooLarge(error)) {
      throw error;
    }
    log.warn('A conversation is too large for the platform to send', { offset });
    const reason = `The platform cannot send it, because it is too large; it is number ${String(offset + 1)} by start in the interval ${toIsoInterval(query.interval)}`;
    const page = { conversations: [], undecodable: [{ rawJson: '', reason }] };
    return {
      page: { ...page, totalHits: 0, hasMore: true },
      nextOffset: offset + 1,
      isSent: false,
    };
  }
}
