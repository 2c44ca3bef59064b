/**
 * Brings one media file into a partial file, whole and flushed: resumes by ranges, asks for fresh links when they expire.
 * Knows nothing of conversations or manifests.
 */
import { errors, isAppError, throwIfCancelled } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { GenesysApi, MediaResponse } from '../genesys/genesysApi.ts';
import { receive, type FetchedMedia, type ReceiveRequest } from './mediaReceiver.ts';
import { mismatchOf, type Mismatch } from './mismatch.ts';
import { discardPartial, readResumePoint, type ResumePoint } from './resumePoint.ts';

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

export interface MediaRequest extends ReceiveRequest {
  readonly link: LinkProvider;
  /** True when the archive already holds what this answer would bring: the body is not read then. */
  readonly isHeld: (response: MediaResponse, signal: AbortSignal) => Promise<boolean>;
  /** Told when a second attempt from zero was not what was announced either, before the download fails. */
  readonly onMismatch: (mismatch: Mismatch) => Promise<void>;
}

/**
 * Resolves to undefined when `isHeld` said so. On abort and on failure, what was received stays as a partial file to go on from.
 * @throws AppError `gone` when fresh links expire too, `network` after a bounded number of attempts, `corrupt` when
 * what came differs from what was announced twice, once from zero, `auth`, `forbidden`, `notFound`, `remote`; file system errors as they are
 */
export async function downloadMedia(
  deps: MediaDeps,
  request: MediaRequest,
  signal: AbortSignal,
): Promise<FetchedMedia | undefined> {
  let link = await request.link(undefined, signal);
  let failureCount = 0;
  let freshLinkCount = 0;
  let hasMismatched = false;
  let { mayResume } = request;
  for (;;) {
    try {
      if (isDying(link, deps.clock) && freshLinkCount === 0) {
        freshLinkCount++;
        link = await request.link(link, signal);
      }
      return await attempt(deps, { ...request, mayResume }, link, signal);
    } catch (error) {
      throwIfCancelled(signal);
      mayResume = true;
      const mismatch = mismatchOf(error);
      if (mismatch !== undefined && !hasMismatched) {
        hasMismatched = true;
        deps.log.warn('A media file was not what was announced; fetching it from zero', {
          algorithm: mismatch.algorithm,
        });
      } else if (mismatch !== undefined) {
        await request.onMismatch(mismatch);
        throw error;
      } else if (isLinkRefused(error) && freshLinkCount < maxFreshLinks) {
        freshLinkCount++;
        deps.log.info('A media link expired; asking for a fresh one', { freshLinkCount });
        link = await request.link(link, signal);
      } else if (isAppError(error, 'network') && failureCount < maxFailures) {
        deps.log.info('A media download was interrupted; going on', { failureCount });
        await deps.clock.delay(firstBackoffMs * 2 ** failureCount, signal);
        failureCount++;
      } else {
        throw error;
      }
    }
  }
}

function isDying({ expiresAtMs }: MediaLink, clock: Clock): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= clock.nowMs() + linkMarginMs;
}

/** A signed link has no permissions behind it: refused means expired. */
export function isLinkRefused(error: unknown): boolean {
  return isAppError(error, 'gone') || isAppError(error, 'forbidden');
}

async function attempt(
  deps: MediaDeps,
  request: MediaRequest,
  link: MediaLink,
  signal: AbortSignal,
): Promise<FetchedMedia | undefined> {
  const point = request.mayResume
    ? await readResumePoint(request.partialPath, request.identity)
    : undefined;
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

async function closeBody(response: MediaResponse): Promise<void> {
  await response.body[Symbol.asyncIterator]().return?.();
}
