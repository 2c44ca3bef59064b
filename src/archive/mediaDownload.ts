/**
 * Brings one media file into a partial file, whole and flushed: resumes by ranges, asks for fresh links when they expire.
 * Knows nothing of conversations or manifests.
 */
import { createHash, type Hash } from 'node:crypto';
import { errors, isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { GenesysApi, MediaResponse } from '../genesys/genesysApi.ts';
import { PartialWriter } from './durableFile.ts';
import { CountingHash, hashPrefix } from './fileHash.ts';
import {
  discardPartial,
  readResumePoint,
  writeResumePoint,
  type ResumePoint,
} from './resumePoint.ts';

/** A crash costs at most this much of what was downloaded. */
const checkpointBytes = 4 * 1024 * 1024;
const maxFailures = 4;
const maxFreshLinks = 4;
const firstBackoffMs = 500;
/** A link that dies this soon is not worth opening. */
const linkMarginMs = 5_000;

export interface MediaLink {
  readonly url: string;
  readonly expiresAtMs: number | undefined;
}

/** The current link, or a fresh one when the one given does not work any more. */
export type LinkProvider = (
  stale: MediaLink | undefined,
  signal: AbortSignal,
) => Promise<MediaLink>;

export interface MediaDeps {
  readonly source: Pick<GenesysApi, 'openMedia'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MediaRequest {
  readonly partialPath: string;
  /** Stable name of the content: what a partial file of an earlier run must have been for. */
  readonly identity: string;
  readonly link: LinkProvider;
  /** Bytes of the file that are there now; goes back when a download has to start again. */
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  /** Told of every body chunk. */
  readonly onReceived: (countBytes: number) => void;
  /** True when the archive already holds what this answer would bring: the body is not read then. */
  readonly isHeld: (response: MediaResponse, signal: AbortSignal) => Promise<boolean>;
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
}

/**
 * Resolves to undefined when `isHeld` said so. On abort and on failure, what was received stays as a partial file to go on from.
 * @throws AppError `gone` when fresh links expire too, `network` | `corrupt` after a bounded number of attempts, `auth`,
 * `forbidden`, `notFound`, `remote`; file system errors as they are
 */
export async function downloadMedia(
  deps: MediaDeps,
  request: MediaRequest,
  signal: AbortSignal,
): Promise<FetchedMedia | undefined> {
  let link = await request.link(undefined, signal);
  let failureCount = 0;
  let freshLinkCount = 0;
  for (;;) {
    try {
      const isDying =
        link.expiresAtMs !== undefined && link.expiresAtMs <= deps.clock.nowMs() + linkMarginMs;
      if (isDying && freshLinkCount === 0) {
        freshLinkCount++;
        link = await request.link(link, signal);
      }
      return await attempt(deps, request, link, signal);
    } catch (error) {
      throwIfCancelled(signal);
      if (isLinkRefused(error) && freshLinkCount < maxFreshLinks) {
        freshLinkCount++;
        deps.log.info('A media link expired; asking for a fresh one', { freshLinkCount });
        link = await request.link(link, signal);
      } else if (isTransient(error) && failureCount < maxFailures) {
        deps.log.info('A media download was interrupted; going on', { failureCount });
        await deps.clock.delay(firstBackoffMs * 2 ** failureCount, signal);
        failureCount++;
      } else {
        throw error;
      }
    }
  }
}

/** A signed link has no permissions behind it: refused means expired. */
export function isLinkRefused(error: unknown): boolean {
  return isAppError(error, 'gone') || isAppError(error, 'forbidden');
}

function isTransient(error: unknown): boolean {
  return isAppError(error, 'network') || isAppError(error, 'corrupt');
}

async function attempt(
  deps: MediaDeps,
  request: MediaRequest,
  link: MediaLink,
  signal: AbortSignal,
): Promise<FetchedMedia | undefined> {
  const point = await readResumePoint(request.partialPath, request.identity);
  // When everything was received, its last byte is asked for again: the answer tells whether the content is still the same.
  const fromByte =
    point === undefined ? 0 : Math.min(point.durableBytes, (point.totalBytes ?? Infinity) - 1);
  const response = await openFrom(
    deps,
    request,
    link,
    point === undefined || fromByte === 0 ? undefined : { fromByte, ifRange: point.validator },
    signal,
  );
  if (await request.isHeld(response, signal)) {
    await closeBody(response);
    return undefined;
  }
  if (response.fromByte === 0) {
    return await receive(request, response, 0, signal);
  }
  if (point === undefined || !continues(point, fromByte, response)) {
    await closeBody(response);
    await discardPartial(request.partialPath);
    throw errors.network('The storage answered with another part of the file than was asked for');
  }
  return await receive(request, response, fromByte, signal);
}

/** Asks for the rest of what is on disk; when the storage cannot give it, the next attempt begins anew. */
async function openFrom(
  deps: MediaDeps,
  request: MediaRequest,
  link: MediaLink,
  from: { readonly fromByte: number; readonly ifRange: string } | undefined,
  signal: AbortSignal,
): Promise<MediaResponse> {
  try {
    return await deps.source.openMedia(link.url, from ?? {}, signal);
  } catch (error) {
    const isRangeRefused = isAppError(error, 'conflict') || isAppError(error, 'protocol');
    if (from === undefined || !isRangeRefused) {
      throw error;
    }
    await discardPartial(request.partialPath);
    throw errors.network('The storage does not continue this file; it begins anew', {
      cause: error,
    });
  }
}

/** True when the body is the rest of exactly the content whose start is on disk. */
function continues(point: ResumePoint, fromByte: number, response: MediaResponse): boolean {
  return (
    response.fromByte === fromByte &&
    (response.validator === undefined || response.validator === point.validator) &&
    (response.totalBytes === undefined ||
      point.totalBytes === undefined ||
      response.totalBytes === point.totalBytes)
  );
}

async function receive(
  request: MediaRequest,
  response: MediaResponse,
  fromByte: number,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const { partialPath } = request;
  const hashes = new MediaHashes(response.checksum?.algorithm);
  await hashPrefix(
    partialPath,
    fromByte,
    (chunk) => {
      hashes.update(chunk);
    },
    signal,
  );
  if (fromByte === 0) {
    await discardPartial(partialPath);
  }
  const writer =
    fromByte === 0
      ? await PartialWriter.create(partialPath)
      : await PartialWriter.resume(partialPath, fromByte);
  const checkpoint = new Checkpoint(request, response, writer);
  try {
    await readBody(request, response, { hashes, writer, checkpoint }, signal);
    await writer.sync();
  } catch (error) {
    await checkpoint.trySave();
    throw error;
  } finally {
    await writer.close();
  }
  return await finish(request, response, hashes);
}

interface Receiver {
  readonly hashes: MediaHashes;
  readonly writer: PartialWriter;
  readonly checkpoint: Checkpoint;
}

async function readBody(
  request: MediaRequest,
  response: MediaResponse,
  { hashes, writer, checkpoint }: Receiver,
  signal: AbortSignal,
): Promise<void> {
  const totalBytes = totalOf(response);
  request.onProgress(writer.sizeBytes, totalBytes);
  for await (const chunk of response.body) {
    throwIfCancelled(signal);
    hashes.update(chunk);
    await writer.append(chunk);
    request.onReceived(chunk.length);
    request.onProgress(writer.sizeBytes, totalBytes);
    if (totalBytes !== undefined && writer.sizeBytes > totalBytes) {
      break;
    }
    await checkpoint.saveWhenDue();
  }
  throwIfCancelled(signal);
}

async function finish(
  request: MediaRequest,
  response: MediaResponse,
  hashes: MediaHashes,
): Promise<FetchedMedia> {
  const totalBytes = totalOf(response);
  const { bytes: sizeBytes, sha256, checksumHex } = hashes.finish();
  if (totalBytes !== undefined && sizeBytes < totalBytes) {
    throw errors.network('The connection ended before the whole file was received');
  }
  if (totalBytes !== undefined && sizeBytes > totalBytes) {
    await discardPartial(request.partialPath);
    throw errors.corrupt('The storage sent more than it announced');
  }
  if (response.checksum !== undefined && response.checksum.hex.toLowerCase() !== checksumHex) {
    await discardPartial(request.partialPath);
    throw errors.corrupt('The file does not match the checksum of the storage');
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

/** Saves how far the download is, where it can be continued at all. */
class Checkpoint {
  private readonly request: MediaRequest;
  private readonly response: MediaResponse;
  private readonly writer: PartialWriter;
  private savedBytes: number;

  constructor(request: MediaRequest, response: MediaResponse, writer: PartialWriter) {
    this.request = request;
    this.response = response;
    this.writer = writer;
    this.savedBytes = writer.sizeBytes;
  }

  async saveWhenDue(): Promise<void> {
    if (this.writer.sizeBytes - this.savedBytes >= checkpointBytes) {
      await this.save();
    }
  }

  /** For the way out of a failure, which must not be hidden by another one. */
  async trySave(): Promise<void> {
    try {
      await this.save();
    } catch {
      // A full disk, most likely: the next run goes on from the point before.
    }
  }

  private async save(): Promise<void> {
    const { validator } = this.response;
    // A weak validator does not promise the same bytes.
    if (validator === undefined || validator.startsWith('W/')) {
      return;
    }
    await this.writer.sync();
    this.savedBytes = this.writer.sizeBytes;
    await writeResumePoint(this.request.partialPath, {
      identity: this.request.identity,
      validator,
      totalBytes: totalOf(this.response),
      durableBytes: this.savedBytes,
    });
  }
}

/** SHA-256 for us, and the storage's own algorithm beside it when it is another one. */
class MediaHashes {
  private readonly own = new CountingHash();
  private readonly other: Hash | undefined;

  constructor(algorithm: 'md5' | 'sha256' | undefined) {
    this.other = algorithm === 'md5' ? createHash('md5') : undefined;
  }

  update(chunk: Uint8Array): void {
    this.own.update(chunk);
    this.other?.update(chunk);
  }

  finish(): { readonly bytes: number; readonly sha256: string; readonly checksumHex: string } {
    const { bytes, sha256 } = this.own.finish();
    return { bytes, sha256, checksumHex: this.other?.digest('hex') ?? sha256 };
  }
}

function totalOf({ totalBytes, fromByte, contentLengthBytes }: MediaResponse): number | undefined {
  return (
    totalBytes ?? (contentLengthBytes === undefined ? undefined : fromByte + contentLengthBytes)
  );
}

async function closeBody(response: MediaResponse): Promise<void> {
  await response.body[Symbol.asyncIterator]().return?.();
}
