/** Makes up what happens in one conversation: who, when, what is recorded. Pure: the same request gives the same plan. */
import { clipToNow } from './clipToNow.ts';
import type {
  ConversationPlan,
  Leg,
  MediaType,
  PlannedAgent,
  PlannedCustomer,
  PlannedFlow,
  PlannedTranscript,
  Span,
  Stretch,
} from './conversationPlan.ts';
import { dialogues } from './dialogues.ts';
import type { Directory, DirectoryQueue } from './directory.ts';
import { hostileTexts } from './hostileTexts.ts';
import { familyNames, givenNames } from './names.ts';
import { planRecordings } from './planRecordings.ts';
import { planWrapUp } from './planWrapUp.ts';
import { createRandom, type Random } from './random.ts';

export interface PlanRequest {
  readonly directory: Directory;
  /** Distinguishes this conversation from all others. */
  readonly seed: string;
  readonly startMs: number;
  /** What lies after it has not happened yet. */
  readonly nowMs: number;
}

/** The one draft while a plan is being made. */
interface Draft {
  readonly random: Random;
  readonly directory: Directory;
  readonly mediaType: MediaType;
  readonly direction: 'inbound' | 'outbound';
  readonly queue: DirectoryQueue;
  readonly isTransferred: boolean;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;

export function planConversation(request: PlanRequest): ConversationPlan {
  const { directory, startMs, nowMs } = request;
  const random = createRandom(request.seed);
  const conversationId = random.uuid();
  const mediaType = random.weighted<MediaType>([
    ['voice', 62],
    ['callback', 6],
    ['chat', 10],
    ['message', 12],
    ['email', 10],
  ]);
  const canBeOutbound = mediaType !== 'callback' && mediaType !== 'chat';
  const direction =
    canBeOutbound && random.chance(mediaType === 'voice' ? 0.25 : 0.1) ? 'outbound' : 'inbound';
  const queue = random.pick(directory.queues);
  const isTransferred = random.chance(0.13);
  const draft: Draft = { random, directory, mediaType, direction, queue, isTransferred };
  const flow = direction === 'inbound' ? planFlow(draft, startMs + 800) : undefined;
  const legs = planLegs(draft, flow?.endMs ?? startMs + 800, startMs);
  const connected = toConnected(draft, legs, startMs);
  const isAnswered = mediaType !== 'callback' || legs.some(({ agent }) => agent !== undefined);
  const customer = planCustomer(draft, connected, isAnswered);
  const endMs = Math.max(connected.endMs, ...legs.map(({ agent }) => agent?.wrapUp?.endMs ?? 0));
  const unrecorded = {
    conversationId,
    mediaType,
    direction,
    divisionId: queue.divisionId,
    externalTag: random.chance(0.05) ? `CASE-${String(random.int(10000, 99999))}` : undefined,
    startMs,
    endMs,
    topic: queue.topic,
    customer,
    ownAddress: mediaType === 'email' ? 'support@example.com' : queue.number,
    subject: planSubject(draft),
    flow,
    legs,
    recordings: [],
    transcript: planTranscript(draft),
  } satisfies ConversationPlan;
  return clipToNow(
    { ...unrecorded, recordings: planRecordings(random, unrecorded, connected, nowMs) },
    nowMs,
  );
}

function planFlow(
  { random, mediaType, queue }: Draft,
  startMs: number,
): (PlannedFlow & Span) | undefined {
  const isVoice = mediaType === 'voice' || mediaType === 'callback';
  const hasFlow = isVoice ? random.chance(0.8) : mediaType === 'message' && random.chance(0.4);
  if (!hasFlow) {
    return undefined;
  }
  return {
    participantId: random.uuid(),
    sessionId: random.uuid(),
    flowId: queue.flow.id,
    name: queue.flow.name,
    startMs,
    endMs: startMs + random.int(8, 40) * secondMs,
  };
}

function planLegs(draft: Draft, queuedMs: number, startMs: number): readonly ClosedLeg[] {
  const { random, direction, mediaType, queue } = draft;
  if (direction === 'inbound' && random.chance(0.08)) {
    return [abandonedLeg(draft, queue, queuedMs)];
  }
  const waitMs =
    mediaType === 'email'
      ? random.skewed(12 * minuteMs, 1, minuteMs, 5 * 60 * minuteMs)
      : random.skewed(18 * secondMs, 0.9, 3 * secondMs, 110 * secondMs);
  const first =
    direction === 'outbound'
      ? planLeg(draft, queue, undefined, {
          startMs: startMs + 200,
          endMs: startMs + 200 + random.int(4, 25) * secondMs,
        })
      : planLeg(draft, queue, queuedMs, ringing(random, queuedMs + waitMs, waitMs));
  const isLive = mediaType === 'voice' || mediaType === 'callback';
  if (isLive && !draft.isTransferred && random.chance(0.05)) {
    return toConference(draft, first);
  }
  if (!draft.isTransferred) {
    return [first];
  }
  const transferred = withEnd(first, random.chance(0.6) ? 'transfer' : 'consultTransfer');
  const nextQueue = random.pick(draft.directory.queues);
  const requeuedMs = lastEnd(first.agent);
  const nextWaitMs = random.int(4, 60) * secondMs;
  if (random.chance(0.08)) {
    return [transferred, abandonedLeg(draft, nextQueue, requeuedMs)];
  }
  return [
    transferred,
    planLeg(draft, nextQueue, requeuedMs, ringing(random, requeuedMs + nextWaitMs, nextWaitMs)),
  ];
}

/** Nothing in a planned leg is open; only clipping to the present opens it. */
type ClosedLeg = Leg & {
  readonly agent: (PlannedAgent & { readonly stretches: readonly (Stretch & Span)[] }) | undefined;
} & {
  readonly wait: (Leg['wait'] & Span) | undefined;
};

function abandonedLeg({ random }: Draft, queue: DirectoryQueue, startMs: number): ClosedLeg {
  return {
    queue,
    wait: {
      participantId: random.uuid(),
      sessionId: random.uuid(),
      startMs,
      endMs: startMs + random.skewed(35 * secondMs, 0.8, 2 * secondMs, 3 * minuteMs),
      end: 'abandoned',
    },
    agent: undefined,
  };
}

function planLeg(
  draft: Draft,
  queue: DirectoryQueue,
  queuedMs: number | undefined,
  alert: Span,
): ClosedLeg & {
  readonly agent: PlannedAgent & { readonly stretches: readonly (Stretch & Span)[] };
} {
  const { random, mediaType } = draft;
  const user = random.pick(draft.directory.agents);
  const dialMs = mediaType === 'callback' ? random.int(5, 20) * secondMs : 0;
  const stretches = planStretches(draft, alert.endMs + dialMs);
  const endMs = stretches.at(-1)?.endMs ?? alert.endMs;
  return {
    queue,
    wait:
      queuedMs === undefined
        ? undefined
        : {
            participantId: random.uuid(),
            sessionId: random.uuid(),
            startMs: queuedMs,
            endMs: alert.endMs,
            end: 'answered',
          },
    agent: {
      participantId: random.uuid(),
      sessionId: random.uuid(),
      userId: user.id,
      name: user.name,
      callbackSessionId: mediaType === 'callback' ? random.uuid() : undefined,
      alert,
      stretches,
      end: random.chance(0.6) ? 'client' : 'peer',
      wrapUp: planWrapUp(random, draft.directory, draft.direction, endMs),
    },
  };
}

function planStretches(draft: Draft, startMs: number): readonly (Stretch & Span)[] {
  const { random } = draft;
  const totalMs = talkMs(draft);
  const canHold = draft.mediaType === 'voice' || draft.mediaType === 'callback';
  if (!canHold || totalMs < 60 * secondMs || !random.chance(0.3)) {
    return [{ type: 'interact', isConference: false, startMs, endMs: startMs + totalMs }];
  }
  const holdMs = random.skewed(25 * secondMs, 0.7, 6 * secondMs, 60 * secondMs);
  const holdStartMs = startMs + Math.round(totalMs * (0.3 + 0.4 * random.next()));
  const part = { isConference: false };
  return [
    { ...part, type: 'interact', startMs, endMs: holdStartMs },
    { ...part, type: 'hold', startMs: holdStartMs, endMs: holdStartMs + holdMs },
    { ...part, type: 'interact', startMs: holdStartMs + holdMs, endMs: startMs + totalMs + holdMs },
  ];
}

/** Voice is limited so that no recording is longer than twelve minutes, with its waiting and holds. */
function talkMs({ random, mediaType, isTransferred }: Draft): number {
  switch (mediaType) {
    case 'voice':
    case 'callback':
      return random.skewed(
        150 * secondMs,
        0.9,
        20 * secondMs,
        (isTransferred ? 190 : 510) * secondMs,
      );
    case 'chat':
      return random.skewed(6 * minuteMs, 0.7, minuteMs, 25 * minuteMs);
    case 'message':
      return random.skewed(18 * minuteMs, 0.9, 2 * minuteMs, 180 * minuteMs);
    case 'email':
      return random.skewed(9 * minuteMs, 0.8, 2 * minuteMs, 60 * minuteMs);
  }
}

/** The first agent puts the customer on hold, calls a second one, and all three talk to the end. */
function toConference(draft: Draft, first: ReturnType<typeof planLeg>): readonly ClosedLeg[] {
  const startMs = first.agent.stretches[0]?.startMs ?? first.agent.alert.endMs;
  const endMs = Math.max(lastEnd(first.agent), startMs + 60 * secondMs);
  const holdMs = startMs + Math.round((endMs - startMs) * 0.3);
  const joinMs = startMs + Math.round((endMs - startMs) * 0.5);
  const part = { type: 'interact' as const, isConference: false };
  const joint = { type: 'interact' as const, isConference: true, startMs: joinMs, endMs };
  const second = planLeg(draft, draft.random.pick(draft.directory.queues), holdMs + 2000, {
    startMs: holdMs + 3000,
    endMs: joinMs - 4000,
  });
  const wrapUp = (): PlannedAgent['wrapUp'] =>
    planWrapUp(draft.random, draft.directory, draft.direction, endMs);
  return [
    {
      ...first,
      agent: {
        ...first.agent,
        stretches: [
          { ...part, startMs, endMs: holdMs },
          { type: 'hold', isConference: false, startMs: holdMs, endMs: joinMs },
          joint,
        ],
        end: 'peer',
        wrapUp: wrapUp(),
      },
    },
    {
      ...second,
      agent: {
        ...second.agent,
        stretches: [{ ...part, startMs: joinMs - 4000, endMs: joinMs }, joint],
        end: 'peer',
        wrapUp: wrapUp(),
      },
    },
  ];
}

function ringing(random: Random, answeredMs: number, waitMs: number): Span {
  return {
    startMs: answeredMs - Math.min(waitMs - 500, random.int(1500, 9000)),
    endMs: answeredMs,
  };
}

function withEnd(leg: ReturnType<typeof planLeg>, end: 'transfer' | 'consultTransfer'): ClosedLeg {
  return { ...leg, agent: { ...leg.agent, end } };
}

function lastEnd(agent: ClosedLeg['agent']): number {
  return agent?.stretches.at(-1)?.endMs ?? 0;
}

/** From the customer's media connecting to its end. */
function toConnected(draft: Draft, legs: readonly ClosedLeg[], startMs: number): Span {
  const endMs = Math.max(
    ...legs.map(({ wait, agent }) => Math.max(lastEnd(agent), wait?.endMs ?? 0)),
  );
  const isDialled = draft.direction === 'outbound' || draft.mediaType === 'callback';
  const talkStartMs = legs[0]?.agent?.stretches[0]?.startMs ?? endMs;
  return { startMs: isDialled ? talkStartMs : startMs + 800, endMs };
}

function planCustomer(
  { random, mediaType }: Draft,
  connected: Span,
  isAnswered: boolean,
): PlannedCustomer {
  const given = random.pick(givenNames);
  const name = random.chance(0.03)
    ? random.pick(hostileTexts).slice(0, 400)
    : `${given} ${random.pick(familyNames)}`;
  const address = toAddress(random, mediaType, given);
  return {
    participantId: random.uuid(),
    sessionId: random.uuid(),
    callbackSessionId: mediaType === 'callback' ? random.uuid() : undefined,
    name: mediaType === 'voice' && random.chance(0.2) ? 'Mobile Caller' : name,
    address,
    externalContactId: random.chance(0.4) ? random.uuid() : undefined,
    connectedMs: isAnswered ? connected.startMs : undefined,
    leftMs: connected.endMs,
  };
}

function toAddress(random: Random, mediaType: MediaType, given: string): string {
  if (mediaType === 'email') {
    return `${given}${String(random.int(1, 999))}@example.com`.toLowerCase();
  }
  if (mediaType === 'chat') {
    return `guest-${String(random.int(1000, 9999))}`;
  }
  const areas = ['202', '212', '303', '415', '617', '713', '808'];
  return `+1${random.pick(areas)}55501${String(random.int(0, 99)).padStart(2, '0')}`;
}

function planSubject({ random, mediaType, queue }: Draft): string | undefined {
  if (mediaType !== 'email' && mediaType !== 'message') {
    return undefined;
  }
  return random.chance(0.06)
    ? random.pick(hostileTexts)
    : random.pick(dialogues[queue.topic].subjects);
}

/** Speech is mostly transcribed, sometimes late. What was written needs no transcript file: its recording holds the text. */
function planTranscript({ random, mediaType }: Draft): PlannedTranscript {
  if (mediaType !== 'voice' && mediaType !== 'callback') {
    return { format: 'none', availableAfterMs: 0 };
  }
  const format = random.weighted<PlannedTranscript['format']>([
    ['current', 75],
    ['old', 13],
    ['none', 12],
  ]);
  const isLate = random.chance(0.1);
  return {
    format,
    availableAfterMs: isLate ? random.int(5, 120) * minuteMs : random.int(0, 20) * secondMs,
  };
}
