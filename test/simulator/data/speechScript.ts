/** Who says what and when in a planned call, down to the word. Transcript and audio are both made from it. */
import {
  withoutCuts,
  type ConversationPlan,
  type PlannedRecording,
  type Span,
} from './conversationPlan.ts';
import {
  closings,
  dialogues,
  fillers,
  menuPrompts,
  openings,
  queuePrompt,
  type Line,
} from './dialogues.ts';
import { hostileTexts } from './hostileTexts.ts';
import { createRandom, type Random } from './random.ts';

export interface Utterance extends Span {
  readonly purpose: 'external' | 'internal' | 'ivr' | 'acd';
  readonly line: Line;
  /** At least one, in order, not overlapping. */
  readonly words: readonly SpokenWord[];
}

export interface SpokenWord extends Span {
  readonly text: string;
  readonly confidence: number;
}

/** Everything that one recording heard, in order of start; nothing lies within its cuts. The two parties may overlap. */
export function planSpeech(
  plan: ConversationPlan,
  recording: PlannedRecording,
): readonly Utterance[] {
  const random = createRandom(`speech of ${recording.id}`);
  const utterances: Utterance[] = [];
  const { flow } = plan;
  if (recording.kind === 'consult') {
    return talk(random, plan, recording, false);
  }
  for (const span of audible(flow, recording)) {
    utterances.push(...announcement(random, 'ivr', random.pick(menuPrompts), span));
  }
  for (const span of waitSpans(plan, recording)) {
    utterances.push(...announcement(random, 'acd', queuePrompt, span));
  }
  let isFirst = true;
  for (const span of talkSpans(plan, recording)) {
    utterances.push(...talk(random, plan, span, isFirst));
    isFirst = false;
  }
  return utterances.sort((a, b) => a.startMs - b.startMs);
}

/** Where hold music plays in a recording: holds and waiting, as far as they are not cut out. */
export function musicSpans(plan: ConversationPlan, recording: PlannedRecording): readonly Span[] {
  if (recording.kind === 'consult') {
    return [];
  }
  return [...waitSpans(plan, recording), ...recording.holds];
}

/** Waiting that the customer hears: not that of a second agent who is called during a hold. */
function waitSpans(plan: ConversationPlan, recording: PlannedRecording): readonly Span[] {
  return plan.legs
    .flatMap(({ wait }) => audible(wait, recording))
    .filter(
      (wait) =>
        !recording.holds.some((hold) => hold.startMs < wait.endMs && wait.startMs < hold.endMs),
    );
}

function audible(
  span: { readonly startMs: number; readonly endMs: number | undefined } | undefined,
  recording: PlannedRecording,
): readonly Span[] {
  if (span?.endMs === undefined) {
    return [];
  }
  const startMs = Math.max(span.startMs, recording.startMs);
  const endMs = Math.min(span.endMs, recording.endMs);
  return endMs > startMs ? withoutCuts({ startMs, endMs }, recording.cuts) : [];
}

/** Stretches in which customer and agent talk, without holds, pauses and the second agent's share of a conference. */
function talkSpans(plan: ConversationPlan, recording: PlannedRecording): readonly Span[] {
  const spans = plan.legs.flatMap(({ agent }, index) =>
    (agent?.stretches ?? [])
      .filter(({ type, isConference }) => type === 'interact' && !(isConference && index > 0))
      .flatMap((stretch) => audible(stretch, recording)),
  );
  const inOrder = spans.sort((a, b) => a.startMs - b.startMs);
  return inOrder.map((span, index) => {
    const endMs = Math.min(span.endMs, inOrder[index + 1]?.startMs ?? span.endMs);
    const heldFrom = recording.holds.find(
      (hold) => hold.startMs < endMs && hold.endMs > span.startMs,
    );
    return { startMs: Math.max(span.startMs, heldFrom?.endMs ?? 0), endMs };
  });
}

function talk(
  random: Random,
  plan: ConversationPlan,
  span: Span,
  isOpening: boolean,
): readonly Utterance[] {
  const dialogue = dialogues[plan.topic];
  const utterances: Utterance[] = [];
  let atMs = span.startMs + random.int(150, 900);
  let isAgent = isOpening;
  let line = isOpening ? random.pick(openings) : random.pick(fillers);
  const free = { internal: 0, external: 0 };
  for (;;) {
    const purpose = isAgent ? 'internal' : 'external';
    const utterance = speak(random, purpose, line, Math.max(atMs, free[purpose]));
    if (utterance.endMs > span.endMs - 100) {
      return utterances;
    }
    utterances.push(utterance);
    free[purpose] = utterance.endMs + 60;
    atMs = Math.max(span.startMs + 100, utterance.endMs + pauseMs(random));
    isAgent = random.chance(0.12) ? isAgent : !isAgent;
    line = nextLine(random, isAgent ? dialogue.agent : dialogue.customer, span.endMs - atMs);
  }
}

/** Mostly a short gap; sometimes the other one interrupts, sometimes nobody speaks for a while. */
function pauseMs(random: Random): number {
  const kind = random.next();
  if (kind < 0.1) {
    return -random.int(100, 700);
  }
  return kind < 0.15 ? random.int(3000, 9000) : random.int(120, 1200);
}

function nextLine(random: Random, lines: readonly Line[], leftMs: number): Line {
  if (leftMs < 5000) {
    return random.pick(closings);
  }
  if (random.chance(0.003)) {
    return { text: random.pick(hostileTexts).slice(0, 100) };
  }
  return random.chance(0.25) ? random.pick(fillers) : random.pick(lines);
}

function announcement(
  random: Random,
  purpose: 'ivr' | 'acd',
  text: string,
  span: Span,
): readonly Utterance[] {
  const utterance = speak(random, purpose, { text }, span.startMs + 400);
  return utterance.endMs < span.endMs - 100 ? [utterance] : [];
}

function speak(
  random: Random,
  purpose: Utterance['purpose'],
  line: Line,
  startMs: number,
): Utterance {
  const pace = 0.85 + random.next() * 0.3;
  let atMs = startMs;
  const words = line.text
    .split(/\s+/u)
    .filter((text) => text !== '')
    .map((text): SpokenWord => {
      const durationMs = Math.round(Math.min(900, 110 + 48 * text.length) * pace);
      const word = {
        text,
        startMs: atMs,
        endMs: atMs + durationMs,
        confidence: Math.round((0.55 + 0.45 * Math.sqrt(random.next())) * 1000) / 1000,
      };
      atMs += durationMs + random.int(20, 90);
      return word;
    });
  return { purpose, line, words, startMs, endMs: words.at(-1)?.endMs ?? startMs };
}
