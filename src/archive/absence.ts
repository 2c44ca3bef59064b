/** Why something of a conversation is not in the archive: a closed set of reasons, with sentences for people. */
import type { AppError } from '../base/appError.ts';
import type { Recording } from '../model/recording.ts';
import { mismatchOf } from './mismatch.ts';

export const reasonCodes = [
  'noPermission',
  'notTranscribed',
  'transcoding',
  'archived',
  'restoring',
  'deletedByRetention',
  'uploading',
  'platformError',
  'notRecorded',
  'unusable',
  'checksumMismatch',
  'notWanted',
  'stillOpen',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export interface AbsentItem {
  /**
   * `recordings`, `recordings/<id>`, `recordings/<id>/<channel>` or `transcripts/<communicationId>[/<recordingId>]`;
   * `recordings/#<position from 1>` for one whose id cannot be read; `attachments/<message id>/<file name>`, with
   * `#<position from 1>` for a part that cannot be one of a path.
   */
  readonly item: string;
  readonly reason: ReasonCode;
  /** A sentence for people: what is missing, why, what to do. */
  readonly message: string;
  /** When another attempt makes sense; undefined when none does by itself. */
  readonly nextAttemptAtMs: number | undefined;
}

/** Media of the platform that are text: their content is the recording object itself. */
const textMedia: ReadonlySet<string> = new Set(['chat', 'message', 'messaging', 'email']);

export const hourMs = 3_600_000;

/** True when a recording without media files is complete. */
export function isTextRecording(recording: Recording): boolean {
  return textMedia.has(recording.media);
}

/**
 * Why a recording has no media files, from its state. Undefined when it should have some or needs none.
 * @see Recording.fileState
 */
export function absenceByState(recording: Recording, nowMs: number): AbsentItem | undefined {
  const item = `recordings/${recording.id}`;
  const later = nowMs + hourMs;
  switch (recording.fileState) {
    case 'ARCHIVED':
      return absent(
        item,
        'archived',
        'The platform has moved this recording to its cold archive. Restore it in Genesys Cloud, then download again.',
      );
    case 'RESTORING':
      return absent(
        item,
        'restoring',
        'The platform is restoring this recording. Download again later.',
        later,
      );
    case 'DELETED':
      return absent(
        item,
        'deletedByRetention',
        'The platform has deleted this recording by its retention policy.',
      );
    case 'UPLOADING':
      return absent(
        item,
        'uploading',
        'This recording is still being uploaded to the platform. Download again later.',
        nowMs + hourMs / 12,
      );
    case 'ERROR':
      return absent(
        item,
        'platformError',
        'The platform reports an error for this recording. Ask Genesys Cloud support if it stays.',
      );
    default:
      return undefined;
  }
}

/** Makes an entry. */
export function absent(
  item: string,
  reason: ReasonCode,
  message: string,
  nextAttemptAtMs?: number,
): AbsentItem {
  return { item, reason, message, nextAttemptAtMs };
}

/** What the failure of one item means for it. The failure is none that ends the whole download. */
export function absenceByFailure(item: string, error: AppError, nowMs: number): AbsentItem {
  const soon = nowMs + (error.retryAfterMs ?? hourMs / 12);
  const { code, message } = error;
  if (code === 'forbidden') {
    return absent(item, 'noPermission', message);
  }
  if (code === 'notFound') {
    return absent(item, 'deletedByRetention', `The platform no longer has it: ${message}`);
  }
  if (mismatchOf(error) !== undefined) {
    const advice = 'It was fetched twice and nothing was stored for it; download again later.';
    return absent(item, 'checksumMismatch', `${message}. ${advice}`, nowMs + hourMs);
  }
  if (code === 'corrupt' || code === 'protocol') {
    const advice = 'Nothing was stored for it; download again later.';
    return absent(item, 'unusable', `${message}. ${advice}`, nowMs + hourMs);
  }
  return code === 'gone'
    ? absent(
        item,
        'platformError',
        'The links of the platform expired again and again. Download again later.',
        soon,
      )
    : absent(item, 'platformError', `${message}. Download again to go on.`, soon);
}
