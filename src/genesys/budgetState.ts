/**
 * The state of one token's rate budget and how it changes: pure, so that processes can share it through a file. Learned from the
 * platform's answers only. Invariant: requests counted plus requests that may still be counted never exceed the allowance.
 * @see inin-ratelimit-count, inin-ratelimit-allowed, inin-ratelimit-reset; docs/adr/0009-shared-rate-budget.md
 */
import type { WaitReason } from './genesysApi.ts';

/** The window that is open at the platform, as far as its answers tell. */
export interface RateWindow {
  /** The highest count that was told. */
  readonly usedCount: number;
  /** It ends not before, and not after (undefined: no answer said when). */
  readonly endsFromMs: number;
  readonly endsToMs: number | undefined;
}

/** A process (or a client within one) that has requests under way or waiting. */
export interface BudgetMember {
  readonly pid: number;
  readonly inFlightCount: number;
  /** Interactive requests that wait; until `urgentUntilMs` the background requests of others let them go first. */
  readonly urgentCount: number;
  readonly urgentUntilMs: number;
  readonly seenAtMs: number;
}

export interface BudgetState {
  readonly allowedCount: number | undefined;
  /** Length of a window: the longest reset ever told, so it may be less than the truth, never more by over a second. */
  readonly windowMs: number | undefined;
  readonly window: RateWindow | undefined;
  /** Where the window before ended at the latest: later answers of it are recognised by this. */
  readonly lastEndMs: number | undefined;
  /** The platform asked for a pause. */
  readonly pausedUntilMs: number | undefined;
  /** Requests that ended without an answer: the platform may have counted them. */
  readonly lost: { readonly count: number; readonly atMs: number };
  /** How much later than told a window may end; above 0 when the platform was seen to round its seconds down. */
  readonly slackMs: number;
  readonly updatedAtMs: number;
  readonly members: Readonly<Record<string, BudgetMember>>;
}

