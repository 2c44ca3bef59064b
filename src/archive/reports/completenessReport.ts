/**
 * The completeness report: the platform's set of conversations of an interval against the archive's, item by item, with a
 * digest over both sets. Walks day by day, so that memory holds one day's ids. Knows no network: the platform's set is a port.
 * Shape and digests: `docs/reports.md`.
 */
import { throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { ConversationId } from '../../model/ids.ts';
import { toIsoInterval, type Interval } from '../../model/interval.ts';
import type { ListedConversation } from '../archive.ts';
import { readArchiveFile } from '../archiveFile.ts';
import { readAuditHead } from './auditHead.ts';
import { encodeItem, toCompletenessItem, type CompletenessItem } from './completenessItem.ts';
import { encodeSummary, type CompletenessSummary } from './completenessSummary.ts';
import { CompletenessSums, toReportDigest } from './completenessSums.ts';
import { completenessCsv, completenessMarkdown } from './completenessText.ts';
import { readLocalConversation, type LocalConversation } from './localConversation.ts';
import { fileStamp, jsonRendering, writeReport, type WrittenReport } from './reportFile.ts';
import type {
  ArchiveReader,
  AuditPort,
  CountProgress,
  PlatformConversation,
  PlatformSet,
} from './reportPorts.ts';

const dayMs = 86_400_000;

export interface CompletenessDeps {
  readonly archive: ArchiveReader;
  readonly platform: PlatformSet;
  readonly clock: Clock;
  /** Told of the finished report and its hash; undefined when this archive keeps no audit log. */
  readonly audit: AuditPort | undefined;
}

export interface CompletenessReport extends WrittenReport {
  readonly summary: CompletenessSummary;
}

/**
 * Writes `reports/completeness-<days>-<time>.json`, `.md` and `.csv`. On abort nothing is left.
 * @param interval conversations that started in it
 * @throws AppError as the platform's listing does, `storage`
 */
export async function writeCompletenessReport(
  { archive, platform, clock, audit }: CompletenessDeps,
  interval: Interval,
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<CompletenessReport> {
  const identity = await readArchiveFile(archive.rootPath, signal);
  const auditHead = await readAuditHead(archive.rootPath, undefined, signal);
  const generatedAtMs = clock.nowMs();
  const sums = new CompletenessSums();
  let summary: CompletenessSummary | undefined;
  const summarise = (): CompletenessSummary => {
    if (summary === undefined) {
      const parts = {
        ...sums.finish(),
        generatedAtMs,
        archiveId: archive.id,
        organisationId: identity?.organisationId ?? '',
        region: identity?.region ?? '',
        interval,
        auditHead,
      };
      summary = { ...parts, digest: toReportDigest(parts) };
    }
    return summary;
  };
  async function* items(): AsyncIterable<CompletenessItem> {
    let doneCount = 0;
    for await (const item of compareSets(archive, platform, interval, sums, signal)) {
      sums.add(item);
      yield item;
      onProgress(++doneCount, undefined);
    }
  }
  const days = `${isoDay(interval.startMs)}-to-${isoDay(interval.endMs - 1)}`;
  const written = await writeReport(
    archive.rootPath,
    `completeness-${days}-${fileStamp(generatedAtMs)}`,
    [
      jsonRendering(() => ({ report: encodeSummary(summarise()) }), 'items', encodeItem),
      completenessMarkdown(summarise),
      completenessCsv(),
    ],
    items(),
    signal,
  );
  const { verdict, digest } = summarise();
  await audit?.append(
    'completenessReport',
    { interval: toIsoInterval(interval), verdict, digest, sha256: written.sha256 },
    signal,
  );
  return { ...written, summary: summarise() };
}

async function* compareSets(
  archive: ArchiveReader,
  platform: PlatformSet,
  interval: Interval,
  sums: CompletenessSums,
  signal: AbortSignal,
): AsyncIterable<CompletenessItem> {
  for (const day of daysOf(interval)) {
    const remote = new Map<ConversationId, PlatformConversation>();
    for await (const page of platform.pages(day, signal)) {
      sums.addUndecodable(page.undecodableCount);
      for (const one of page.conversations) {
        if (isWithin(one.startMs, day)) {
          remote.set(one.conversationId, one);
        }
      }
    }
    const listed = new Map<ConversationId, ListedConversation>();
    for await (const one of archive.listDay(isoDay(day.startMs), signal)) {
      listed.set(one.conversationId, one);
    }
    for (const id of [...new Set([...remote.keys(), ...listed.keys()])].sort()) {
      throwIfCancelled(signal);
      const one = listed.get(id);
      const local =
        one === undefined ? undefined : await readWithin(archive, one, day, remote.has(id), signal);
      const theirs = remote.get(id);
      if (theirs !== undefined || local !== undefined) {
        yield toCompletenessItem(isoDay(day.startMs), id, theirs, local);
      }
    }
  }
}

/** The conversations of the archive that started in the interval, in canonical order. One that cannot be read counts by its day. */
export async function* localConversations(
  archive: Pick<ArchiveReader, 'listDay' | 'readDetail'>,
  interval: Interval,
  signal: AbortSignal,
): AsyncIterable<LocalConversation & { readonly day: string }> {
  for (const day of daysOf(interval)) {
    for await (const one of archive.listDay(isoDay(day.startMs), signal)) {
      const local = await readWithin(archive, one, day, false, signal);
      if (local !== undefined) {
        yield { ...local, day: one.day };
      }
    }
  }
}

/** Undefined when it started on that day, but outside of the interval. */
async function readWithin(
  archive: Pick<ArchiveReader, 'readDetail'>,
  listed: ListedConversation,
  day: Interval,
  isKnownWithin: boolean,
  signal: AbortSignal,
): Promise<LocalConversation | undefined> {
  const local = await readLocalConversation(archive, listed, signal);
  const isIn = isKnownWithin || local.startMs === undefined || isWithin(local.startMs, day);
  return isIn ? local : undefined;
}

/** The UTC days of an interval, the first and the last cut to it. */
export function* daysOf({ startMs, endMs }: Interval): Iterable<Interval> {
  for (let fromMs = startMs; fromMs < endMs;) {
    const untilMs = Math.min(endMs, (Math.floor(fromMs / dayMs) + 1) * dayMs);
    yield { startMs: fromMs, endMs: untilMs };
    fromMs = untilMs;
  }
}

export function isoDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function isWithin(timeMs: number, { startMs, endMs }: Interval): boolean {
  return timeMs >= startMs && timeMs < endMs;
}
