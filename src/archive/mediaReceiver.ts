/**
 * Takes the body of one answer of the storage into the partial file: hashes while it writes, notes how far it is, and compares
 * the whole with what was announced. Knows nothing of links and repeated attempts.
 */
import { errors, throwIfCancelled } from '../base/appError.ts';
import type { MediaResponse } from '../genesys/genesysApi.ts';
import { PartialWriter } from './durableFile.ts';
import { hashPrefix } from './fileHash.ts';
import { AnnouncedHash, mismatchError } from './mismatch.ts';
import { discardPartial, discardResumePoint, writeResumePoint } from './resumePoint.ts';

/** A crash costs at most this much of what was downloaded. */
const checkpointBytes = 4 * 1024 * 1024;
/** What is checked in memory after it came, instead of read again. */
const smallBytes = 256 * 1024;

export interface ReceiveRequest {
  readonly partialPath: string;
  /** Stable name of the content: what a partial file of an earlier run must have been for. */
  readonly identity: string;
  /** False only when nothing of an earlier attempt can lie at `partialPath` or beside it. */
  readonly mayResume: boolean;
  /** Bytes of the file that are there now; goes back when a download has to start again. */
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  /** Told of every body chunk. */
  readonly onReceived: (countBytes: number) => void;
}

export interface FetchedMedia {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly contentType: string | undefined;
  readonly validator: string | undefined;
  /** The storage announced a length and this is it. */
  readonly isSizeConfirmed: boolean;
  /** Algorithm of the checksum that the storage stated and that matched. */
  readonly checksumAlgorithm: string | undefined;
  /** All of it when it is small and came at once; it is in the partial file as well. */
  readonly content: Uint8Array | undefined;
  /** True when a resume point may lie beside the partial file. */
  readonly mayHaveResumePoint: boolean;
}

/**
 * Reads the body to its end. The partial file holds the content's first `fromByte` bytes already.
 * On abort and on failure, what was received stays with a resume point.
 * @throws AppError `network` when it ends early, `corrupt` when it is not what was announced; file system errors as they are
 */
export async function receive(
  request: ReceiveRequest,
  response: MediaResponse,
  fromByte: number,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const { partialPath } = request;
  const hashes = new AnnouncedHash(response.checksum);
  await hashPrefix(
    partialPath,
    fromByte,
    (chunk) => {
      hashes.update(chunk);
    },
    signal,
  );
  if (fromByte === 0 && request.mayResume) {
    await discardResumePoint(partialPath);
  }
  const writer =
    fromByte === 0
      ? await PartialWriter.create(partialPath)
      : await PartialWriter.resume(partialPath, fromByte);
  const checkpoint = new Checkpoint(request, response, writer);
  const small = new SmallContent(fromByte === 0);
  try {
    await readBody(request, response, { hashes, writer, checkpoint, small }, signal);
    await writer.sync();
    await checkpoint.settle();
  } catch (error) {
    await checkpoint.trySave();
    throw error;
  } finally {
    await writer.close();
  }
  return {
    ...(await finish(request, response, hashes)),
    content: small.content,
    mayHaveResumePoint: fromByte > 0 || checkpoint.hasSaved,
  };
}

interface Receiver {
  readonly hashes: AnnouncedHash;
  readonly writer: PartialWriter;
  readonly checkpoint: Checkpoint;
  readonly small: SmallContent;
}

async function readBody(
  request: ReceiveRequest,
  response: MediaResponse,
  { hashes, writer, checkpoint, small }: Receiver,
  signal: AbortSignal,
): Promise<void> {
  const totalBytes = totalOf(response);
  request.onProgress(writer.sizeBytes, totalBytes);
  for await (const chunk of response.body) {
    throwIfCancelled(signal);
    hashes.update(chunk);
    small.push(chunk);
    await writer.append(chunk);
    request.onReceived(chunk.length);
    request.onProgress(writer.sizeBytes, totalBytes);
    if (totalBytes !== undefined && writer.sizeBytes > totalBytes) {
      break;
    }
    checkpoint.saveWhenDue();
  }
  throwIfCancelled(signal);
}

