/**
 * Up to when *Sync New* has everything: one small file a set of filters. Owns the rule that it only moves over what is durable; the
 * overlap that is read again is the reader's choice.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isRecord, asNumber, asRecord, asTimeMs, parseJson, required } from '../../base/decode.ts';
import { isAppError } from '../../base/appError.ts';
import type { Interval } from '../../model/interval.ts';
import { commitBytes, ensureFolder } from '../durableFile.ts';
import { readSmallFile } from '../manifest.ts';
import { guardStorage } from '../storageError.ts';
import { transcriptWindowMs } from '../transcriptsDownload.ts';
import { harmlessReasons } from './itemOutcome.ts';
import type { ItemTable } from './itemTable.ts';
import type { ItemRecord } from './syncEvents.ts';
import { syncFolderName } from './syncFolder.ts';
import type { SyncRequest } from './syncRequest.ts';

const version = 1;
const maxFileBytes = 64 * 1024;
const dayMs = 24 * 3_600_000;
const firstLoadMs = 30 * dayMs;
/** Conversations that stay open for longer (messages do) do not keep the watermark back. */
const openHoldMs = 7 * dayMs;
/** As long as transcripts may come: what only waits for them is read again by the overlap, and need not keep the watermark back. */
export const defaultOverlapMs = transcriptWindowMs;

/** What *Sync New* is to ask for. */
export interface NewInterval {
  readonly interval: Interval;
  /** `missing` and `damaged`: the interval is the last 30 days; show `message`. */
  readonly watermark: 'found' | 'missing' | 'damaged';
  /** For people; undefined when the watermark was found. */
  readonly message: string | undefined;
}

export type WatermarkKey = Pick<SyncRequest, 'parts' | 'includesScreenRecordings'> & {
  readonly filters: unknown;
};

/**
 * From the watermark, less the overlap in which conversations may have changed, until now.
 * @throws AppError `storage`
 */
export async function planNewInterval(
  rootPath: string,
  key: WatermarkKey,
  { nowMs, overlapMs = defaultOverlapMs }: { readonly nowMs: number; readonly overlapMs?: number },
  signal: AbortSignal,
): Promise<NewInterval> {
  const mark = await readWatermark(rootPath, key, signal);
  if (mark !== 'missing' && mark !== 'damaged' && mark <= nowMs) {
    const startMs = mark - overlapMs;
    return { interval: { startMs, endMs: nowMs }, watermark: 'found', message: undefined };
  }
  const isDamaged = mark !== 'missing';
  return {
    interval: { startMs: nowMs - firstLoadMs, endMs: nowMs },
    watermark: isDamaged ? 'damaged' : 'missing',
    message: isDamaged
      ? 'The note of what was synced before is damaged, so the last 30 days are synced. Sync older days by their interval.'
      : 'Nothing was synced with these filters before, so the last 30 days are synced. Sync older days by their interval.',
  };
}

/**
 * Moves the watermark to what a finished sync settled; never back, and not over a gap before its interval. Returns where it is.
 * @param candidateMs from `settledUntilMs`
 * @throws AppError `storage`
 */
export async function advanceWatermark(
  rootPath: string,
  key: WatermarkKey,
  { interval, candidateMs }: { readonly interval: Interval; readonly candidateMs: number },
  signal: AbortSignal,
): Promise<number | undefined> {
  const mark = await readWatermark(rootPath, key, signal);
  const before = typeof mark === 'number' ? mark : undefined;
  const leavesGap = before !== undefined && interval.startMs > before;
  if (candidateMs <= interval.startMs || leavesGap || (before ?? -Infinity) >= candidateMs) {
    return before;
  }
  const content = {
    formatVersion: version,
    completeUntil: new Date(candidateMs).toISOString(),
    filters: key.filters,
  };
  await guardStorage(async () => {
    await ensureFolder(rootPath, [syncFolderName]);
    await commitBytes(watermarkPath(rootPath, key), `${JSON.stringify(content, undefined, 2)}\n`);
  });
  return candidateMs;
}

/**
 * Up to when everything of a finished run is settled: no later than discovery vouches for, and not past what is still to be tried
 * or goes on. Conversations that wait for nothing but a transcript keep it back no further than the overlap reaches: where nothing is
 * transcribed, those of the last day always do. Undefined when discovery vouches for nothing.
 */
export function settledUntilMs(
  interval: Interval,
  completeUntilMs: number | undefined,
  items: ItemTable,
): number | undefined {
  if (completeUntilMs === undefined) {
    return undefined;
  }
  const endMs = Math.min(interval.endMs, completeUntilMs);
  let settledMs = endMs;
  for (const item of items.items()) {
    const { state, isOpen, startMs } = item;
    const isHeldOpen = isOpen && startMs >= endMs - openHoldMs;
    if (isHeldOpen || state === 'queued' || (state === 'waiting' && !isOpen)) {
      const isReadAgain = !isHeldOpen && lacksTranscriptsOnly(item);
      settledMs = Math.min(settledMs, isReadAgain ? startMs + defaultOverlapMs : startMs);
    }
  }
  return settledMs;
}

function lacksTranscriptsOnly({ state, reasons }: ItemRecord): boolean {
  return (
    state === 'waiting' &&
    reasons.includes('notTranscribed') &&
    reasons.every((reason) => harmlessReasons.has(reason))
  );
}

async function readWatermark(
  rootPath: string,
  key: WatermarkKey,
  signal: AbortSignal,
): Promise<number | 'missing' | 'damaged'> {
  try {
    const path = watermarkPath(rootPath, key);
    const text = await guardStorage(() => readSmallFile(path, maxFileBytes, signal));
    if (text === undefined) {
      return 'missing';
    }
    const record = asRecord(parseJson(text, 'watermark'), '');
    const isKnown = required(record, 'formatVersion', '', asNumber) === version;
    return isKnown ? required(record, 'completeUntil', '', asTimeMs) : 'damaged';
  } catch (error) {
    if (isAppError(error, 'protocol') || isAppError(error, 'corrupt')) {
      return 'damaged';
    }
    throw error;
  }
}

function watermarkPath(rootPath: string, key: WatermarkKey): string {
  return join(rootPath, syncFolderName, `watermark-${fingerprint(key)}.json`);
}

/** The same for what asks for the same, in whatever order. An archive is of one organisation. */
function fingerprint({ filters, parts, includesScreenRecordings }: WatermarkKey): string {
  const text = canonical({ filters, parts: [...parts], includesScreenRecordings });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Lists in filters are alternatives: their order tells nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).sort().join(',')}]`;
  }
  if (isRecord(value)) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    return `{${entries
      .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
      .sort()
      .join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
