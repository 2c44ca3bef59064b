/**
 * Contract of a thread that reads archived conversations for the thread that fills the catalogue. Words come packed: one text and
 * lists of numbers, which cross far faster than thousands of objects.
 */
import {
  asNumber,
  asRecord,
  asString,
  failDecode,
  listOf,
  manyOf,
  maybe,
  objectOf,
  required,
  type Decoder,
} from '../base/decode.ts';
import type { RequestDecoders } from './rpc.ts';

export interface ReadDocumentParams {
  /** The asker's own number for it, for `readOn` and `dropDocument`. */
  readonly documentId: number;
  /** Absolute folder of the archive. */
  readonly archivePath: string;
  readonly conversationId: string;
  /** Relative to the archive, with `/`. */
  readonly folder: string;
  readonly signature: string;
}

/** Where words come from; many share one. */
export interface WordOrigin {
  /** speech, message or note. */
  readonly source: string;
  readonly role: string;
  readonly communicationId?: string | undefined;
  readonly recordingId?: string | undefined;
}

export interface PackedMark {
  /** sentiment, topic or problem. */
  readonly kind: string;
  readonly role: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** Of a sentiment; 0 otherwise. */
  readonly sentiment: number;
  /** Of a topic its name, of a problem what it is. */
  readonly text: string;
}

/** A part of a conversation's words and marks, of bounded size. The lists of numbers have one entry a phrase. */
export interface PackedContent {
  /** All phrases, one after another. */
  readonly text: string;
  /** Where each phrase ends in `text`. */
  readonly ends: Uint32Array;
  /** Epoch milliseconds. */
  readonly startsMs: Float64Array;
  readonly durationsMs: Float64Array;
  /** Indexes of `origins`. */
  readonly originIndexes: Uint32Array;
  readonly origins: readonly WordOrigin[];
  readonly marks: readonly PackedMark[];
  /** False when `readOn` has more. */
  readonly isLast: boolean;
}

export interface PackedDocument {
  readonly startMs: number;
  readonly endMs?: number | undefined;
  readonly media: string;
  readonly direction?: string | undefined;
  readonly participants: readonly {
    readonly id: string;
    readonly name?: string | undefined;
    readonly purpose: string;
    readonly userId?: string | undefined;
  }[];
  readonly recordings: readonly {
    readonly id: string;
    readonly media: string;
    readonly startMs?: number | undefined;
    readonly durationMs?: number | undefined;
  }[];
  readonly labels: readonly { readonly kind: string; readonly id: string; readonly name: string }[];
  readonly content: PackedContent;
}

export type DocumentReaderRequests = {
  /** One conversation with the first part of its words. */
  readDocument: { params: ReadDocumentParams; result: PackedDocument };
  /** The next part of one that is not at its end. */
  readOn: { params: { readonly documentId: number }; result: PackedContent };
  /** Its further parts are not wanted. True when it was open. */
  dropDocument: { params: { readonly documentId: number }; result: boolean };
};

const origin: Decoder<WordOrigin> = objectOf({
  source: asString,
  role: asString,
  communicationId: maybe(asString),
  recordingId: maybe(asString),
});

const mark: Decoder<PackedMark> = objectOf({
  kind: asString,
  role: asString,
  startMs: asNumber,
  durationMs: asNumber,
  sentiment: asNumber,
  text: asString,
});

const content: Decoder<PackedContent> = (value, path) => {
  const record = asRecord(value, path);
  const { ends, startsMs, durationsMs, originIndexes, isLast } = record;
  if (
    !(ends instanceof Uint32Array) ||
    !(startsMs instanceof Float64Array) ||
    !(durationsMs instanceof Float64Array) ||
    !(originIndexes instanceof Uint32Array)
  ) {
    return failDecode(path, 'packed words');
  }
  const count = ends.length;
  if ([startsMs, durationsMs, originIndexes].some(({ length }) => length !== count)) {
    return failDecode(path, 'packed words of one length');
  }
  return {
    text: required(record, 'text', path, asString),
    ends,
    startsMs,
    durationsMs,
    originIndexes,
    origins: listOf(record, 'origins', path, origin),
    marks: listOf(record, 'marks', path, mark),
    isLast: isLast === true,
  };
};

const document: Decoder<PackedDocument> = objectOf({
  startMs: asNumber,
  endMs: maybe(asNumber),
  media: asString,
  direction: maybe(asString),
  participants: manyOf(
    objectOf({ id: asString, name: maybe(asString), purpose: asString, userId: maybe(asString) }),
  ),
  recordings: manyOf(
    objectOf({
      id: asString,
      media: asString,
      startMs: maybe(asNumber),
      durationMs: maybe(asNumber),
    }),
  ),
  labels: manyOf(objectOf({ kind: asString, id: asString, name: asString })),
  content,
});

const documentId: Decoder<{ readonly documentId: number }> = objectOf({ documentId: asNumber });

export const documentReaderDecoders: RequestDecoders<DocumentReaderRequests> = {
  readDocument: {
    params: objectOf({
      documentId: asNumber,
      archivePath: asString,
      conversationId: asString,
      folder: asString,
      signature: asString,
    }),
    result: document,
  },
  readOn: { params: documentId, result: content },
  dropDocument: { params: documentId, result: (value) => value === true },
};
