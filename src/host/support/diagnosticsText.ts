/**
 * The text of Copy Diagnostics from plain facts: versions, counters, errors and log lines, without secrets, personal data, ids of
 * conversations, names of accounts and the home folder. Pure; English, since it goes to those who mend the extension.
 */
import { redactText } from '../../base/redact.ts';
import type { ActivityCounts, RateSnapshot } from '../../genesys/genesysApi.ts';
import type { LoggedError } from '../ports/log.ts';

export interface DiagnosticsFacts {
  readonly nowMs: number;
  /** Name and version, in order. */
  readonly versions: readonly (readonly [string, string])[];
  /** Settings that differ from their default; a value is undefined when it may tell who uses it. */
  readonly changedSettings: readonly (readonly [string, string | undefined])[];
  readonly session: SessionFacts | undefined;
  readonly activeTransferCount: number;
  readonly errors: readonly LoggedError[];
  readonly lines: readonly string[];
  /** Texts that must not appear, with what stands in their place: account names, folders. */
  readonly hidden: readonly (readonly [string, string])[];
}

interface SessionFacts {
  /** The region's domain. */
  readonly region: string;
  readonly tokenExpiresAtMs: number | undefined;
  readonly rate: RateSnapshot;
  readonly counts: ActivityCounts;
  readonly isOffline: boolean;
}

export function renderDiagnostics(facts: DiagnosticsFacts): string {
  const text = [
    '# Genesys Cloud Archive Explorer: diagnostics',
    `Taken at ${new Date(facts.nowMs).toISOString()}. No secrets, no personal data, no ids of conversations.`,
    section(
      'Versions',
      facts.versions.map(([name, version]) => `${name}: ${version}`),
    ),
    section(
      'Settings that differ from their defaults',
      facts.changedSettings.map(([name, value]) => `${name}: ${value ?? '(set, not shown)'}`),
    ),
    section('Session', sessionLines(facts)),
    section(
      `Last ${String(facts.errors.length)} errors`,
      facts.errors.map(({ atMs, code, message, correlationId }) =>
        [
          new Date(atMs).toISOString(),
          code,
          message,
          ...(correlationId === undefined ? [] : [`"correlationId":"${correlationId}"`]),
        ].join(' '),
      ),
    ),
    section(`Last ${String(facts.lines.length)} lines of the log`, facts.lines),
    '',
  ].join('\n\n');
  return hide(text, facts.hidden);
}

function section(title: string, lines: readonly string[]): string {
  return [`## ${title}`, ...(lines.length === 0 ? ['none'] : lines.map(redactText))].join('\n');
}

function sessionLines({
  session,
  activeTransferCount,
  nowMs,
}: DiagnosticsFacts): readonly string[] {
  const transfers = `transfers running: ${String(activeTransferCount)}`;
  if (session === undefined) {
    return ['not signed in', transfers];
  }
  const { region, rate, counts, tokenExpiresAtMs } = session;
  const secondsTo = (timeMs: number | undefined): string =>
    timeMs === undefined ? 'unknown' : `${String(Math.round((timeMs - nowMs) / 1000))} s`;
  const answers = Object.entries(counts.answers).map(([kind, count]) => `${kind} ${String(count)}`);
  return [
    `region: ${region}`,
    `token ends in: ${secondsTo(tokenExpiresAtMs)}`,
    `last request was answered: ${session.isOffline ? 'no' : 'yes'}`,
    `requests by answer: ${answers.length === 0 ? 'none' : answers.join(', ')}`,
    `answers 429: ${String(counts.rateLimitedCount)}, retries: ${String(counts.retryCount)}`,
    `downloads: ${String(counts.downloadCount)}, bytes: ${String(counts.downloadedBytes)}`,
    `calls in this window: ${String(rate.usedCount ?? 'unknown')} of ${String(rate.allowedCount ?? 'unknown')}, reset in ${secondsTo(rate.resetAtMs)}`,
    transfers,
  ];
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/giu;
/** Support of Genesys finds a request by it; it names nobody. */
const correlation = /("correlationId":"[^"]{1,64}")/gu;

function hide(text: string, hidden: readonly (readonly [string, string])[]): string {
  const longestFirst = [...hidden].sort(([a], [b]) => b.length - a.length);
  return text
    .split(correlation)
    .map((part, index) => {
      if (index % 2 === 1) {
        return part;
      }
      const withoutNames = longestFirst.reduce(
        (current, [name, replacement]) =>
          spellingsOf(name).reduce(
            (spelt, spelling) => spelt.replaceAll(toPattern(spelling), () => replacement),
            current,
          ),
        part,
      );
      return withoutNames.replaceAll(uuid, '[id]');
    })
    .join('');
}

/** As it is, as in JSON, and as in a URL; nothing for what is too short to mean anybody. */
function spellingsOf(name: string): readonly string[] {
  if (name.trim().length < 3) {
    return [];
  }
  const spellings = [
    name,
    JSON.stringify(name).slice(1, -1),
    name.replaceAll('\\', '/'),
    encodeURIComponent(name),
    encodeURI(name),
  ];
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}

const toPattern = (text: string): RegExp =>
  new RegExp(text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`), 'giu');
