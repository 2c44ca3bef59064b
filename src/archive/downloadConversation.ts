/**
 * Downloads one conversation into the archive: its detail, recordings and transcripts. Owns the order of things and what a
 * failure of a part means for the whole; the steps themselves are elsewhere.
 */
import { errors, isAppError, isCancellation, throwIfCancelled } from '../base/appError.ts';
import { Limiter } from '../base/limiter.ts';
import type { ConversationId } from '../model/ids.ts';
import { absenceByFailure, type AbsentItem } from './absence.ts';
import { detailContent } from './archivedConversation.ts';
import { AuditLog } from './audit/auditLog.ts';
import { defaultPacking, toUsablePacking, type Packing } from './compression.ts';
import { ConversationWriter, type StoredFile } from './conversationWriter.ts';
import type { DownloadDeps, DownloadRequest, DownloadRun } from './downloadRun.ts';
import { announceManifest, sealManifest } from './integrity/manifestSeal.ts';
import type { ManifestFile } from './manifest.ts';
import type { AuditPort } from './mismatch.ts';
import { downloadNames } from './namesDownload.ts';
import { ProgressSum, type DownloadProgress } from './progressSum.ts';
import { downloadRecordings } from './recordingsDownload.ts';
import { forgetDeletion } from './retention/deletionRecord.ts';
import { toStorageError } from './storageError.ts';
import { downloadTranscripts } from './transcriptsDownload.ts';
import { withWriterLock } from './writerLock.ts';

export type { ConversationSource, DownloadDeps, DownloadRequest } from './downloadRun.ts';
export type { DownloadProgress } from './progressSum.ts';

export interface DownloadReport {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
  /** Every file of this run, the unchanged ones included. */
  readonly files: readonly ManifestFile[];
  readonly unchangedCount: number;
  /** What of this run's request is not there, and why. */
  readonly absent: readonly AbsentItem[];
  /** Media and transcript bytes that came over the network. */
  readonly downloadedBytes: number;
  /** Of the manifest as this run left it, as sealed in the audit log; undefined when it was not written. */
  readonly manifestSha256: string | undefined;
}

const parallelFiles = 4;
/** Another window's download of one conversation is mostly done by then. */
const lockPatienceMs = 60_000;
/** What the audit log is told of a manifest does not stop half-way when the download does. */
const uninterrupted = new AbortController().signal;

/**
 * Downloads or refreshes a conversation. Running it again is safe at any time and goes on where the last run stopped; identical
 * content is left alone, different content moves what was there to `history/`. On abort the archive holds what was finished. A
 * conversation that was deleted comes back: who does not want that leaves out `readDeletedIds`.
 * @throws AppError `notFound` | `forbidden` | `auth` | `network` | `remote` | `rateLimited` | `protocol` when the conversation
 * itself cannot be had, `auth` and `storage` at any time, `conflict` when another process still writes to the archive after a
 * minute of waiting
 */
