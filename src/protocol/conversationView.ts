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
  manyOf,
  maybe,
  objectOf,
  oneOf,
  required,
  type Decoder,
} from '../base/decode.ts';
import {
  decodeNotesSnapshot,
  noteDecoders,
  type NoteRequests,
  type NotesSnapshot,
} from './conversationNotes.ts';
import { decodeInterval } from './interval.ts';
import type { RequestDecoders } from './rpc.ts';

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
  readonly overview?: readonly number[] | undefined;
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
  readonly beginning?: string | undefined;
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
  copyText: { params: objectOf({ text: asString }), result: objectOf({ isCopied: asBoolean }) },
  copyLink: {
    params: objectOf({ recordingId: maybe(asString), timeMs: maybe(asNumber) }),
    result: objectOf({ isCopied: asBoolean }),
  },
  saveOffset: {
    params: objectOf({ offsetMs: asNumber }),
    result: objectOf({ isSaved: asBoolean }),
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
export const decodeExportWish: Decoder<ExportWish> = objectOf({
  what: oneOf(exportKinds),
  recordingId: maybe(asString),
  side: maybe(oneOf(exportSides)),
  clip: maybe(decodeInterval),
  offsetMs: asNumber,
});

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

const decodePlace: Decoder<ConversationPlace> = objectOf({
  timeMs: asNumber,
  communicationId: maybe(asString),
  recordingId: maybe(asString),
  words: manyOf(asString),
  isExact: maybe(asBoolean),
});

const decodeRecording: Decoder<RecordingSnapshot> = objectOf({
  recordingId: asString,
  communicationId: maybe(asString),
  label: asString,
  startMs: maybe(asNumber),
  durationMs: asNumber,
  audioUrl: maybe(asString),
  channels: manyOf(
    objectOf<ChannelSnapshot>({
      label: asString,
      peaksUrl: maybe(asString),
      indexInFile: asNumber,
      preview: asNumbers,
      overview: maybe(asNumbers),
    }),
  ),
  cuts: manyOf(objectOf({ realtimeOffsetMs: asNumber, durationMs: asNumber, reason: asString })),
  problems: manyOf(asString),
});

const decodeSnapshot: Decoder<ConversationSnapshot> = objectOf({
  conversationId: asString,
  title: asString,
  mediaType: asString,
  startMs: asNumber,
  endMs: maybe(asNumber),
  facts: manyOf(objectOf({ label: asString, value: asString })),
  recordings: manyOf(decodeRecording),
  transcripts: manyOf(
    objectOf({
      communicationId: asString,
      recordingId: maybe(asString),
      url: asString,
      beginning: maybe(asString),
    }),
  ),
  texts: manyOf(objectOf({ recordingId: asString, url: asString })),
  attachments: manyOf(
    objectOf({
      id: asString,
      messageId: asString,
      name: asString,
      sizeBytes: maybe(asNumber),
      problem: maybe(asString),
    }),
  ),
  isOutbound: asBoolean,
  segments: manyOf(
    objectOf({
      startMs: asNumber,
      endMs: maybe(asNumber),
      type: asString,
      label: asString,
      purpose: asString,
    }),
  ),
  speakers: manyOf(
    objectOf({ role: asString, name: asString, startMs: asNumber, endMs: maybe(asNumber) }),
  ),
  notices: manyOf(asString),
  offsetMs: maybe(asNumber),
  notes: maybe(decodeNotesSnapshot),
});
