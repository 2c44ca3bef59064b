/** Queues, agents, holds, transfers and conferences of one conversation: who had the customer when. */
import type { Leg, MediaType, PlannedAgent, Span, Stretch } from './conversationPlan.ts';
import type { Directory, DirectoryQueue } from './directory.ts';
import { planWrapUp } from './planWrapUp.ts';
import type { Random } from './random.ts';

/** What is settled before anybody is reached. */
export interface Draft {
  readonly random: Random;
  readonly directory: Directory;
  readonly mediaType: MediaType;
  readonly direction: 'inbound' | 'outbound';
  readonly queue: DirectoryQueue;
  readonly isTransferred: boolean;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** The queues and agents that a conversation comes to: answered, abandoned, transferred or joined in a conference. */
export function planLegs(draft: Draft, queuedMs: number, startMs: number): readonly ClosedLeg[] {
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
export type ClosedLeg = Leg & {
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

/** When an agent's last stretch ended; 0 without an agent. */
export function lastEnd(agent: ClosedLeg['agent']): number {
  return agent?.stretches.at(-1)?.endMs ?? 0;
}
