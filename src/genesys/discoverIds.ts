/** Discovers a list of conversations by their ids, in the order of the list. */
import { isRecord } from '../base/decode.ts';
import type { ConversationId } from '../model/ids.ts';
import type { Interval } from '../model/interval.ts';
import type { DiscoveryLimits } from '../query/planDiscovery.ts';
import type { DecodedConversations } from './bulkApi.ts';
import type { DiscoveredPage, DiscoveryDeps, DiscoveryNotice } from './discoveredPage.ts';
import { encodePosition } from './discoveryPosition.ts';
import { isTooLarge, PageSizer } from './pageSizer.ts';

export interface IdsDiscovery {
  readonly deps: DiscoveryDeps & { readonly limits: DiscoveryLimits };
  readonly ids: readonly ConversationId[];
  readonly interval: Interval | undefined;
  readonly scope: string;
  /** Ids that were asked for before. */
  readonly askedCount: number;
  readonly notices: readonly DiscoveryNotice[];
}

/** @throws what `discoverConversations` throws */
export async function* discoverIds(
  { deps, ids, interval, scope, askedCount, notices }: IdsDiscovery,
  signal: AbortSignal,
): AsyncGenerator<DiscoveredPage, void, undefined> {
  const sizer = new PageSizer(deps.limits.idsPageSize, deps);
  let pending = notices;
  for (let offset = askedCount; offset < ids.length;) {
    const { asked, answer } = await loadIds(deps, ids, offset, sizer, signal);
    offset += asked.length;
    const answered = new Set<string | undefined>([
      ...answer.conversations.map(({ value }) => value.id),
      ...answer.undecodable.map(({ rawJson }) => readableId(rawJson)),
    ]);
    const wanted = new Set(asked);
    yield {
      conversations: answer.conversations.filter(
        ({ value }) => wanted.has(value.id) && isWithin(value.startMs, interval),
      ),
      undecodable: answer.undecodable,
      // Where not even an id can be read, it may be any of those that are missing.
      unknownIds: answered.has(undefined) ? [] : asked.filter((id) => !answered.has(id)),
      position: encodePosition(scope, { kind: 'ids', askedCount: offset }),
      estimatedTotal: ids.length,
      completeUntilMs: undefined,
      notices: pending,
    };
    pending = [];
  }
}

interface LoadedIds {
  readonly asked: readonly ConversationId[];
  readonly answer: DecodedConversations;
}

async function loadIds(
  { bulk }: DiscoveryDeps,
  ids: readonly ConversationId[],
  offset: number,
  sizer: PageSizer,
  signal: AbortSignal,
): Promise<LoadedIds> {
  try {
    return await sizer.load(
      offset,
      async (size) => {
        const asked = ids.slice(offset, offset + size);
        return { asked, answer: await bulk.fetchConversations(asked, signal) };
      },
      signal,
    );
  } catch (error) {
    if (!isTooLarge(error)) {
      throw error;
    }
    const reason = 'The conversation is too large for the platform to send';
    return {
      asked: ids.slice(offset, offset + 1),
      answer: { conversations: [], undecodable: [{ rawJson: '', reason }] },
    };
  }
}

function readableId(rawJson: string): string | undefined {
  try {
    const value: unknown = JSON.parse(rawJson);
    const id = isRecord(value) ? value['conversationId'] : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(timeMs: number, interval: Interval | undefined): boolean {
  return interval === undefined || (timeMs >= interval.startMs && timeMs < interval.endMs);
}
