/** Recordings and their media as the platform lists them. */
import type { CommunicationId, ConversationId, RecordingId } from './ids.ts';

/** Formats that can be asked for; `NONE` lists recordings without media and without transcoding. */
export const recordingFormats = [
  'WAV',
  'WEBM',
  'WAV_ULAW',
  'OGG_VORBIS',
  'OGG_OPUS',
  'MP3',
  'NONE',
] as const;
export type RecordingFormat = (typeof recordingFormats)[number];

export interface Recording {
  readonly id: RecordingId;
  readonly conversationId: ConversationId;
  /** Session of the customer that was recorded; absent on stubs of archived recordings. */
  readonly communicationId: CommunicationId | undefined;
  /** audio, chat, messaging, email, screen (open set). */
  readonly media: string;
  /** AVAILABLE, ARCHIVED, RESTORING, RESTORED, UPLOADING, DELETED, ERROR (open set). */
  readonly fileState: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** One entry a file, ordered by channel key. Empty without playable media. */
  readonly files: readonly RecordingFile[];
  readonly annotations: readonly Annotation[];
  /** Files that came with messages and e-mails, in their order. */
  readonly attachments: readonly RecordingAttachment[];
  /** Size of all media as the platform states it; there is no checksum. */
  readonly outputSizeBytes: number | undefined;
  readonly outputDurationMs: number | undefined;
  readonly estimatedTranscodeTimeMs: number | undefined;
  readonly archiveAtMs: number | undefined;
  readonly deleteAtMs: number | undefined;
}

export interface RecordingFile {
  /** Key of `mediaUris`: `0`, `1`, … for one mono file per channel; other keys occur. Safe as a part of a file name. */
  readonly channel: string;
  /** Signed and short-lived: fetch it without the bearer token, never log or store it. */
  readonly url: string;
  /** When the link stops working, read from its query; undefined when it does not say. */
  readonly expiresAtMs: number | undefined;
  /** The platform's preview: 0 to about 1, silence 0.5, evenly spread over the file. */
  readonly waveform: readonly number[];
  /** Method and path template of the request that gave the link, where that was not the one for the recording. */
  readonly source?: string;
}

/** A file of a message or an e-mail. Whoever wrote the message chose its name: nothing of it is to be trusted. */
export interface RecordingAttachment {
  /** Undefined when the platform does not say. */
  readonly messageId: string | undefined;
  readonly attachmentId: string | undefined;
  readonly name: string | undefined;
  /** As the sender or the platform states it. */
  readonly contentType: string | undefined;
  /** Undefined when there is no link that could be followed. Fetched without the bearer token. */
  readonly url: string | undefined;
  readonly expiresAtMs: number | undefined;
  /** As the platform states it. */
  readonly sizeBytes: number | undefined;
}

/** A hold, pause, bookmark, … of a recording. Times are relative to its start and may be negative. */
export interface Annotation {
  readonly id: string | undefined;
  /** Pause, Hold, Bookmark, … (open set). */
  readonly type: string;
  /** SecurePause, FlowOrQueue, Hold, Pause (open set). */
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly durationMs: number | undefined;
  /** Real time from its start to its end; of nested pauses, which `durationMs` does not tell, all of them together. */
  readonly absoluteDurationMs: number | undefined;
  /** Position in the audio file, cuts removed. */
  readonly recordingOffsetMs: number | undefined;
  readonly recordingDurationMs: number | undefined;
  /** Position on the wall clock, pauses kept. */
  readonly realtimeOffsetMs: number | undefined;
}
