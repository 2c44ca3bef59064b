/**
 * Contract of the conversation view (the player). The host sends one snapshot; the page fetches sound, peaks and transcripts
 * itself by resource address. What the page asks for names things by id, never by path.
 */
import {
  asBoolean,
  asNumber,
  asNumbers,
  asRecord,
  asString,
  failDecode,
  listOf,
  oneOf,
  optional,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import {
  decodeNotesSnapshot,
  noteDecoders,
  type NoteRequests,
  type NotesSnapshot,
} from './conversationNotes.ts';
import type { Decoder, RequestDecoders } from './rpc.ts';

/** Host → page. */
export type ToConversationView =
  | { readonly kind: 'loading'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string; readonly canRetry: boolean }
  | { readonly kind: 'opened'; readonly conversation: ConversationSnapshot }
  | { readonly kind: 'seek'; readonly offsetMs: number }
  /** A command of the editor that the page has to say more about: it answers with `export`. */
  | { readonly kind: 'prepareExport'; readonly what: ExportKind }
  | { readonly kind: 'goTo'; readonly place: ConversationPlace }
  /** A command of the editor: the page answers with the request `copyLink`. */
  | { readonly kind: 'prepareLink' };

/** A moment of a conversation, such as where something was found. */
export interface ConversationPlace {
  /** Epoch milliseconds: the start of a phrase. */
  readonly timeMs: number;
  readonly communicationId?: string | undefined;
  readonly recordingId?: string | undefined;
  /** The player stands at the first of these words in the phrase; at its start when there is none. */
  readonly words: readonly string[];
  /** True to stand at the time itself, which may be within a phrase. */
  readonly isExact?: boolean | undefined;
}

/** What the player stands at, for a link to it. */
export interface LinkWish {
  readonly recordingId: string | undefined;
  /** Epoch milliseconds by the clock of the text; undefined where there is nothing to play. */
  readonly timeMs: number | undefined;
}

/** Page → host. */
export type FromConversationView =
  | { readonly kind: 'ready' }
  | { readonly kind: 'retry' }
  | ({ readonly kind: 'export' } & ExportWish)
  /** Has the host download the conversation into the archive and show it from there. */
  | { readonly kind: 'download' }
  /** Has the host ask for a transcript file of this conversation and take it into the archive. */
  | { readonly kind: 'importTranscript' }
  /** Shows an attachment, in the editor or in its folder; `id` as in `AttachmentSnapshot`. */
  | { readonly kind: 'openAttachment'; readonly id: string; readonly isRevealed: boolean };

const exportKinds = ['transcript', 'clip'] as const;
export type ExportKind = (typeof exportKinds)[number];

const exportSides = ['agent', 'customer', 'system'] as const;

/** What a person wants to take out of the conversation that is shown. */
export interface ExportWish {
  readonly what: ExportKind;
  /** The one that is open; undefined for what was held in writing. */
  readonly recordingId: string | undefined;
  /** Only this side; everybody when undefined. */
  readonly side: (typeof exportSides)[number] | undefined;
  /** Only this stretch of the recording, in milliseconds. */
  readonly clip: { readonly startMs: number; readonly endMs: number } | undefined;
  /** As the page shows it now; it may not have been saved yet. */
  readonly offsetMs: number;
}

export interface ConversationSnapshot {
  readonly conversationId: string;
  /** Such as `Voice · Billing EMEA · Dana Example`. */
  readonly title: string;
  readonly mediaType: string;
  readonly startMs: number;
  readonly endMs: number | undefined;
  /** Facts for the header, in order: `Queue`, `Billing EMEA`. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly recordings: readonly RecordingSnapshot[];
  readonly transcripts: readonly TranscriptSnapshot[];
  /** What was held in writing. */
  readonly texts: readonly TextSnapshot[];
  /** Files that came with messages and e-mails. */
  readonly attachments: readonly AttachmentSnapshot[];
  /** True when the organisation began the conversation. */
  readonly isOutbound: boolean;
  /** Segments of the sessions, for the timeline. */
  readonly segments: readonly SegmentSnapshot[];
  /** Who speaks for each transcript role, such as `internal` → `Dana Example`, within a time span. */
  readonly speakers: readonly SpeakerSnapshot[];
  /** Sentences about what is missing and why. */
  readonly notices: readonly string[];
  /** What `saveOffset` kept: how much later in the recording the text belongs than its times say. Missing is 0. */
  readonly offsetMs?: number | undefined;
  /** Missing: there are none, and none can be kept. */
  readonly notes?: NotesSnapshot | undefined;
}

export interface RecordingSnapshot {
  readonly recordingId: string;
  readonly communicationId: string | undefined;
  readonly label: string;
  /** Epoch milliseconds of the first sample; undefined when the platform does not say. */
  readonly startMs: number | undefined;
  readonly durationMs: number;
  /** Resource address for an `<audio>` element; undefined when there is nothing to play. */
  readonly audioUrl: string | undefined;
  /** In the order in which they are heard: left, right. */
  readonly channels: readonly ChannelSnapshot[];
  /** Stretches that are not in the audio file, for alignment: wall clock offset and position within the file. */
  readonly cuts: readonly CutSnapshot[];
  readonly problems: readonly string[];
}

export interface ChannelSnapshot {
  readonly label: string;
  /** Base peaks in the audiowaveform binary format; undefined when they could not be computed. */
  readonly peaksUrl: string | undefined;
  /** Index of this channel within those peaks. */
  readonly indexInFile: number;
  /** The platform's preview for when there are no peaks: 0 to about 1, silence 0.5. */
  readonly preview: readonly number[];
  /**
   * Of a long recording, the measured peaks in short: lowest and highest sample (16 bits) of equal stretches, alternating. Drawn
   * until the peaks have arrived, which takes seconds for ten hours.
   */
  readonly overview?: readonly number[];
}

/** `durationMs` of real time starting at `realtimeOffsetMs` after the recording's start are not in the file. */
export interface CutSnapshot {
  readonly realtimeOffsetMs: number;
  readonly durationMs: number;
  readonly reason: string;
}

export interface TranscriptSnapshot {
  readonly communicationId: string;
  readonly recordingId: string | undefined;
  /** Resource address of the gzip-compressed transcript file as received. */
  readonly url: string;
  /** JSON text of such a file with the first phrases only: the page shows them until the whole of it has arrived. */
  readonly beginning?: string;
}

/** Messages of a chat, a messaging conversation or an e-mail thread. */
export interface TextSnapshot {
  readonly recordingId: string;
  /** Resource address of the gzip-compressed recording object, without signed links. */
  readonly url: string;
}

export interface AttachmentSnapshot {
  /** Names it in requests of the page. */
  readonly id: string;
  readonly messageId: string;
  readonly name: string;
  readonly sizeBytes: number | undefined;
  /** Why it is not stored, as a sentence; undefined when it can be opened. */
  readonly problem: string | undefined;
}

export interface SegmentSnapshot {
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly type: string;
  /** Who: a queue, an agent, an IVR flow. */
  readonly label: string;
  readonly purpose: string;
}

export interface SpeakerSnapshot {
  readonly role: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number | undefined;
}

/** What the page asks of the host. */
export type ConversationViewRequests = {
  /** Puts text on the clipboard. */
  copyText: { params: { readonly text: string }; result: { readonly isCopied: boolean } };
  /** Puts a link to a moment on the clipboard. */
  copyLink: { params: LinkWish; result: { readonly isCopied: boolean } };
  /** Per-conversation adjustments that outlive the view. */
  saveOffset: { params: { readonly offsetMs: number }; result: { readonly isSaved: boolean } };
} & NoteRequests;

/** What the host asks of the page: nothing so far. */
export type ConversationViewAnswers = Record<string, never>;

export const conversationViewDecoders: RequestDecoders<ConversationViewRequests> = {
  ...noteDecoders,
  copyText: {
    params: (value, path) => ({ text: required(asRecord(value, path), 'text', path, asString) }),
    result: (value, path) => ({
      isCopied: required(asRecord(value, path), 'isCopied', path, asBoolean),
    }),
  },
  copyLink: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        recordingId: optional(record, 'recordingId', path, asString),
        timeMs: optional(record, 'timeMs', path, asNumber),
      };
    },
    result: (value, path) => ({
      isCopied: required(asRecord(value, path), 'isCopied', path, asBoolean),
    }),
  },
  saveOffset: {
    params: (value, path) => ({
      offsetMs: required(asRecord(value, path), 'offsetMs', path, asNumber),
    }),
    result: (value, path) => ({
      isSaved: required(asRecord(value, path), 'isSaved', path, asBoolean),
    }),
  },
};

