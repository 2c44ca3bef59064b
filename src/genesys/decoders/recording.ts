/** Recordings → `Recording`. Which fields are filled varies by media and state: all but the id may be missing. */
import {
  asArray,
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  at,
  isRecord,
  listOf,
  optional,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import {
  isSafeName,
  parseCommunicationId,
  parseConversationId,
  parseRecordingId,
  type ConversationId,
  type RecordingId,
} from '../../model/ids.ts';
import type {
  Annotation,
  Recording,
  RecordingAttachment,
  RecordingFile,
} from '../../model/recording.ts';
import { asId, asLink, asReference, linkExpiresAtMs } from './fields.ts';

/**
 * @param conversationId what was asked for, for answers that do not repeat it
 * @see Recording
 */
export function decodeRecording(
  value: unknown,
  path: string,
  conversationId: ConversationId,
): Recording {
  const record = asRecord(value, path);
  return {
    id: required(record, 'id', path, asId(parseRecordingId)),
    conversationId:
      optional(record, 'conversationId', path, asId(parseConversationId)) ?? conversationId,
    communicationId: optional(record, 'sessionId', path, asReference(parseCommunicationId)),
    media: optional(record, 'media', path, asString) ?? 'unknown',
    fileState: optional(record, 'fileState', path, asString) ?? 'unknown',
    startMs: optional(record, 'startTime', path, asTimeMs),
    endMs: optional(record, 'endTime', path, asTimeMs),
    files: optional(record, 'mediaUris', path, decodeFiles) ?? [],
    annotations: listOf(record, 'annotations', path, decodeAnnotation),
    attachments: [
      ...attachmentsOf(record, 'messagingTranscript', 'messageMediaAttachments', ['id', 'url']),
      ...attachmentsOf(record, 'emailTranscript', 'attachments', ['attachmentId', 'contentPath']),
    ],
    outputSizeBytes: optional(record, 'outputSizeInBytes', path, asNumber),
    outputDurationMs: optional(record, 'outputDurationMs', path, asNumber),
    estimatedTranscodeTimeMs: optional(record, 'estimatedTranscodeTimeMs', path, asNumber),
    archiveAtMs: optional(record, 'archiveDate', path, asTimeMs),
    deleteAtMs: optional(record, 'deleteDate', path, asTimeMs),
  };
}

/** The id alone, of a recording whose other fields may be unreadable; undefined when it has none that can be used. */
export function decodeRecordingId(rawJson: string): RecordingId | undefined {
  try {
    return required(asRecord(JSON.parse(rawJson), ''), 'id', '', asId(parseRecordingId));
  } catch {
    return undefined;
  }
}

/** `mediaUris` is a map by channel; a channel without a link has no media. */
function decodeFiles(value: unknown, path: string): readonly RecordingFile[] {
  return Object.entries(asRecord(value, path))
    .map(([channel, file], index) => {
      const filePath = at(path, index);
      return isSafeName(channel)
        ? decodeFile(channel, asRecord(file, filePath), filePath)
        : failDecode(filePath, 'under a channel key that can be part of a file name');
    })
    .filter((file) => file !== undefined)
    .sort((a, b) => a.channel.localeCompare(b.channel, 'en', { numeric: true }));
}

function decodeFile(channel: string, record: JsonRecord, path: string): RecordingFile | undefined {
  const url = optional(record, 'mediaUri', path, asLink);
  const waveform = record['waveformData'];
  return url === undefined
    ? undefined
    : {
        channel,
        url,
        expiresAtMs: linkExpiresAtMs(url),
        // Only a preview: a broken one is left out.
        waveform: Array.isArray(waveform)
          ? waveform.filter((sample) => typeof sample === 'number' && Number.isFinite(sample))
          : [],
      };
}

/**
 * Attachments of the messages of a transcript. What is wrong with one costs that one its link or name, never the recording.
 * @see RecordingMessagingMessage, RecordingEmailMessage
 */
function attachmentsOf(
  recording: JsonRecord,
  transcriptKey: string,
  listKey: string,
  [idKey, linkKey]: readonly [string, string],
): readonly RecordingAttachment[] {
  return recordsOf(recording[transcriptKey]).flatMap((message) =>
    recordsOf(message[listKey]).map((attachment) => {
      const link = textOf(attachment, linkKey);
      const url = link === undefined ? null : URL.parse(link);
      const isLink = url?.protocol === 'https:' || url?.protocol === 'http:';
      const sizeBytes = attachment['contentLength'];
      return {
        messageId: textOf(message, 'id'),
        attachmentId: textOf(attachment, idKey),
        name: textOf(attachment, 'name'),
        contentType: textOf(attachment, 'contentType') ?? textOf(attachment, 'mediaType'),
        url: isLink ? url.href : undefined,
        expiresAtMs: isLink ? linkExpiresAtMs(url.href) : undefined,
        sizeBytes: typeof sizeBytes === 'number' && sizeBytes >= 0 ? sizeBytes : undefined,
      };
    }),
  );
}

const recordsOf = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

function textOf(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function decodeAnnotation(value: unknown, path: string): Annotation {
  const record = asRecord(value, path);
  return {
    id: optional(record, 'id', path, asString),
    type: optional(record, 'type', path, asString) ?? 'unknown',
    reason: optional(record, 'reason', path, asString),
    description: optional(record, 'description', path, asString),
    durationMs: optional(record, 'durationMs', path, asNumber),
    absoluteDurationMs: optional(record, 'absoluteDurationMs', path, asNumber),
    recordingOffsetMs:
      optional(record, 'recordingLocation', path, asNumber) ??
      optional(record, 'location', path, asNumber),
    recordingDurationMs: optional(record, 'recordingDurationMs', path, asNumber),
    realtimeOffsetMs: optional(record, 'realtimeLocation', path, asNumber),
  };
}

/** Largest estimate among what a 202 answer says, in ms; undefined when it says nothing readable. */
export function decodeTranscodeEstimateMs(text: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const estimates = (Array.isArray(value) ? asArray(value, '') : [value])
    .filter(isRecord)
    .map((record) => Number(record['estimatedTranscodeTimeMs']))
    .filter((estimate) => estimate > 0 && Number.isFinite(estimate));
  return estimates.length === 0 ? undefined : Math.max(...estimates);
}
