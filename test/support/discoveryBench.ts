/** Runs discoveries over the platform in memory, with a clock whose waits end at once and small pages. */
import { silentLog } from '../../src/base/log.ts';
import {
  discoverConversations,
  type DiscoveredPage,
  type DiscoveryScope,
} from '../../src/genesys/conversationDiscovery.ts';
import { noFilters } from '../../src/query/conversationQuery.ts';
import { defaultDiscoveryLimits, type DiscoveryLimits } from '../../src/query/planDiscovery.ts';
import { DiscoveryPlatform } from './discoveryPlatform.ts';
import { FakeClock } from './fakeClock.ts';

export const never = new AbortController().signal;
export const iso = (text: string): number => Date.parse(text);
export const nowMs = iso('2026-11-20T10:00Z');
export const small: DiscoveryLimits = {
  ...defaultDiscoveryLimits,
  minJobHits: 40,
  queryPageSize: 4,
  jobPageSize: 10,
  idsPageSize: 4,
  pagesBeforeGrowth: 2,
};

const hourMs = 3_600_000;

/** One conversation an hour. */
function hourly(fromMs: number, toMs: number): readonly number[] {
  return Array.from(
    { length: Math.ceil((toMs - fromMs) / hourMs) },
    (_, index) => fromMs + index * hourMs,
  );
}

export const between = (start: string, end: string): DiscoveryScope => ({
  interval: { startMs: iso(start), endMs: iso(end) },
  filters: noFilters,
});

/** When the conversations of the pages started, in the order in which they came. */
export function startsOf(pages: readonly DiscoveredPage[]): readonly number[] {
  return pages.flatMap(({ conversations }) => conversations.map(({ value }) => value.startMs));
}

export class DiscoveryBench {
  readonly clock = new FakeClock(nowMs);
  readonly platform = new DiscoveryPlatform(hourly(iso('2026-08-01'), nowMs));

  constructor() {
    this.clock.isAutomatic = true;
    this.platform.availableUntilMs = iso('2026-11-18T15:00Z');
  }

  discover(
    scope: DiscoveryScope,
    position?: string,
    signal = never,
    limits = small,
  ): AsyncGenerator<DiscoveredPage, void, undefined> {
    const { api, bulk } = this.platform;
    return discoverConversations(
      { api, bulk, clock: this.clock, log: silentLog, limits },
      scope,
      position,
      signal,
    );
  }

  async collect(
    scope: DiscoveryScope,
    position?: string,
    limits = small,
  ): Promise<readonly DiscoveredPage[]> {
    const list: DiscoveredPage[] = [];
    for await (const page of this.discover(scope, position, never, limits)) {
      list.push(page);
    }
    return list;
  }

  /** Starts of what the platform has from `start` to `end`. */
  expected(start: string, end: string): readonly number[] {
    return this.platform.startsMs.filter((atMs) => atMs >= iso(start) && atMs < iso(end));
  }

  /** How often a call was made, named by its first words. */
  countOf(call: string): number {
    return this.platform.calls.filter((each) => each.startsWith(call)).length;
  }
}