export const decodeFromConversationView: Decoder<FromConversationView> = (value, path) => {
  const record = asRecord(value, path);
  const { kind } = record;
  switch (kind) {
    case 'ready':
    case 'retry':
    case 'download':
    case 'importTranscript':
      return { kind };
    case 'export':
      return { kind, ...decodeExportWish(record, path) };
    case 'openAttachment':
      return {
        kind,
        id: required(record, 'id', path, asString),
        isRevealed: required(record, 'isRevealed', path, asBoolean),
      };
    default:
      return failDecode(path, 'a message of the conversation view');
  }
};

/** @throws AppError `protocol` for what no page of ours sends */
export const decodeExportWish: Decoder<ExportWish> = (value, path) => {
  const record = asRecord(value, path);
  return {
    what: required(record, 'what', path, oneOf(exportKinds)),
    recordingId: optional(record, 'recordingId', path, asString),
    side: optional(record, 'side', path, oneOf(exportSides)),
    clip: optional(record, 'clip', path, (item, itemPath) => {
      const clip = asRecord(item, itemPath);
      const startMs = required(clip, 'startMs', itemPath, asNumber);
      const endMs = required(clip, 'endMs', itemPath, asNumber);
      return startMs >= 0 && endMs > startMs
        ? { startMs, endMs }
        : failDecode(itemPath, 'a stretch of the recording');
    }),
    offsetMs: required(record, 'offsetMs', path, asNumber),
  };
};