async function finish(
  request: ReceiveRequest,
  response: MediaResponse,
  hashes: AnnouncedHash,
): Promise<Omit<FetchedMedia, 'content' | 'mayHaveResumePoint'>> {
  const totalBytes = totalOf(response);
  const { bytes: sizeBytes, sha256, mismatch } = hashes.finish();
  if (totalBytes !== undefined && sizeBytes < totalBytes) {
    throw errors.network('The connection ended before the whole file was received');
  }
  if (totalBytes !== undefined && sizeBytes > totalBytes) {
    await discardPartial(request.partialPath);
    throw mismatchError('The storage sent more than it announced', {
      algorithm: 'size',
      expected: String(totalBytes),
      computed: String(sizeBytes),
      sizeBytes,
      sha256,
    });
  }
  if (mismatch !== undefined) {
    await discardPartial(request.partialPath);
    throw mismatchError('The file does not match the checksum of the storage', mismatch);
  }
  return {
    sizeBytes,
    sha256,
    contentType: response.contentType,
    validator: response.validator,
    isSizeConfirmed: totalBytes !== undefined,
    checksumAlgorithm: response.checksum?.algorithm,
  };
}

/** Keeps what came while it is small. */
class SmallContent {
  private chunks: Uint8Array[] | undefined;
  private sizeBytes = 0;

  /** @param isWhole false when what comes is only the rest of a file */
  constructor(isWhole: boolean) {
    this.chunks = isWhole ? [] : undefined;
  }

  get content(): Uint8Array | undefined {
    return this.chunks === undefined ? undefined : Buffer.concat(this.chunks);
  }

  push(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > smallBytes) {
      this.chunks = undefined;
    }
    this.chunks?.push(chunk);
  }
}

/** Saves how far the download is, where it can be continued at all; beside the download, one save at a time. */
class Checkpoint {
  private readonly request: ReceiveRequest;
  private readonly response: MediaResponse;
  private readonly writer: PartialWriter;
  private savedBytes: number;
  private saving: Promise<void> | undefined;
  /** True when a resume point was, or may have been, written. */
  hasSaved = false;

  constructor(request: ReceiveRequest, response: MediaResponse, writer: PartialWriter) {
    this.request = request;
    this.response = response;
    this.writer = writer;
    this.savedBytes = writer.sizeBytes;
  }

  saveWhenDue(): void {
    if (this.saving === undefined && this.writer.sizeBytes - this.savedBytes >= checkpointBytes) {
      this.savedBytes = this.writer.sizeBytes;
      this.saving = this.save(() => this.writer.syncWritten()).finally(() => {
        this.saving = undefined;
      });
    }
  }

  /** For the way out of a failure, which must not be hidden by another one. */
  async trySave(): Promise<void> {
    await this.settle();
    await this.save(async () => {
      await this.writer.sync();
      return this.writer.sizeBytes;
    });
  }

  /** Waits for the save that is under way, which uses the file. */
  async settle(): Promise<void> {
    await this.saving;
  }

  /** Never rejects: when the disk is full, the next run goes on from the point before. */
  private async save(sync: () => Promise<number>): Promise<void> {
    const { validator } = this.response;
    // A weak validator does not promise the same bytes.
    if (validator === undefined || validator.startsWith('W/')) {
      return;
    }
    try {
      const durableBytes = await sync();
      this.hasSaved = true;
      await writeResumePoint(this.request.partialPath, {
        identity: this.request.identity,
        validator,
        totalBytes: totalOf(this.response),
        durableBytes,
      });
    } catch {
      // What is wrong with the disk is told by the writing itself.
    }
  }
}

function totalOf({ totalBytes, fromByte, contentLengthBytes }: MediaResponse): number | undefined {
  return (
    totalBytes ?? (contentLengthBytes === undefined ? undefined : fromByte + contentLengthBytes)
  );
}
