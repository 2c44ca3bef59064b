/**
 * Words of the status bar item from plain facts: pure, so that they are tested with a fake clock. Says also when the words
 * change next by themselves, so that nothing ticks without need.
 */
import type { RateSnapshot, RequestWait } from '../../genesys/genesysApi.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import type { Localiser } from '../ports/localiser.ts';

export type StatusFacts =
  { readonly kind: 'signedOut' } | { readonly kind: 'signingIn' } | SignedInFacts;

export interface SignedInFacts {
  readonly kind: 'signedIn';
  readonly organisationName: string;
  /** Who signed in with a browser. */
  readonly personName?: string | undefined;
  readonly region: string;
  readonly clientId: string;
  readonly rate: RateSnapshot;
  /** Undefined before the first call of the session. */
  readonly tokenExpiresAtMs: number | undefined;
  readonly activeTransferCount: number;
  /** The last request got no answer. */
  readonly isOffline: boolean;
}

export interface StatusText {
  /** With `$(icon)`; only ours, those in names are disarmed. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  /** What a screen reader says. */
  readonly accessibleLabel: string;
  /** When the text changes without any event; undefined when it does not. */
  readonly nextChangeMs: number | undefined;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** Shorter lives are shown in minutes. */
const longLifeMs = 2 * hourMs;
const maxNameLength = 24;

export function toStatusText(facts: StatusFacts, nowMs: number, l10n: Localiser): StatusText {
  switch (facts.kind) {
    case 'signedOut':
      return fixedText('$(sign-in)', l10n.t('Genesys Cloud: Sign In'), l10n.t('Not signed in.'));
    case 'signingIn':
      return fixedText(
        '$(sync~spin)',
        l10n.t('Genesys Cloud: Signing In…'),
        l10n.t('Signing in to Genesys Cloud.'),
      );
    case 'signedIn':
      return signedInText(facts, nowMs, l10n);
  }
}

function fixedText(icon: string, label: string, tooltip: string): StatusText {
  return { text: `${icon} ${label}`, tooltip, accessibleLabel: label, nextChangeMs: undefined };
}

interface Part {
  readonly text: string;
  readonly spoken: string;
  readonly nextChangeMs: number | undefined;
}

function signedInText(facts: SignedInFacts, nowMs: number, l10n: Localiser): StatusText {
  const waiting = waitingPart(facts.rate, nowMs, l10n);
  const name = shortName(facts.organisationName);
  const parts = [
    offlinePart(facts.isOffline, l10n),
    waiting ?? callsPart(facts.rate, nowMs, l10n),
    tokenPart(facts.tokenExpiresAtMs, nowMs, l10n),
    transfersPart(facts.activeTransferCount, l10n),
  ].filter((part) => part !== undefined);
  const changes = parts.map((part) => part.nextChangeMs).filter((timeMs) => timeMs !== undefined);
  return {
    text: [
      `${iconOf(facts, waiting !== undefined)} ${name}`,
      ...parts.map((part) => part.text),
    ].join(' · '),
    tooltip: tooltipOf(facts, nowMs, l10n),
    accessibleLabel: [l10n.t('Genesys Cloud, {0}', name), ...parts.map((part) => part.spoken)].join(
      ', ',
    ),
    nextChangeMs: changes.length === 0 ? undefined : Math.min(...changes),
  };
}

function iconOf({ isOffline }: SignedInFacts, isWaiting: boolean): string {
  if (isOffline) {
    return '$(debug-disconnect)';
  }
  return isWaiting ? '$(loading~spin)' : '$(cloud)';
}

/** Ends by itself with the next answer. */
function offlinePart(isOffline: boolean, l10n: Localiser): Part | undefined {
  return isOffline
    ? {
        text: l10n.t('offline'),
        spoken: l10n.t('offline, Genesys Cloud did not answer'),
        nextChangeMs: undefined,
      }
    : undefined;
}

/** Quiet when idle: nothing once the rate window is over, since the count starts anew then. */
function callsPart(rate: RateSnapshot, nowMs: number, l10n: Localiser): Part | undefined {
  const { usedCount, allowedCount, resetAtMs } = rate;
  if (
    usedCount === undefined ||
    allowedCount === undefined ||
    resetAtMs === undefined ||
    resetAtMs <= nowMs
  ) {
    return undefined;
  }
  return {
    text: `${String(usedCount)}/${String(allowedCount)}`,
    spoken: l10n.t('{0} of {1} calls used', usedCount, allowedCount),
    nextChangeMs: resetAtMs,
  };
}

function waitingPart(rate: RateSnapshot, nowMs: number, l10n: Localiser): Part | undefined {
  const wait = openWaits(rate, nowMs)[0];
  if (wait === undefined) {
    return undefined;
  }
  const seconds = Math.ceil((wait.untilMs - nowMs) / secondMs);
  const text = waitText(wait, seconds, l10n);
  return { text, spoken: text, nextChangeMs: wait.untilMs - (seconds - 1) * secondMs };
}

/** What still waits, the longest wait first. */
function openWaits({ waits }: RateSnapshot, nowMs: number): readonly RequestWait[] {
  return waits
    .filter(({ untilMs }) => untilMs > nowMs)
    .sort((one, other) => other.untilMs - one.untilMs);
}

function waitText({ reason }: RequestWait, seconds: number, l10n: Localiser): string {
  switch (reason) {
    case 'rateLimit':
      return l10n.t('waiting {0} s for the rate limit', seconds);
    case 'retryAfter':
      return l10n.t('waiting {0} s as Genesys Cloud asks', seconds);
    case 'backoff':
      return l10n.t('trying again in {0} s', seconds);
    case 'circuitOpen':
      return l10n.t('Genesys Cloud fails, next try in {0} s', seconds);
  }
}

function waitReason({ reason }: RequestWait, l10n: Localiser): string {
  switch (reason) {
    case 'rateLimit':
      return l10n.t('the calls of this minute are used up');
    case 'retryAfter':
      return l10n.t('Genesys Cloud asked for a pause');
    case 'backoff':
      return l10n.t('an attempt failed and is made again');
    case 'circuitOpen':
      return l10n.t('Genesys Cloud fails again and again');
  }
}

function tokenPart(
  expiresAtMs: number | undefined,
  nowMs: number,
  l10n: Localiser,
): Part | undefined {
  if (expiresAtMs === undefined || expiresAtMs <= nowMs) {
    return undefined;
  }
  const leftMs = expiresAtMs - nowMs;
  const isLong = leftMs >= longLifeMs;
  const unitMs = isLong ? hourMs : minuteMs;
  const count = Math.floor(leftMs / unitMs);
  // It reads one less just after the next multiple of the unit; the first minute below two hours reads 119m.
  const nextChangeMs = expiresAtMs - count * unitMs + 1;
  if (isLong) {
    return {
      text: `${String(count)}h`,
      spoken: l10n.t('token valid for {0} hours', count),
      nextChangeMs,
    };
  }
  return count === 0
    ? {
        text: '<1m',
        spoken: l10n.t('token valid for less than a minute'),
        nextChangeMs: expiresAtMs,
      }
    : {
        text: `${String(count)}m`,
        spoken: l10n.t('token valid for {0} minutes', count),
        nextChangeMs,
      };
}

function transfersPart(count: number, l10n: Localiser): Part | undefined {
  return count <= 0
    ? undefined
    : {
        text: `$(cloud-download) ${String(count)}`,
        spoken: l10n.t('{0} transfers running', count),
        nextChangeMs: undefined,
      };
}

/** Times of day rather than spans: the tooltip stays true however long it is open. */
function tooltipOf(facts: SignedInFacts, nowMs: number, l10n: Localiser): string {
  const { rate } = facts;
  const isWindowOpen = rate.resetAtMs !== undefined && rate.resetAtMs > nowMs;
  const rows: readonly (readonly [string, string])[] = [
    [l10n.t('Organisation'), facts.organisationName],
    ...(facts.personName === undefined
      ? []
      : [[l10n.t('Signed in as'), facts.personName] as const]),
    [l10n.t('Region'), facts.region],
    [l10n.t('Client id'), facts.clientId],
    [
      l10n.t('Token'),
      facts.tokenExpiresAtMs === undefined
        ? l10n.t('asked for with the next call')
        : l10n.t('valid until {0}, then renewed', clockTime(facts.tokenExpiresAtMs)),
    ],
    [
      l10n.t('Calls'),
      rate.allowedCount === undefined || !isWindowOpen
        ? l10n.t('none in this minute')
        : l10n.t(
            '{0} of {1} used, reset at {2}',
            rate.usedCount ?? 0,
            rate.allowedCount,
            clockTime(rate.resetAtMs),
          ),
    ],
    [l10n.t('Transfers'), String(facts.activeTransferCount)],
    ...openWaits(rate, nowMs).map(
      (wait) =>
        [
          l10n.t('Waiting'),
          l10n.t(
            '{0} requests until {1}: {2}',
            wait.count,
            clockTime(wait.untilMs),
            waitReason(wait, l10n),
          ),
        ] as const,
    ),
    ...(facts.isOffline
      ? [[l10n.t('Connection'), l10n.t('the last request was not answered')] as const]
      : []),
  ];
  return [
    '| | |',
    '|:--|:--|',
    ...rows.map(([name, value]) => `| **${escapeMarkdown(name)}** | ${escapeMarkdown(value)} |`),
  ].join('\n');
}

function clockTime(timeMs: number): string {
  const time = new Date(timeMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** One line without control and direction characters and without `$(`, which would become an icon; at most 24 characters. */
function shortName(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replaceAll('$(', '$ (')
    .trim();
  const characters = Array.from(plain);
  return characters.length > maxNameLength
    ? `${characters.slice(0, maxNameLength - 1).join('')}…`
    : plain;
}