export const decodeToConversationView: Decoder<ToConversationView> = (value, path) => {
  const record = asRecord(value, path);
  switch (record['kind']) {
    case 'loading':
      return { kind: 'loading', message: required(record, 'message', path, asString) };
    case 'failed':
      return {
        kind: 'failed',
        message: required(record, 'message', path, asString),
        canRetry: required(record, 'canRetry', path, asBoolean),
      };
    case 'opened':
      return {
        kind: 'opened',
        conversation: required(record, 'conversation', path, decodeSnapshot),
      };
    case 'seek':
      return { kind: 'seek', offsetMs: required(record, 'offsetMs', path, asNumber) };
    case 'prepareExport':
      return { kind: 'prepareExport', what: required(record, 'what', path, oneOf(exportKinds)) };
    case 'prepareLink':
      return { kind: 'prepareLink' };
    case 'goTo':
      return { kind: 'goTo', place: required(record, 'place', path, decodePlace) };
    default:
      return failDecode(path, 'a message to the conversation view');
  }
};

const decodePlace: Decoder<ConversationPlace> = (value, path) => {
  const record = asRecord(value, path);
  return {
    timeMs: required(record, 'timeMs', path, asNumber),
    communicationId: optional(record, 'communicationId', path, asString),
    recordingId: optional(record, 'recordingId', path, asString),
    words: listOf(record, 'words', path, asString),
    isExact: optional(record, 'isExact', path, asBoolean),
  };
};

