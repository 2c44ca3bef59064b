/**
 * Takes a transcript file of a person into the archive: looks at it as at anything from outside, then stores it by the commit protocol
 * with where it came from. Knows nothing of how it was chosen.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { errors, isAppError, messageOf, throwIfCancelled } from '../base/appError.ts';
import { isRecord } from '../base/decode.ts';
import type { CommunicationId, ConversationId, RecordingId } from '../model/ids.ts';
import { JsonElements } from '../transcript/jsonElements.ts';
import { TranscriptTextReader } from '../transcript/transcriptText.ts';
import type { Archive } from './archive.ts';
import { AuditLog } from './audit/auditLog.ts';
import { isUnpackFailure } from './compression.ts';
import { ConversationWriter } from './conversationWriter.ts';
import { partialSuffix, PartialWriter } from './durableFile.ts';
import { CountingHash } from './fileHash.ts';
import { sealManifest } from './integrity/manifestSeal.ts';
import { JsonCheck } from './jsonCheck.ts';
import type { LockDeps } from './lockFile.ts';
import { entryPath, isSafeRelativePath, type ManifestFile } from './manifest.ts';
import { gzipInto } from './packFile.ts';
import { oneLine } from './reports/conversationLabel.ts';
import { discardPartial } from './resumePoint.ts';
import { guardStorage } from './storageError.ts';
import { importedSource, importedTranscriptPath } from './transcriptFiles.ts';
import { withWriterLock } from './writerLock.ts';

/** What a file says of itself. */
export interface InspectedTranscript {
  readonly phraseCount: number;
  /** Epoch milliseconds; files that count from the start of the recording are moved there. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The conversation that it says it is of. */
  readonly namedConversationId: string | undefined;
}

export interface TranscriptImport {
  readonly conversationId: ConversationId;
  /** The file of the person, absolute; JSON, or JSON packed with gzip. */
  readonly path: string;
  readonly communicationId: CommunicationId;
  /** The recording that it is of; undefined when it is of the communication as a whole. */
  readonly recordingId: RecordingId | undefined;
}

/** More than the player shows is of no use. */
const maxShownBytes = 192 * 1024 * 1024;
const lockPatienceMs = 60_000;
const byteOrderMark = [0xef, 0xbb, 0xbf];

export interface InspectOptions {
  /** Epoch milliseconds, from which files without wall clock count. */
  readonly recordingStartMs: number;
  /** Unpacked; what the player shows when left out. */
  readonly maxContentBytes?: number;
}

/**
 * Looks through the whole file in constant memory.
 * @throws AppError `input` with what is wrong when it is no transcript, `storage`; AbortError
 */
export async function inspectTranscript(
  path: string,
  { recordingStartMs, maxContentBytes = maxShownBytes }: InspectOptions,
  signal: AbortSignal,
): Promise<InspectedTranscript> {
  return await guardStorage(async () => {
    const inspector = new Inspector(recordingStartMs);
    for await (const chunk of contentOf(path, maxContentBytes, signal)) {
      inspector.push(chunk);
    }
    return inspector.finish();
  });
}

/**
 * Stores the file as the transcript of a recording or communication, in place of one that was imported before (which goes to the
 * history). What the platform delivered stays beside it and is no longer shown. On abort and on failure nothing is changed.
 * @throws AppError `input` when it is no transcript, `notFound` when the conversation is not archived, `conflict` when another window
 * writes, `storage`; AbortError
 */
export async function importTranscript(
  archive: Archive,
  request: TranscriptImport,
  deps: LockDeps,
  signal: AbortSignal,
): Promise<ManifestFile> {
  const { conversationId } = request;
  return await guardStorage(() =>
    withWriterLock(
      {
        rootPath: archive.rootPath,
        conversationId,
        patienceMs: lockPatienceMs,
        onWaiting: () => undefined,
      },
      deps,
      async (lockSignal) => {
        const folderPath = await archive.find(conversationId, lockSignal);
        if (folderPath === undefined) {
          throw errors.notFound(
            `This conversation is not in the archive. Download it first, then import its transcript: ${conversationId}`,
          );
        }
        const audit = archive.isAudited
          ? await AuditLog.open(archive.rootPath, deps, lockSignal)
          : undefined;
        const writer = await ConversationWriter.open(folderPath, conversationId, deps, lockSignal);
        const file = await store(writer, request, deps, lockSignal);
        await writer.commit();
        const { manifestSha256, foundSha256 } = writer;
        if (audit !== undefined && manifestSha256 !== undefined) {
          // What is stored is stored: its seal is not left out because somebody turns away now.
          const whole = new AbortController().signal;
          await sealManifest(
            audit,
            { conversationId, manifestSha256, foundSha256 },
            { fileCount: 1, absentCount: 0 },
            whole,
          );
        }
        return file;
      },
      signal,
    ),
  );
}