export async function downloadConversation(
  deps: DownloadDeps,
  request: DownloadRequest,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<DownloadReport> {
  const progress = new ProgressSum(onProgress);
  progress.start('Conversation detail');
  const fetched = await deps.source.fetchConversation(request.conversationId, signal);
  const conversation = fetched.value;
  if (conversation.id !== request.conversationId) {
    throw errors.protocol('The platform answered with another conversation than was asked for');
  }
  return await withWriterLock(
    {
      rootPath: deps.archive.rootPath,
      conversationId: conversation.id,
      patienceMs: lockPatienceMs,
      onWaiting: () => {
        progress.start('Waiting for another window…');
      },
    },
    deps,
    async (lockSignal) => {
      const outcome = new Outcome(lockSignal);
      let opened: { readonly writer: ConversationWriter; readonly audit: AuditPort } | undefined;
      try {
        const audit = deps.audit ?? (await openAudit(deps, lockSignal));
        await forgetDeletion(deps.archive.rootPath, conversation.id);
        const folderPath = await deps.archive.createConversationFolder(
          conversation.id,
          conversation.startMs,
        );
        const writer = await ConversationWriter.open(
          folderPath,
          conversation.id,
          {
            ...deps,
            packing: usablePacking(deps),
            isForced: request.isForced,
            announce: (change) =>
              announceManifest(
                audit,
                { conversationId: conversation.id, ...change },
                uninterrupted,
              ),
          },
          lockSignal,
        );
        opened = { writer, audit };
        const detail = await writer.storeJson(
          {
            path: detailContent,
            source: fetched.source,
            fetchedAtMs: fetched.fetchedAtMs,
            verifiedAgainst: ['json'],
            recordingId: undefined,
            communicationId: undefined,
            channel: undefined,
            validator: undefined,
          },
          fetched.rawJson,
          lockSignal,
        );
        outcome.stored(detail);
        const names = await downloadNames(deps, conversation, writer, lockSignal);
        if (names !== undefined) {
          outcome.stored(names);
        }
        const { contentSha256 } = detail.file;
        await runParts(
          { deps, request, conversation, writer, progress, audit, outcome },
          contentSha256,
        );
        const report = outcome.report(writer, progress.receivedBytes, conversation.id);
        const manifestSha256 = await seal(audit, writer, report);
        return { ...report, manifestSha256 };
      } catch (error) {
        // What is stored is stored: its manifest is sealed unless another window has the lock now.
        const hasLock = !lockSignal.aborted || signal.aborted;
        if (hasLock && opened !== undefined) {
          const report = outcome.report(opened.writer, progress.receivedBytes, conversation.id);
          await seal(opened.audit, opened.writer, report).catch((failure: unknown) => {
            deps.log.warn('The manifest of a failed download could not be sealed', { failure });
          });
        }
        throw toStorageError(error);
      }
    },
    signal,
  );
}

function usablePacking({
  packing = defaultPacking,
  log,
}: Pick<DownloadDeps, 'packing' | 'log'>): Packing {
  const usable = toUsablePacking(packing);
  if (usable.json !== packing.json) {
    log.warn('This VS Code cannot pack with zstd; JSON is stored as gzip');
  }
  return usable;
}

async function openAudit(
  { archive, clock }: Pick<DownloadDeps, 'archive' | 'clock'>,
  signal: AbortSignal,
): Promise<AuditPort> {
  return archive.isAudited
    ? await AuditLog.open(archive.rootPath, { clock }, signal)
    : { append: () => Promise.resolve() };
}

async function seal(
  audit: AuditPort,
  writer: ConversationWriter,
  { conversationId, files, absent }: Pick<DownloadReport, 'conversationId' | 'files' | 'absent'>,
): Promise<string | undefined> {
  await writer.commit();
  const { manifestSha256 } = writer;
  if (manifestSha256 !== undefined) {
    const counts = { fileCount: files.length, absentCount: absent.length };
    const { foundSha256 } = writer;
    const manifestSeal = { conversationId, manifestSha256, foundSha256 };
    await sealManifest(audit, manifestSeal, counts, uninterrupted);
  }
  return manifestSha256;
}

async function runParts(
  parts: Omit<DownloadRun, 'limiter' | 'signal' | 'stored' | 'missing' | 'attempt'> & {
    readonly outcome: Outcome;
  },
  detailSha256: string,
): Promise<void> {
  const { outcome, ...rest } = parts;
  const { deps, request, writer } = rest;
  const run: DownloadRun = {
    ...rest,
    limiter: new Limiter(parallelFiles),
    signal: outcome.signal,
    stored: (file) => {
      outcome.stored(file);
    },
    missing: (item) => {
      outcome.missing(item);
    },
    attempt: (item, step) => outcome.attempt(item, step, deps),
  };
  try {
    const recordings = await downloadRecordings(run);
    if (request.parts.includes('transcripts') && !run.signal.aborted) {
      await downloadTranscripts(run, recordings);
    }
  } finally {
    outcome.throwIfEnded();
  }
  // Steps that did not begin say nothing: what they would have brought is neither there nor absent.
  throwIfCancelled(outcome.signal);
  await writer.setAbsent((item) => isSettled(item, request, outcome.storedItems), outcome.absent, {
    parts: wholeParts(request),
    detailSha256,
  });
}

/** The parts that the request did not narrow to some of their items. */
function wholeParts({
  parts,
  recordingIds,
  communicationIds,
}: DownloadRequest): DownloadRequest['parts'] {
  const narrowed = { recordings: recordingIds, transcripts: communicationIds };
  return parts.filter((part) => narrowed[part] === undefined);
}

/** True for an absent item of an earlier run that this run asked for again, or has brought. */
function isSettled(
  item: string,
  { parts, recordingIds, communicationIds }: DownloadRequest,
  storedItems: ReadonlySet<string>,
): boolean {
  const [kind, id] = item.split('/');
  if (storedItems.has(item)) {
    return true;
  }
  if (kind === 'attachments') {
    return recordingIds === undefined && parts.includes('recordings');
  }
  if (kind === 'recordings' && parts.includes('recordings')) {
    return recordingIds === undefined || recordingIds.some((each) => each === id);
  }
  return (
    kind === 'transcripts' &&
    parts.includes('transcripts') &&
    (communicationIds === undefined || communicationIds.some((each) => each === id))
  );
}

/** Gathers what a run brought, and ends it at the first failure that concerns all of it. */
class Outcome {
  readonly signal: AbortSignal;
  private readonly absentItems: AbsentItem[] = [];
  readonly storedItems = new Set<string>();
  private readonly files: StoredFile[] = [];
  private readonly stop = new AbortController();
  private end: { readonly error: unknown } | undefined;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.stop.signal]);
  }

  /** Ordered by item, whichever order the parts came to their end in. */
  get absent(): readonly AbsentItem[] {
    return this.absentItems.toSorted((a, b) => (a.item < b.item ? -1 : 1));
  }

  stored(file: StoredFile): void {
    this.files.push(file);
    const { path, recordingId, communicationId, channel } = file.file;
    if (path.startsWith('attachments/')) {
      this.storedItems.add(path);
    }
    if (recordingId !== undefined && channel !== undefined) {
      this.storedItems.add(`recordings/${recordingId}/${channel}`);
    }
    if (communicationId !== undefined) {
      this.storedItems.add(`transcripts/${communicationId}`);
    }
  }

  missing(item: AbsentItem): void {
    this.absentItems.push(item);
  }

  async attempt(
    item: string,
    step: () => Promise<void>,
    { clock, log }: Pick<DownloadDeps, 'clock' | 'log'>,
  ): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      const error = toStorageError(thrown);
      const isFatal =
        isCancellation(error) ||
        !isAppError(error) ||
        ['auth', 'storage', 'conflict', 'bug'].includes(error.code);
      if (isFatal) {
        this.end ??= { error };
        this.stop.abort();
        return;
      }
      const absence = absenceByFailure(item, error, clock.nowMs());
      log.warn('A part of a conversation could not be downloaded', {
        item,
        reason: absence.reason,
        code: error.code,
      });
      this.absentItems.push(absence);
    }
  }

  throwIfEnded(): void {
    if (this.end !== undefined) {
      throw this.end.error instanceof Error ? this.end.error : errors.bug(String(this.end.error));
    }
  }

  report(
    writer: ConversationWriter,
    downloadedBytes: number,
    conversationId: ConversationId,
  ): Omit<DownloadReport, 'manifestSha256'> {
    const current = new Map(writer.files.map((file) => [file.path, file]));
    return {
      conversationId,
      folderPath: writer.folderPath,
      files: this.files.map(({ file }) => current.get(file.path) ?? file),
      unchangedCount: this.files.filter(({ isUnchanged }) => isUnchanged).length,
      absent: this.absent,
      downloadedBytes,
    };
  }
}