/** What became of a request that was let go. */
export interface Outcome {
  /** `unsent`: it never left. `lost`: no answer came; the platform may have counted it. */
  readonly kind: 'answered' | 'lost' | 'unsent';
  readonly sentAtMs: number;
  readonly endedAtMs: number;
  /** From the answer's headers, where they are readable. */
  readonly count?: number | undefined;
  readonly allowed?: number | undefined;
  readonly resetSeconds?: number | undefined;
  readonly isRefused?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What one member did since its last turn and what it wants now. */
export interface Turn {
  readonly memberId: string;
  readonly pid: number;
  readonly outcomes: readonly Outcome[];
  readonly interactiveCount: number;
  readonly backgroundCount: number;
}

export interface TurnResult {
  readonly state: BudgetState;
  /** How many waiting requests of each kind may go now. */
  readonly interactiveCount: number;
  readonly backgroundCount: number;
  /** Set when some still wait: when to ask again, and what for. */
  readonly wait:
    | { readonly reason: WaitReason; readonly wakeAtMs: number; readonly untilMs: number }
    | undefined;
}

const nothingLost = { count: 0, atMs: 0 } as const;

export const emptyBudget: BudgetState = {
  allowedCount: undefined,
  windowMs: undefined,
  window: undefined,
  lastEndMs: undefined,
  pausedUntilMs: undefined,
  lost: nothingLost,
  slackMs: 0,
  updatedAtMs: 0,
  members: {},
};

/** Requests under way at most until the first headers tell the allowance. */
const firstInFlightCount = 2;
/**
 * Part of the allowance that background requests leave to interactive ones when a window begins. The reserve melts evenly over
 * the window, so background requests that saturate begin with a burst and then flow evenly, and nothing is left over.
 */
const reserveRatio = 0.5;
/** It is gone this part of a window before the end, so that its requests still arrive in time. */
const leadRatio = 1 / 40;
const maxLeadMs = 1_000;
/** Our clock and the platform's tick alike only about so well within a window. */
const clockMarginMs = 3;
/** How long background requests hold back for others' interactive ones that could go. */
const courtesyMs = 100;
/** Room that requests under way elsewhere may give back is looked for this often. */
const othersPollMs = 250;
/** A member that says nothing for so long is gone, whatever its process id says. */
const memberLifeMs = 120_000;
/** A pause or a reset beyond this is garbage. */
const maxToldMs = 3_600_000;
const clockJumpMs = 2_000;

/** One turn of a member: what it learned goes in, what it may do comes out. */
export function takeTurn(before: BudgetState, turn: Turn, nowMs: number): TurnResult {
  let state = settle(before, nowMs);
  const own = state.members[turn.memberId];
  state = turn.outcomes.reduce(learn, state);
  const inFlightCount = Math.max(0, (own?.inFlightCount ?? 0) - turn.outcomes.length);
  const others = Object.entries(state.members).filter(([id]) => id !== turn.memberId);
  const othersInFlight = others.reduce((sum, [, member]) => sum + member.inFlightCount, 0);
  const urgent = others.filter(([, { urgentCount, urgentUntilMs }]) => {
    return urgentCount > 0 && urgentUntilMs > nowMs;
  });

  const room = roomOf(state, inFlightCount + othersInFlight, nowMs);
  const interactiveCount = Math.min(turn.interactiveCount, room);
  const urgentCount = turn.interactiveCount - interactiveCount;
  const afterInteractive = room - interactiveCount;
  const isCourteous = urgentCount > 0 || urgent.length > 0;
  const free = isCourteous ? 0 : Math.max(0, afterInteractive - reserveAt(state, nowMs));
  const backgroundCount = Math.min(turn.backgroundCount, free);

  const isWaiting =
    interactiveCount < turn.interactiveCount || backgroundCount < turn.backgroundCount;
  const wait = isWaiting
    ? waitOf(state, {
        nowMs,
        room: afterInteractive - backgroundCount,
        isInteractive: urgentCount > 0,
        othersInFlight,
        othersUrgentUntilMs: Math.max(0, ...urgent.map(([, member]) => member.urgentUntilMs)),
      })
    : undefined;
  const member: BudgetMember = {
    pid: turn.pid,
    inFlightCount: inFlightCount + interactiveCount + backgroundCount,
    urgentCount,
    urgentUntilMs: urgentCount > 0 ? (wait?.wakeAtMs ?? nowMs) + courtesyMs : 0,
    seenAtMs: nowMs,
  };
  const isIdle = member.inFlightCount === 0 && member.urgentCount === 0;
  return {
    state: {
      ...state,
      updatedAtMs: nowMs,
      members: Object.fromEntries(isIdle ? others : [...others, [turn.memberId, member]]),
    },
    interactiveCount,
    backgroundCount,
    wait,
  };
}

/** The members that `isGone` names are dropped; what they had under way counts as lost. */
export function buryMembers(
  state: BudgetState,
  isGone: (member: BudgetMember) => boolean,
  nowMs: number,
): BudgetState {
  const gone = Object.entries(state.members).filter(
    ([, member]) => nowMs - member.seenAtMs > memberLifeMs || isGone(member),
  );
  if (gone.length === 0) {
    return state;
  }
  const ids = new Set(gone.map(([id]) => id));
  const count = gone.reduce((sum, [, member]) => sum + member.inFlightCount, 0);
  return {
    ...state,
    members: Object.fromEntries(Object.entries(state.members).filter(([id]) => !ids.has(id))),
    lost: count === 0 ? state.lost : { count: state.lost.count + count, atMs: nowMs },
  };
}

/** What time alone changes: a window ends, a pause ends; a clock that was set back makes every stored time worthless. */
function settle(state: BudgetState, nowMs: number): BudgetState {
  const { window } = state;
  if (nowMs < state.updatedAtMs - clockJumpMs) {
    return { ...state, window: undefined, lastEndMs: undefined, pausedUntilMs: undefined };
  }
  const isOver = window?.endsToMs !== undefined && nowMs >= window.endsToMs;
  return {
    ...state,
    ...(isOver && {
      window: undefined,
      lastEndMs: window.endsToMs,
    }),
    lost: nowMs >= forgetLostAtMs(state) ? nothingLost : state.lost,
    pausedUntilMs: (state.pausedUntilMs ?? 0) > nowMs ? state.pausedUntilMs : undefined,
  };
}

/** What was lost in a window is over with it; without one, after the time that a window takes. */
function forgetLostAtMs({ window, windowMs, lost }: BudgetState): number {
  return window?.endsToMs !== undefined && lost.atMs < window.endsToMs
    ? window.endsToMs
    : lost.atMs + (windowMs ?? memberLifeMs);
}

function learn(state: BudgetState, outcome: Outcome): BudgetState {
  if (outcome.kind === 'unsent') {
    return state;
  }
  // An answer without headers, of a gateway before the platform, may or may not have been counted.
  const isLost = outcome.kind === 'lost' || outcome.count === undefined;
  const counted = isLost
    ? { ...state, lost: { count: state.lost.count + 1, atMs: outcome.endedAtMs } }
    : learnWindow(state, outcome);
  return learnPause(counted, outcome);
}

/** A 429 whose count says that the token has room left is about one resource: only that request waits. */
function learnPause(state: BudgetState, outcome: Outcome): BudgetState {
  const { count, allowed, endedAtMs } = outcome;
  const hasRoom = count !== undefined && allowed !== undefined && count < allowed;
  const askedMs = outcome.retryAfterMs ?? 0;
  if (outcome.isRefused !== true || hasRoom || askedMs <= 0 || askedMs > maxToldMs) {
    return state;
  }
  return {
    ...state,
    pausedUntilMs: Math.max(state.pausedUntilMs ?? 0, endedAtMs + askedMs),
  };
}

function learnWindow(before: BudgetState, outcome: Outcome): BudgetState {
  const { count, allowed } = outcome;
  if (count === undefined || allowed === undefined || allowed === 0) {
    return before;
  }
  const state = { ...withReset(before, outcome), allowedCount: allowed };
  const told = toldEnd(state, outcome);
  const { window, lastEndMs } = state;
  if (window === undefined) {
    // A late answer of the window that is over says nothing about the one that comes.
    return lastEndMs !== undefined && told.endsFromMs <= lastEndMs
      ? state
      : { ...state, window: { usedCount: count, ...told } };
  }
  if (told.endsToMs !== undefined && told.endsToMs < window.endsFromMs) {
    return state;
  }
  if (window.endsToMs !== undefined && told.endsFromMs > window.endsToMs) {
    return { ...state, window: { usedCount: count, ...told }, lastEndMs: window.endsToMs };
  }
  return {
    ...state,
    window: {
      // Answers overtake each other: within a window the count only grows.
      usedCount: Math.max(window.usedCount, count),
      endsFromMs: Math.max(window.endsFromMs, told.endsFromMs),
      endsToMs: earlier(window.endsToMs, told.endsToMs),
    },
  };
}

/** What every answer teaches: the length of windows, how seconds are rounded, and that requests lost before it are counted. */
function withReset(state: BudgetState, outcome: Outcome): BudgetState {
  const resetMs = toldResetMs(outcome);
  return {
    ...state,
    windowMs: resetMs === undefined ? state.windowMs : Math.max(resetMs, state.windowMs ?? 0),
    slackMs: outcome.resetSeconds === 0 ? 1_000 : state.slackMs,
    lost: outcome.sentAtMs > state.lost.atMs ? nothingLost : state.lost,
  };
}

/**
 * The platform counted the request somewhere between its sending and its answer and rounds what is left up to whole seconds, so
 * each answer gives a span for the end of the window, and the spans of many answers meet in a few milliseconds.
 */
function toldEnd(state: BudgetState, outcome: Outcome): Omit<RateWindow, 'usedCount'> {
  const resetMs = toldResetMs(outcome);
  return resetMs === undefined
    ? { endsFromMs: outcome.sentAtMs, endsToMs: undefined }
    : {
        endsFromMs: outcome.sentAtMs + resetMs - 1_000 - clockMarginMs,
        endsToMs: outcome.endedAtMs + resetMs + state.slackMs + clockMarginMs,
      };
}

function toldResetMs({ resetSeconds }: Outcome): number | undefined {
  return resetSeconds === undefined || resetSeconds * 1_000 > maxToldMs
    ? undefined
    : resetSeconds * 1_000;
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** How many more requests may go, be they interactive. */
function roomOf(state: BudgetState, inFlightCount: number, nowMs: number): number {
  if (state.pausedUntilMs !== undefined && state.pausedUntilMs > nowMs) {
    return 0;
  }
  if (state.allowedCount === undefined) {
    return Math.max(0, firstInFlightCount - inFlightCount);
  }
  const usedCount = state.window?.usedCount ?? 0;
  const room = Math.max(0, state.allowedCount - usedCount - state.lost.count - inFlightCount);
  // A spent window that nobody says the end of: one request at a time finds out.
  const isBlind = state.window !== undefined && state.window.endsToMs === undefined;
  return isBlind && room === 0 && inFlightCount === 0 ? 1 : room;
}

/** What background requests must leave to interactive ones. */
function reserveAt(state: BudgetState, nowMs: number): number {
  if (state.allowedCount === undefined) {
    return 1;
  }
  const full = fullReserve(state.allowedCount);
  const melting = meltingOf(state);
  if (melting === undefined || nowMs <= melting.fromMs) {
    return full;
  }
  const left = (melting.toMs - nowMs) / (melting.toMs - melting.fromMs);
  return Math.max(0, Math.ceil(full * left));
}

const fullReserve = (allowedCount: number): number =>
  Math.min(allowedCount - 1, Math.ceil(allowedCount * reserveRatio));

/** Over what time the reserve of the open window melts away; undefined while nobody said when the window ends. */
function meltingOf({
  window,
  windowMs,
}: BudgetState): { readonly fromMs: number; readonly toMs: number } | undefined {
  if (window?.endsToMs === undefined || windowMs === undefined || windowMs === 0) {
    return undefined;
  }
  const toMs = window.endsFromMs - Math.min(maxLeadMs, windowMs * leadRatio);
  return { fromMs: toMs - windowMs, toMs };
}

interface Standing {
  readonly nowMs: number;
  /** What is left after this turn, the reserve included. */
  readonly room: number;
  readonly isInteractive: boolean;
  readonly othersInFlight: number;
  readonly othersUrgentUntilMs: number;
}

function waitOf(state: BudgetState, standing: Standing): NonNullable<TurnResult['wait']> {
  const { nowMs, room } = standing;
  if (state.pausedUntilMs !== undefined) {
    const untilMs = state.pausedUntilMs;
    return { reason: 'retryAfter', wakeAtMs: untilMs, untilMs };
  }
  const endMs = state.window?.endsToMs;
  const candidates = [
    endMs,
    standing.othersInFlight > 0 ? nowMs + othersPollMs : undefined,
    standing.othersUrgentUntilMs > nowMs ? standing.othersUrgentUntilMs : undefined,
    standing.isInteractive || room === 0 ? undefined : meltedAt(state, room - 1),
  ].filter((timeMs) => timeMs !== undefined && timeMs > nowMs);
  const wakeAtMs = Math.min(...candidates.filter((timeMs) => timeMs !== undefined));
  return {
    reason: 'rateLimit',
    // Nothing known to wait for: an answer to a request of our own will come and wake us.
    wakeAtMs: Number.isFinite(wakeAtMs) ? wakeAtMs : nowMs + othersPollMs,
    untilMs: endMs ?? nowMs + othersPollMs,
  };
}

/** When the reserve is down to `count`. */
function meltedAt(state: BudgetState, count: number): number | undefined {
  const melting = meltingOf(state);
  if (melting === undefined || state.allowedCount === undefined) {
    return undefined;
  }
  const ratio = Math.min(1, count / fullReserve(state.allowedCount));
  return Math.ceil(melting.toMs - (melting.toMs - melting.fromMs) * ratio) + 1;
}
