/** What the results of a batch mean for the recordings that were asked for. Pure; trusts nothing that the results say. */
import type { BatchResult } from '../../genesys/bulkApi.ts';
import type { ConversationId, RecordingId } from '../../model/ids.ts';
import type { RecordingFile } from '../../model/recording.ts';
import { absent, hourMs, type AbsentItem, type ReasonCode } from '../absence.ts';

/** The channel of a batch's file: all of them in one. A recording in several files has `all`, `all-2`, … */
const wholeChannel = 'all';
/** @see BulkApi.fetchRecordingBatch */
const batchSource = 'GET /api/v2/recording/batchrequests/{jobId}';

export interface Reconciliation {
  /** Files of the recordings that were brought. */
  readonly files: ReadonlyMap<RecordingId, readonly RecordingFile[]>;
  /** What the platform says against the others. */
  readonly refusals: ReadonlyMap<RecordingId, string>;
  /** Results that nobody asked for, or that name nothing. */
  readonly strayCount: number;
}

/** @param wanted recordings that were asked for, with their conversations */
export function reconcile(
  results: readonly BatchResult[],
  wanted: ReadonlyMap<RecordingId, ConversationId>,
): Reconciliation {
  const links = new Map<RecordingId, Map<string, BatchResult & { readonly url: string }>>();
  const refusals = new Map<RecordingId, string>();
  let strayCount = 0;
  for (const result of results) {
    const { recordingId, conversationId, url, errorMessage } = result;
    const isWanted =
      recordingId !== undefined &&
      wanted.has(recordingId) &&
      (conversationId === undefined || conversationId === wanted.get(recordingId));
    if (!isWanted) {
      strayCount++;
    } else if (url !== undefined) {
      const ofRecording =
        links.get(recordingId) ?? new Map<string, typeof result & { url: string }>();
      // The same file is often listed twice under different signatures.
      ofRecording.set(withoutQuery(url), { ...result, url });
      links.set(recordingId, ofRecording);
    } else if (errorMessage !== undefined) {
      refusals.set(recordingId, errorMessage);
    }
  }
  const files = new Map<RecordingId, readonly RecordingFile[]>();
  for (const [recordingId, byPath] of links) {
    refusals.delete(recordingId);
    const ordered = [...byPath].sort(([a], [b]) => (a < b ? -1 : 1));
    files.set(
      recordingId,
      ordered.map(([, { url, expiresAtMs }], index) => ({
        channel: index === 0 ? wholeChannel : `${wholeChannel}-${String(index + 1)}`,
        url,
        expiresAtMs,
        waveform: [],
        source: batchSource,
      })),
    );
  }
  return { files, refusals, strayCount };
}

/** What the platform's words against a recording mean. Its texts are no contract: what is not understood is tried again. */
export function absenceByRefusal(
  recordingId: RecordingId,
  text: string,
  nowMs: number,
): AbsentItem {
  const known = refusalTexts.find(({ pattern }) => pattern.test(text));
  const { reason, message, isFinal } = known ?? {
    reason: 'platformError' as const,
    message: 'The platform could not bring this recording in a batch',
    isFinal: false,
  };
  const words = text.replaceAll(/https?:\S+/giu, '').slice(0, 200);
  return absent(
    `recordings/${recordingId}`,
    reason,
    `${message}. It says: ${words}`,
    isFinal ? undefined : nowMs + hourMs / 12,
  );
}

interface RefusalText {
  readonly pattern: RegExp;
  readonly reason: ReasonCode;
  readonly message: string;
  readonly isFinal: boolean;
}

const refusalTexts: readonly RefusalText[] = [
  {
    pattern: /being restored|restoring/iu,
    reason: 'restoring',
    message: 'The platform is restoring this recording. Sync again later',
    isFinal: false,
  },
  {
    pattern: /archiv/iu,
    reason: 'archived',
    message:
      'The platform has moved this recording to its cold archive. Restore it in Genesys Cloud, then sync again',
    isFinal: true,
  },
  {
    pattern: /delet|not.?found|does not exist|no longer/iu,
    reason: 'deletedByRetention',
    message: 'The platform no longer has this recording',
    isFinal: true,
  },
  {
    pattern: /permission|forbidden|not.?authori[sz]ed|denied/iu,
    reason: 'noPermission',
    message: 'The permission for this recording is missing',
    isFinal: true,
  },
  {
    pattern: /upload/iu,
    reason: 'uploading',
    message: 'This recording is still being uploaded to the platform. Sync again later',
    isFinal: false,
  },
];

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/u, '');
}
