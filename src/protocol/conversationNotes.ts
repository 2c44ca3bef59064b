/**
 * Notes of a conversation as the page and the host tell each other of them. Times are milliseconds from the start of the
 * conversation, so that they hold for each of its recordings.
 */
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  failDecode,
  manyOf,
  maybe,
  objectOf,
  required,
  type Decoder,
} from '../base/decode.ts';
import type { RequestDecoders } from './rpc.ts';

/** What a person writes. */
export interface NoteContent {
  readonly text: string;
  readonly tags: readonly string[];
  /** The recording that it was written on. */
  readonly recordingId: string | undefined;
  /** Undefined when the note is of the whole conversation. */
  readonly fromMs: number | undefined;
  /** Undefined when the note is of a moment. */
  readonly toMs: number | undefined;
}

export interface NoteSnapshot extends NoteContent {
  readonly id: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface NotesSnapshot {
  /** In the order in which they were added. */
  readonly notes: readonly NoteSnapshot[];
  /** Why none can be kept, with what to do, as a sentence; undefined when they can. */
  readonly problem: string | undefined;
  /** True when downloading the conversation would change that. */
  readonly canDownload: boolean;
}

/** `restore` brings back what was removed while the tab was open, as it was. */
export type NoteWish =
  | { readonly kind: 'add'; readonly content: NoteContent }
  | { readonly kind: 'edit'; readonly id: string; readonly content: NoteContent }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'restore'; readonly id: string };

export type NoteRequests = {
  /** Answers with all notes as they are then, those of other windows included. */
  changeNotes: { params: NoteWish; result: { readonly notes: readonly NoteSnapshot[] } };
};

const contentFields = {
  text: asString,
  tags: manyOf(asString),
  recordingId: maybe(asString),
  fromMs: maybe(asNumber),
  toMs: maybe(asNumber),
};

/** Refuses a note that ends before it starts. */
function whole<T extends NoteContent>(decode: Decoder<T>): Decoder<T> {
  return (value, path) => {
    const content = decode(value, path);
    const { fromMs, toMs } = content;
    return (fromMs ?? 0) >= 0 && (toMs === undefined || toMs >= (fromMs ?? Infinity))
      ? content
      : failDecode(path, 'a note whose end is not before its start');
  };
}

const decodeContent: Decoder<NoteContent> = whole(objectOf<NoteContent>(contentFields));

const decodeNote: Decoder<NoteSnapshot> = whole(
  objectOf<NoteSnapshot>({
    ...contentFields,
    id: asString,
    createdAtMs: asNumber,
    updatedAtMs: asNumber,
  }),
);

export const decodeNotesSnapshot: Decoder<NotesSnapshot> = objectOf({
  notes: manyOf(decodeNote),
  problem: maybe(asString),
  canDownload: asBoolean,
});

const decodeWish: Decoder<NoteWish> = (value, path) => {
  const record = asRecord(value, path);
  const { kind } = record;
  switch (kind) {
    case 'add':
      return { kind, content: required(record, 'content', path, decodeContent) };
    case 'edit':
      return {
        kind,
        id: required(record, 'id', path, asString),
        content: required(record, 'content', path, decodeContent),
      };
    case 'remove':
    case 'restore':
      return { kind, id: required(record, 'id', path, asString) };
    default:
      return failDecode(path, 'a change of notes');
  }
};

export const noteDecoders: RequestDecoders<NoteRequests> = {
  changeNotes: { params: decodeWish, result: objectOf({ notes: manyOf(decodeNote) }) },
};
