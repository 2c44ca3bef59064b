/** Makes up what happens in one conversation: who, when, what is recorded. Pure: the same request gives the same plan. */
import { clipToNow } from './clipToNow.ts';
import type {
  ConversationPlan,
  MediaType,
  PlannedCustomer,
  PlannedFlow,
  PlannedTranscript,
  Span,
} from './conversationPlan.ts';
import { dialogues } from './dialogues.ts';
import type { Directory } from './directory.ts';
import { hostileTexts } from './hostileTexts.ts';
import { familyNames, givenNames } from './names.ts';
import { lastEnd, planLegs, type ClosedLeg, type Draft } from './planLegs.ts';
import { planRecordings } from './planRecordings.ts';
import { createRandom, type Random } from './random.ts';

export interface PlanRequest {
  readonly directory: Directory;
  /** Distinguishes this conversation from all others. */
  readonly seed: string;
  readonly startMs: number;
  /** What lies after it has not happened yet. */
  readonly nowMs: number;
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