const decodeSnapshot: Decoder<ConversationSnapshot> = (value, path) => {
  const record = asRecord(value, path);
  return {
    conversationId: required(record, 'conversationId', path, asString),
    title: required(record, 'title', path, asString),
    mediaType: required(record, 'mediaType', path, asString),
    startMs: required(record, 'startMs', path, asNumber),
    endMs: optional(record, 'endMs', path, asNumber),
    facts: listOf(record, 'facts', path, (item, itemPath) => {
      const fact = asRecord(item, itemPath);
      return {
        label: required(fact, 'label', itemPath, asString),
        value: required(fact, 'value', itemPath, asString),
      };
    }),
    recordings: listOf(record, 'recordings', path, decodeRecording),
    transcripts: listOf(record, 'transcripts', path, (item, itemPath) => {
      const transcript = asRecord(item, itemPath);
      return {
        communicationId: required(transcript, 'communicationId', itemPath, asString),
        recordingId: optional(transcript, 'recordingId', itemPath, asString),
        url: required(transcript, 'url', itemPath, asString),
        ...beginningOf(transcript, itemPath),
      };
    }),
    texts: listOf(record, 'texts', path, (item, itemPath) => {
      const text = asRecord(item, itemPath);
      return {
        recordingId: required(text, 'recordingId', itemPath, asString),
        url: required(text, 'url', itemPath, asString),
      };
    }),
    attachments: listOf(record, 'attachments', path, (item, itemPath) => {
      const attachment = asRecord(item, itemPath);
      return {
        id: required(attachment, 'id', itemPath, asString),
        messageId: required(attachment, 'messageId', itemPath, asString),
        name: required(attachment, 'name', itemPath, asString),
        sizeBytes: optional(attachment, 'sizeBytes', itemPath, asNumber),
        problem: optional(attachment, 'problem', itemPath, asString),
      };
    }),
    isOutbound: required(record, 'isOutbound', path, asBoolean),
    segments: listOf(record, 'segments', path, (item, itemPath) => {
      const segment = asRecord(item, itemPath);
      return {
        startMs: required(segment, 'startMs', itemPath, asNumber),
        endMs: optional(segment, 'endMs', itemPath, asNumber),
        type: required(segment, 'type', itemPath, asString),
        label: required(segment, 'label', itemPath, asString),
        purpose: required(segment, 'purpose', itemPath, asString),
      };
    }),
    speakers: listOf(record, 'speakers', path, (item, itemPath) => {
      const speaker = asRecord(item, itemPath);
      return {
        role: required(speaker, 'role', itemPath, asString),
        name: required(speaker, 'name', itemPath, asString),
        startMs: required(speaker, 'startMs', itemPath, asNumber),
        endMs: optional(speaker, 'endMs', itemPath, asNumber),
      };
    }),
    notices: listOf(record, 'notices', path, asString),
    offsetMs: optional(record, 'offsetMs', path, asNumber),
    notes: optional(record, 'notes', path, decodeNotesSnapshot),
  };
};

/** As a part of an object, since it is left out when there is none. */
function beginningOf(transcript: JsonRecord, path: string): Pick<TranscriptSnapshot, 'beginning'> {
  const beginning = optional(transcript, 'beginning', path, asString);
  return beginning === undefined ? {} : { beginning };
}

/** As a part of an object, since it is left out when there is none. */
function overviewOf(channel: JsonRecord, path: string): Pick<ChannelSnapshot, 'overview'> {
  const overview = optional(channel, 'overview', path, asNumbers);
  return overview === undefined ? {} : { overview };
}

const decodeRecording: Decoder<RecordingSnapshot> = (value, path) => {
  const record = asRecord(value, path);
  return {
    recordingId: required(record, 'recordingId', path, asString),
    communicationId: optional(record, 'communicationId', path, asString),
    label: required(record, 'label', path, asString),
    startMs: optional(record, 'startMs', path, asNumber),
    durationMs: required(record, 'durationMs', path, asNumber),
    audioUrl: optional(record, 'audioUrl', path, asString),
    channels: listOf(record, 'channels', path, (item, itemPath) => {
      const channel = asRecord(item, itemPath);
      return {
        label: required(channel, 'label', itemPath, asString),
        peaksUrl: optional(channel, 'peaksUrl', itemPath, asString),
        indexInFile: required(channel, 'indexInFile', itemPath, asNumber),
        preview: required(channel, 'preview', itemPath, asNumbers),
        ...overviewOf(channel, itemPath),
      };
    }),
    cuts: listOf(record, 'cuts', path, (item, itemPath) => {
      const cut = asRecord(item, itemPath);
      return {
        realtimeOffsetMs: required(cut, 'realtimeOffsetMs', itemPath, asNumber),
        durationMs: required(cut, 'durationMs', itemPath, asNumber),
        reason: required(cut, 'reason', itemPath, asString),
      };
    }),
    problems: listOf(record, 'problems', path, asString),
  };
};