async function store(
  writer: ConversationWriter,
  { path: fromPath, communicationId, recordingId }: TranscriptImport,
  { clock }: LockDeps,
  signal: AbortSignal,
): Promise<ManifestFile> {
  const path = importedTranscriptPath(communicationId, recordingId);
  if (!isSafeRelativePath(path + partialSuffix)) {
    throw errors.protocol('The ids of a transcript are too long to name a file');
  }
  await writer.folder('transcripts');
  const partialPath = entryPath(writer.folderPath, { path }) + partialSuffix;
  // Looked at once more while it is copied: the file may have changed since somebody chose it.
  const inspector = new Inspector(0);
  const content = new CountingHash();
  async function* checked(): AsyncIterable<Uint8Array> {
    for await (const chunk of contentOf(fromPath, maxShownBytes, signal)) {
      inspector.push(chunk);
      content.update(chunk);
      yield chunk;
    }
    inspector.finish();
  }
  try {
    const partial = await PartialWriter.create(partialPath);
    let packed: Pick<ManifestFile, 'storedBytes' | 'storedSha256'>;
    try {
      packed = await gzipInto(partial, checked(), signal);
      await partial.sync();
    } finally {
      await partial.close();
    }
    throwIfCancelled(signal);
    const { bytes: contentBytes, sha256: contentSha256 } = content.finish();
    const { file } = await writer.place(
      partialPath,
      {
        path,
        ...packed,
        contentBytes,
        contentSha256,
        source: importedSource(oneLine(basename(fromPath), 200)),
        fetchedAtMs: clock.nowMs(),
        verifiedAgainst: ['json'],
        recordingId,
        communicationId,
        channel: undefined,
        validator: undefined,
      },
      signal,
    );
    return file;
  } catch (error) {
    await discardPartial(partialPath);
    throw error;
  }
}

/** Bytes of the JSON text: unpacked when the file is gzip, without a byte order mark. */
async function* contentOf(
  path: string,
  maxContentBytes: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const isGzip = await hasGzipHead(path);
  const file = createReadStream(path, { signal });
  const source = isGzip ? file.on('error', (error) => unpacked?.destroy(error)) : file;
  const unpacked = isGzip ? source.pipe(createGunzip()) : undefined;
  let bytes = 0;
  try {
    for await (const piece of unpacked ?? source) {
      let chunk = piece as Uint8Array;
      if (bytes === 0 && byteOrderMark.every((byte, index) => chunk[index] === byte)) {
        chunk = chunk.subarray(byteOrderMark.length);
      }
      bytes += chunk.length;
      if (bytes > maxContentBytes) {
        throw errors.input(
          `This file is larger than any transcript (${String(maxContentBytes / 1024 / 1024)} MB)`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    throwIfCancelled(signal);
    if (isUnpackFailure(error)) {
      throw noTranscript('it is a damaged gzip file');
    }
    throw error;
  } finally {
    file.destroy();
  }
}

async function hasGzipHead(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Everything that is asked of a file, in one pass. */
class Inspector {
  private readonly check = new JsonCheck();
  private readonly reader: TranscriptTextReader;
  private readonly head: JsonElements;
  private namedConversationId: string | undefined;
  private status: string | undefined;
  private phraseCount = 0;
  private firstMs = Infinity;
  private lastMs = -Infinity;

  constructor(recordingStartMs: number) {
    this.reader = new TranscriptTextReader(recordingStartMs);
    this.head = new JsonElements({
      paths: ['conversationId', 'conversation', 'status'],
      skims: true,
      onElement: (value, index) => {
        const id: unknown = index === 1 && isRecord(value) ? value['id'] : value;
        if (typeof id === 'string' && index === 2) {
          this.status = id;
        } else if (typeof id === 'string') {
          this.namedConversationId ??= id;
        }
      },
    });
  }

  push(chunk: Uint8Array): void {
    this.check.push(chunk);
    refuse(this.check.problem);
    translated(() => {
      this.head.push(chunk);
      this.take(this.reader.push(chunk));
    });
  }

  finish(): InspectedTranscript {
    refuse(this.check.finish());
    translated(() => {
      this.take(this.reader.finish());
    });
    const { phraseCount, firstMs, lastMs, namedConversationId, status } = this;
    if (phraseCount === 0) {
      throw noTranscript(
        status === 'queued' || status === 'processing'
          ? `it says that it is not made yet (${status}). Fetch it again when it is completed`
          : 'there are no phrases in it. Expected is the platform’s file ("transcripts" with "phrases") or the older one ("transcript" with "text", "start_time" and "end_time")',
      );
    }
    return { phraseCount, firstMs, lastMs, namedConversationId };
  }

  private take(parts: ReturnType<TranscriptTextReader['push']>): void {
    for (const part of parts) {
      if (part.kind === 'phrase') {
        this.phraseCount++;
        this.firstMs = Math.min(this.firstMs, part.startMs);
        this.lastMs = Math.max(this.lastMs, part.startMs + part.durationMs);
      }
    }
  }
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) {
    throw noTranscript(`its content ${problem}`);
  }
}

/** The archive's readers call such a file damaged; here it is a wrong choice. */
function translated(step: () => void): void {
  try {
    step();
  } catch (error) {
    throw isAppError(error) && error.code !== 'bug' ? noTranscript(messageOf(error)) : error;
  }
}

function noTranscript(why: string): Error {
  return errors.input(`This file is no transcript that can be shown: ${why}`);
}
