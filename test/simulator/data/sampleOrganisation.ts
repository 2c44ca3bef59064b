/** The sample organisation: real calls and payloads as the newest conversations, and any number of made-up ones. */
import type { SimulatedConversation, SimulatedOrganisation } from '../organisation.ts';
import { AudioCache } from './audioCache.ts';
import { createDirectory, type Directory } from './directory.ts';
import { planConversation } from './planConversation.ts';
import { PlannedConversation } from './plannedConversation.ts';
import { createRandom, type Random } from './random.ts';
import { realCall, type RealConversation } from './realCalls.ts';
import {
  payloadDivision,
  payloadQueue,
  payloadUsers,
  realChat,
  realOldTranscript,
  realTwoRecordings,
} from './realPayloads.ts';

export interface SampleOptions {
  /** The same seed, count, time and days give the same organisation, byte for byte. */
  readonly seed: string | number;
  /** Made-up conversations, besides the five real ones. */
  readonly conversationCount: number;
  /** The organisation's present, epoch milliseconds: what lies after it has not happened. */
  readonly nowMs: number;
  /** Days before `nowMs` over which conversations are spread, 14 unless told. */
  readonly days?: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Share of a day's conversations that begin in each hour, UTC. */
const hourWeights = [
  1, 1, 1, 1, 1, 2, 6, 20, 50, 80, 90, 85, 60, 70, 85, 80, 65, 40, 20, 10, 6, 4, 2, 1,
];
const weekendWeight = 0.25;

/** Makes details at once; recordings, transcripts and audio when they are asked for. */
export function createSampleOrganisation(options: SampleOptions): SimulatedOrganisation {
  const { seed, conversationCount, nowMs, days = 14 } = options;
  const directory = createDirectory(createRandom(`directory ${String(seed)}`));
  const audioCache = new AudioCache();
  const { organisationId } = directory;
  const startsMs = planStarts(
    createRandom(`starts ${String(seed)}`),
    conversationCount,
    nowMs,
    days,
  );
  const madeUp = startsMs.map((startMs, index) => {
    const request = { directory, seed: `${String(seed)} ${String(index)}`, startMs, nowMs };
    return new PlannedConversation({
      organisationId,
      audioCache,
      plan: () => planConversation(request),
    });
  });
  const conversations = [...madeUp, ...realConversations(directory, audioCache, nowMs)].sort(
    byStart,
  );
  const byId = new Map(
    conversations.map((conversation) => [conversation.detail.conversationId ?? '', conversation]),
  );
  return {
    id: organisationId,
    name: 'Example Contact Centre',
    ...directoryModels(directory),
    conversations,
    conversation: (id) => byId.get(id),
  };
}

/** The real calls are the newest that have ended. */
function realConversations(
  directory: Directory,
  audioCache: AudioCache,
  nowMs: number,
): readonly SimulatedConversation[] {
  const real: readonly RealConversation[] = [
    realCall('callOne', directory, nowMs - minuteMs),
    realCall('callTwo', directory, nowMs - 3 * minuteMs),
    realOldTranscript(directory, nowMs - 5 * minuteMs),
    realTwoRecordings(directory, nowMs - 7 * minuteMs),
  ];
  return [
    realChat(nowMs - 12 * minuteMs),
    ...real.map(
      (conversation) =>
        new PlannedConversation({
          organisationId: directory.organisationId,
          audioCache,
          plan: () => conversation.plan,
          real: conversation.real,
        }),
    ),
  ];
}

/** In order. Business hours are busy, nights and weekends are not; a few conversations began just now and are still open. */
function planStarts(random: Random, count: number, nowMs: number, days: number): readonly number[] {
  const hours = hoursBefore(nowMs, days);
  const openCount = Math.min(count, Math.max(4, Math.round(count / 1000)));
  const startsMs = Array.from({ length: count }, (_, index) => {
    if (index < openCount) {
      return nowMs - random.int(2 * minuteMs + 5000, 6 * minuteMs);
    }
    const hour = pickHour(random, hours);
    return hour.startMs + random.int(0, hour.endMs - hour.startMs - 1);
  });
  return startsMs.sort((a, b) => a - b);
}

interface Hour {
  readonly startMs: number;
  readonly endMs: number;
  /** Sum of the weights up to and with this hour. */
  readonly upTo: number;
}

function hoursBefore(nowMs: number, days: number): readonly Hour[] {
  const firstMs = nowMs - days * dayMs;
  const hours: Hour[] = [];
  let upTo = 0;
  for (let fullMs = firstMs - (firstMs % 3_600_000); fullMs < nowMs; fullMs += 3_600_000) {
    const at = new Date(fullMs);
    const isWeekend = at.getUTCDay() % 6 === 0;
    const startMs = Math.max(fullMs, firstMs);
    const endMs = Math.min(fullMs + 3_600_000, nowMs);
    const share = (endMs - startMs) / 3_600_000;
    upTo += (hourWeights[at.getUTCHours()] ?? 0) * (isWeekend ? weekendWeight : 1) * share;
    if (endMs > startMs) {
      hours.push({ startMs, endMs, upTo });
    }
  }
  return hours;
}

function pickHour(random: Random, hours: readonly Hour[]): Hour {
  const wanted = random.next() * (hours.at(-1)?.upTo ?? 0);
  const found = hours.find(({ upTo }) => upTo > wanted);
  if (found === undefined) {
    throw new Error('There is no hour to put conversations into: `days` must be positive');
  }
  return found;
}

function byStart(a: SimulatedConversation, b: SimulatedConversation): number {
  const [first = '', second = ''] = [a.detail.conversationStart, b.detail.conversationStart];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The directory as lookups list it, with what the real payloads name. */
function directoryModels(
  directory: Directory,
): Pick<SimulatedOrganisation, 'divisions' | 'queues' | 'users' | 'wrapUpCodes'> {
  const division = { id: payloadDivision.id, name: payloadDivision.name };
  return {
    divisions: [
      ...directory.divisions,
      { ...division, description: 'Named by a real payload', homeDivision: false },
    ],
    queues: [
      ...directory.queues.map(({ model }) => model),
      {
        ...payloadQueue,
        division,
        memberCount: 3,
        joinedMemberCount: 1,
        selfUri: `/api/v2/routing/queues/${payloadQueue.id}`,
      },
    ],
    users: [
      ...directory.users,
      ...payloadUsers.map(({ id, name }) => {
        const email = `${name.replace(' ', '.').toLowerCase()}@example.com`;
        return {
          id,
          name,
          email,
          username: email,
          division,
          state: 'active',
          version: 1,
          selfUri: `/api/v2/users/${id}`,
        };
      }),
    ],
    wrapUpCodes: directory.wrapUpCodes,
  };
}
