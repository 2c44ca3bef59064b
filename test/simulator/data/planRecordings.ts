/** Which recordings a conversation leaves, what is cut out of them, and in which state they are. */
import type {
  ConversationPlan,
  Cut,
  PlannedRecording,
  RecordingState,
  Span,
} from './conversationPlan.ts';
import type { Random } from './random.ts';

const dayMs = 86_400_000;

/** @param connected when the customer's media was connected. */
export function planRecordings(
  random: Random,
  plan: ConversationPlan,
  connected: Span,
  nowMs: number,
): readonly PlannedRecording[] {
  const answered = plan.legs.some(({ agent }) => agent !== undefined);
  if (!answered || random.chance(0.08)) {
    return [];
  }
  const base = {
    sessionId: plan.customer.sessionId,
    cuts: [],
    holds: [],
    fileState: planFileState(random, nowMs - connected.endMs),
    transcodePolls: random.weighted([
      [0, 60],
      [1, 20],
      [2, 12],
      [3, 8],
    ]),
    channels: random.chance(0.9) ? ['0', '1'] : ['0'],
  } as const;
  if (plan.mediaType !== 'voice' && plan.mediaType !== 'callback') {
    return [
      { ...base, ...connected, id: random.uuid(), kind: 'text', channels: [], transcodePolls: 0 },
    ];
  }
  const cuts = planCuts(random, plan, connected);
  const holds = plan.legs
    .flatMap(({ agent }) => agent?.stretches ?? [])
    .flatMap(({ type, startMs, endMs }) =>
      type === 'hold' && endMs !== undefined ? [{ startMs, endMs }] : [],
    );
  const recordings: PlannedRecording[] = splits(random, plan, connected).map((span) => ({
    ...base,
    ...span,
    id: random.uuid(),
    kind: 'trunk',
    cuts: cuts.filter((cut) => cut.startMs >= span.startMs && cut.endMs <= span.endMs),
    holds: holds.filter((hold) => hold.startMs >= span.startMs && hold.endMs <= span.endMs),
  }));
  const hold = holds.find(({ startMs, endMs }) => endMs - startMs >= 15_000);
  if (hold !== undefined && random.chance(0.25)) {
    recordings.push({ ...base, ...hold, id: random.uuid(), kind: 'consult', channels: ['0', '1'] });
  }
  if (random.chance(0.04)) {
    recordings.push({
      ...base,
      ...connected,
      id: random.uuid(),
      kind: 'screen',
      fileState: random.chance(0.5) ? 'AVAILABLE' : 'ARCHIVED',
      channels: ['0'],
      cuts: [],
      holds: [],
    });
  }
  return recordings;
}

/** Older recordings move to the archive. */
function planFileState(random: Random, ageMs: number): RecordingState {
  const archived = ageMs > 7 * dayMs ? 25 : 1;
  return random.weighted<RecordingState>([
    ['AVAILABLE', 96],
    ['ARCHIVED', archived],
    ['DELETED', ageMs > 3 * dayMs ? 2 : 0],
    ['ERROR', 0.7],
    ['RESTORED', ageMs > 7 * dayMs ? 3 : 0],
    ['RESTORING', ageMs > 7 * dayMs ? 2 : 0],
    ['UPLOADING', ageMs < dayMs ? 1 : 0],
  ]);
}

/** One recording, or one for each agent of a transferred call. */
function splits(random: Random, plan: ConversationPlan, connected: Span): readonly Span[] {
  const [first, second] = plan.legs.map(({ agent }) => agent);
  const firstEndMs = first?.stretches.at(-1)?.endMs;
  const secondStartMs = second?.stretches[0]?.startMs;
  const isTransfer = first?.end === 'transfer' || first?.end === 'consultTransfer';
  if (
    !isTransfer ||
    firstEndMs === undefined ||
    secondStartMs === undefined ||
    !random.chance(0.4)
  ) {
    return [connected];
  }
  return [
    { startMs: connected.startMs, endMs: firstEndMs },
    { startMs: secondStartMs, endMs: connected.endMs },
  ];
}

/** Menus and queues are mostly not recorded; card numbers are said in secure pauses. */
function planCuts(random: Random, plan: ConversationPlan, connected: Span): readonly Cut[] {
  const cuts: Cut[] = [];
  const talk = plan.legs[0]?.agent?.stretches[0];
  if (talk?.endMs === undefined) {
    return cuts;
  }
  if (talk.startMs > connected.startMs && random.chance(0.7)) {
    cuts.push({ startMs: connected.startMs, endMs: talk.startMs, reason: 'FlowOrQueue' });
  }
  const lengthMs = talk.endMs - talk.startMs;
  if (lengthMs > 60_000 && random.chance(0.12)) {
    const startMs = talk.startMs + Math.round(lengthMs * (0.3 + random.next() * 0.3));
    cuts.push({ startMs, endMs: startMs + random.int(8, 20) * 1000, reason: 'SecurePause' });
  }
  return cuts;
}
