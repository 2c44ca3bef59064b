/** What a download is asked for, and what its steps share. */
import type { Clock } from '../base/clock.ts';
import type { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import type { GenesysApi, NameDirectory } from '../genesys/genesysApi.ts';
import type { Conversation } from '../model/conversation.ts';
import type { CommunicationId, ConversationId, RecordingId } from '../model/ids.ts';
import type { Recording, RecordingFormat } from '../model/recording.ts';
import type { AbsentItem } from './absence.ts';
import type { Archive } from './archive.ts';
import type { Packing } from './compression.ts';
import type { ConversationWriter, StoredFile } from './conversationWriter.ts';
import type { AuditPort, Mismatch } from './mismatch.ts';
import type { ProgressSum } from './progressSum.ts';

/** What a download asks of the platform. */
export type ConversationSource = Pick<
  GenesysApi,
  'fetchConversation' | 'fetchRecordings' | 'fetchTranscriptLinks' | 'openMedia'
>;

/** Names for ids, as far as they can be had. */
export type NameSource = Pick<
  NameDirectory,
  'resolve' | 'queueName' | 'userName' | 'wrapUpName' | 'divisionName'
>;

export interface DownloadDeps {
  readonly source: ConversationSource;
  /** Without it no names are stored. */
  readonly names?: NameSource | undefined;
  readonly archive: Archive;
  /** Where events are noted; the archive's own audit log when undefined. */
  readonly audit?: AuditPort | undefined;
  /** How new files are packed; `defaultPacking` when undefined. */
  readonly packing?: Packing | undefined;
  /** Why the source lists a recording without media, where it knows better than the recording's state tells. */
  readonly absenceOf?: ((recording: Recording) => AbsentItem | undefined) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The conversation's detail is always fetched; `parts` come on top. */
export interface DownloadRequest {
  readonly conversationId: ConversationId;
  readonly parts: readonly ('recordings' | 'transcripts')[];
  /** Only these recordings; all when undefined. */
  readonly recordingIds?: readonly RecordingId[];
  /** Only the transcripts of these communications; all when undefined. */
  readonly communicationIds?: readonly CommunicationId[];
  readonly format: RecordingFormat;
  /** Recordings of screens too; without it they are told as absent on purpose, unless `recordingIds` names them. */
  readonly includeScreen?: boolean;
  /** How long to wait for the platform to transcode. */
  readonly maxTranscodeWaitMs: number;
  /** True to fetch everything anew, whatever the archive holds: when its manifest cannot be trusted. */
  readonly isForced?: boolean;
}

/** Everything that the steps of one download share. */
export interface DownloadRun {
  readonly deps: DownloadDeps;
  readonly request: DownloadRequest;
  readonly conversation: Conversation;
  readonly writer: ConversationWriter;
  readonly progress: ProgressSum;
  readonly audit: AuditPort;
  /** Bounds how many files are on their way at once. */
  readonly limiter: Limiter;
  /** Aborted on cancellation and on the first failure that ends the whole download. */
  readonly signal: AbortSignal;
  /** Notes a file that is in the archive now. */
  readonly stored: (file: StoredFile) => void;
  readonly missing: (item: AbsentItem) => void;
  /**
   * Runs a step whose failure leaves one item absent while the rest goes on. Failures of sign-in or disk end the whole
   * download: then `signal` is aborted, and the download rejects with the first of them.
   */
  readonly attempt: (item: string, step: () => Promise<void>) => Promise<void>;
}

/** Notes in the audit log that an item came otherwise than announced, twice. */
export async function noteMismatch(
  { audit, conversation, signal }: DownloadRun,
  item: string,
  mismatch: Mismatch,
): Promise<void> {
  await audit.append(
    'checksumMismatch',
    { conversationId: conversation.id, item, ...mismatch },
    signal,
  );
}
