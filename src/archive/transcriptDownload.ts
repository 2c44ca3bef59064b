/**
 * Brings one transcript file into a gzip partial file, checked to be JSON on the way. Knows nothing of manifests. Not resumed:
 * a gzip that was cut cannot be continued, and transcripts are small beside recordings.
 */
import { errors, isAppError, throwIfCancelled } from '../base/appError.ts';
import type { MediaResponse } from '../genesys/genesysApi.ts';
import { PartialWriter } from './durableFile.ts';
import { JsonCheck } from './jsonCheck.ts';
import { isLinkRefused, type LinkProvider, type MediaDeps } from './mediaDownload.ts';
import { AnnouncedHash, mismatchError, mismatchOf, type Mismatch } from './mismatch.ts';
import { gzipInto, type PackedSize } from './packFile.ts';
import { discardPartial } from './resumePoint.ts';

const maxFailures = 3;
const maxFreshLinks = 3;
const firstBackoffMs = 500;

export interface TranscriptRequest {
  readonly partialPath: string;
  readonly link: LinkProvider;
  readonly onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly onReceived: (countBytes: number) => void;
  /** Told when a second attempt was not what was announced either, before the download fails. */
  readonly onMismatch: (mismatch: Mismatch) => Promise<void>;
}

export interface FetchedTranscript extends PackedSize {
  readonly contentBytes: number;
  readonly contentSha256: string;
  readonly isSizeConfirmed: boolean;
}

/**
 * On abort and on failure nothing is left.
 * @throws AppError `corrupt` when the file is no JSON object, `gone` when fresh links expire too, `network`, `auth`,
 * `forbidden`, `notFound`, `remote`; file system errors as they are
 */
export async function downloadTranscript(
  deps: MediaDeps,
  request: TranscriptRequest,
  signal: AbortSignal,
): Promise<FetchedTranscript> {
  let link = await request.link(undefined, signal);
  let failureCount = 0;
  let freshLinkCount = 0;
  let hasMismatched = false;
  for (;;) {
    try {
      const response = await deps.source.openMedia(link.url, {}, signal);
      return await receive(request, response, signal);
    } catch (error) {
      await discardPartial(request.partialPath);
      throwIfCancelled(signal);
      const mismatch = mismatchOf(error);
      if (mismatch !== undefined && !hasMismatched) {
        hasMismatched = true;
      } else if (mismatch !== undefined) {
        await request.onMismatch(mismatch);
        throw error;
      } else if (isLinkRefused(error) && freshLinkCount < maxFreshLinks) {
        freshLinkCount++;
        link = await request.link(link, signal);
      } else if (isAppError(error, 'network') && failureCount < maxFailures) {
        await deps.clock.delay(firstBackoffMs * 2 ** failureCount, signal);
        failureCount++;
      } else {
        throw error;
      }
    }
  }
}

async function receive(
  request: TranscriptRequest,
  response: MediaResponse,
  signal: AbortSignal,
): Promise<FetchedTranscript> {
  const content = new AnnouncedHash(response.checksum);
  const check = new JsonCheck();
  async function* checked(): AsyncIterable<Uint8Array> {
    for await (const chunk of response.body) {
      content.update(chunk);
      check.push(chunk);
      request.onReceived(chunk.length);
      request.onProgress(content.bytes, response.totalBytes);
      refuse(check.problem);
      yield chunk;
    }
  }
  const writer = await PartialWriter.create(request.partialPath);
  let packed: PackedSize;
  try {
    packed = await gzipInto(writer, checked(), signal);
    refuse(check.finish());
    await writer.sync();
  } finally {
    await writer.close();
  }
  const { bytes: contentBytes, sha256: contentSha256, mismatch } = content.finish();
  const announcedBytes = response.totalBytes ?? response.contentLengthBytes;
  if (announcedBytes !== undefined && announcedBytes !== contentBytes) {
    throw errors.network('The transcript is not as long as was announced');
  }
  if (mismatch !== undefined) {
    throw mismatchError('The transcript does not match the checksum of the storage', mismatch);
  }
  const isSizeConfirmed = announcedBytes !== undefined;
  return { ...packed, contentBytes, contentSha256, isSizeConfirmed };
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) {
    throw errors.corrupt(`The transcript file ${problem}`);
  }
}
