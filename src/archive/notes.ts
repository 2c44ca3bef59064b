/**
 * `notes.json`: what people here wrote on an archived conversation (notes, tags, a legal hold). Owns its shape, and that two windows
 * do not lose each other's changes; knows nothing of what a hold keeps away.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { errors, isAppError } from '../base/appError.ts';
import {
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  failDecode,
  listOf,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import {
  isSafeName,
  parseRecordingId,
  type ConversationId,
  type RecordingId,
} from '../model/ids.ts';
import { commitBytes, regularFileSize } from './durableFile.ts';
import type { LockDeps } from './lockFile.ts';
import { checkFormatVersion, formatVersion, manifestName, readSmallFile } from './manifest.ts';
import { guardStorage } from './storageError.ts';
import { withWriterLock } from './writerLock.ts';

export const notesName = 'notes.json';

/** Bounds of what is written, and of what is believed when read. Lengths in UTF-16 units. */
export const notesLimits = {
  textLength: 20_000,
  tagLength: 100,
  tagCount: 100,
  noteCount: 5_000,
  reasonLength: 2_000,
} as const;

const maxNotesBytes = 64 * 1024 * 1024;
/** A change takes milliseconds; who waits longer waits for a share that is away. */
const lockPatienceMs = 10_000;

/** One note. Times of the conversation are offsets from its start. */
export interface ConversationNote {
  /** A safe name, unique within the conversation. */
  readonly id: string;
  readonly text: string;
  /** Where in the conversation it belongs; undefined when to all of it. */
  readonly fromMs: number | undefined;
  /** Not before `fromMs`; undefined when the note is of a moment. */
  readonly toMs: number | undefined;
  /** The recording that it was written on; undefined when it was on none in particular. */
  readonly recordingId: RecordingId | undefined;
  readonly tags: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Keys of other versions, written back as they came. */
  readonly other: JsonRecord;
}

/** Keeps a conversation from being deleted. */
export interface LegalHold {
  readonly sinceMs: number;
  readonly reason: string;
  readonly other: JsonRecord;
}

export interface ConversationNotes {
  readonly legalHold: LegalHold | undefined;
  readonly tags: readonly string[];
  /** In the order in which they were added. */
  readonly notes: readonly ConversationNote[];
  readonly other: JsonRecord;
}

export const noNotes: ConversationNotes = {
  legalHold: undefined,
  tags: [],
  notes: [],
  other: {},
};

/** Which conversation's notes; the folder exists. */
export interface NotesPlace {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
}

/**
 * The notes of a conversation; `noNotes` when nobody wrote any.
 * @throws AppError `corrupt` when the file is damaged, `unsupported` when a newer version wrote it, `storage`
 */
export async function readNotes(
  folderPath: string,
  signal: AbortSignal,
): Promise<ConversationNotes> {
  return await guardStorage(async () => {
    const path = join(folderPath, notesName);
    const text = await readSmallFile(path, maxNotesBytes, signal);
    if (text === undefined) {
      return noNotes;
    }
    try {
      return decodeNotes(parseJson(text, notesName));
    } catch (error) {
      if (isAppError(error, 'unsupported')) {
        throw error;
      }
      throw errors.corrupt(
        `The notes of an archived conversation are damaged, and a legal hold may be among them. Restore the file from a copy, or mend it in an editor: ${path}`,
        { cause: error },
      );
    }
  });
}

/**
 * Changes the notes of an archived conversation: reads them, applies `change`, writes the result so that a crash leaves the old or the
 * new file. Changes of several windows follow one another, each sees the one before; so `change` looks up what it changes by id.
 * It may return what it got, and then nothing is written. Needs no writer lock of the archive: a sync elsewhere is not waited for.
 * @returns the notes as they are now
 * @throws AppError `notFound` when the conversation is not in the archive (any more), `input` for what exceeds `notesLimits`,
 * `corrupt` and `unsupported` as `readNotes`, `conflict` when another window does not let go of the notes, `storage`
 */
export async function updateNotes(
  { conversationId, folderPath }: NotesPlace,
  change: (notes: ConversationNotes) => ConversationNotes,
  deps: LockDeps,
  signal: AbortSignal,
): Promise<ConversationNotes> {
  return await withNotesLock(
    { conversationId, folderPath },
    deps,
    async (lockSignal) => {
      if ((await regularFileSize(join(folderPath, manifestName))) === undefined) {
        throw notArchived();
      }
      const before = await readNotes(folderPath, lockSignal);
      const after = change(before);
      if (after !== before) {
        await commitBytes(join(folderPath, notesName), encodeNotes(after));
      }
      return after;
    },
    signal,
  );
}

/**
 * Runs `task` while nobody else changes the notes of this conversation. Its signal is also aborted when the lock is lost.
 * @throws AppError `notFound` when the folder is gone, `conflict`, `storage`
 */
export async function withNotesLock<T>(
  { conversationId, folderPath }: NotesPlace,
  deps: LockDeps,
  task: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return await guardStorage(async () => {
    if ((await regularFileSize(join(folderPath, manifestName))) === undefined) {
      throw notArchived();
    }
    return await withWriterLock(
      {
        rootPath: folderPath,
        conversationId,
        patienceMs: lockPatienceMs,
        onWaiting: () => undefined,
      },
      deps,
      task,
      signal,
    );
  });
}

/** A note as it is to be added: with a new id, and times of now. */
export function createNote(
  content: Pick<ConversationNote, 'text' | 'fromMs' | 'toMs' | 'recordingId' | 'tags'>,
  nowMs: number,
): ConversationNote {
  return { ...content, id: randomUUID(), createdAtMs: nowMs, updatedAtMs: nowMs, other: {} };
}

/** @throws AppError `protocol` with the path of what is wrong, `unsupported` for a newer format */
export function decodeNotes(value: unknown): ConversationNotes {
  const { formatVersion: version, legalHold, tags, notes, ...other } = asRecord(value, '');
  checkFormatVersion(asNumber(version, 'formatVersion'));
  const record = { legalHold, tags, notes };
  const decoded = {
    legalHold: optional(record, 'legalHold', '', decodeHold),
    tags: listOf(record, 'tags', '', asString),
    notes: listOf(record, 'notes', '', decodeNote),
    other,
  };
  const problem = problemOf(decoded);
  return problem === undefined ? decoded : failDecode(problem.path, problem.expected);
}

/** Text of the file: known keys first, in a fixed order. @throws AppError `input` for what exceeds `notesLimits` */
export function encodeNotes(notes: ConversationNotes): string {
  const problem = problemOf(notes);
  if (problem !== undefined) {
    throw errors.input(
      `The note was not saved: ${problem.path} has to be ${problem.expected}. Change it and try again`,
    );
  }
  const { legalHold } = notes;
  return `${JSON.stringify(
    {
      formatVersion,
      legalHold:
        legalHold === undefined
          ? undefined
          : { since: toIso(legalHold.sinceMs), reason: legalHold.reason, ...legalHold.other },
      tags: notes.tags,
      notes: notes.notes.map(({ createdAtMs, updatedAtMs, other, ...note }) => ({
        ...note,
        createdAt: toIso(createdAtMs),
        updatedAt: toIso(updatedAtMs),
        ...other,
      })),
      ...notes.other,
    },
    undefined,
    2,
  )}\n`;
}

function decodeHold(value: unknown, path: string): LegalHold {
  const { since, reason, ...other } = asRecord(value, path);
  return {
    sinceMs: required({ since }, 'since', path, asTimeMs),
    reason: required({ reason }, 'reason', path, asString),
    other,
  };
}

function decodeNote(value: unknown, path: string): ConversationNote {
  const { id, text, fromMs, toMs, recordingId, tags, createdAt, updatedAt, ...other } = asRecord(
    value,
    path,
  );
  const record = { id, text, fromMs, toMs, recordingId, tags, createdAt, updatedAt };
  return {
    id: required(record, 'id', path, asString),
    text: required(record, 'text', path, asString),
    fromMs: optional(record, 'fromMs', path, asNumber),
    toMs: optional(record, 'toMs', path, asNumber),
    recordingId: optional(record, 'recordingId', path, (one, onePath) =>
      parseRecordingId(asString(one, onePath)),
    ),
    tags: listOf(record, 'tags', path, asString),
    createdAtMs: required(record, 'createdAt', path, asTimeMs),
    updatedAtMs: required(record, 'updatedAt', path, asTimeMs),
    other,
  };
}

interface Problem {
  readonly path: string;
  readonly expected: string;
}

/** The first thing that a file of ours never holds. */
function problemOf({ legalHold, tags, notes }: ConversationNotes): Problem | undefined {
  const { reasonLength, noteCount } = notesLimits;
  if (legalHold !== undefined && legalHold.reason.length > reasonLength) {
    return { path: 'legalHold.reason', expected: `at most ${String(reasonLength)} long` };
  }
  if (notes.length > noteCount) {
    return { path: 'notes', expected: `at most ${String(noteCount)} of them` };
  }
  if (new Set(notes.map(({ id }) => id)).size !== notes.length) {
    return { path: 'notes', expected: 'a list without repeated ids' };
  }
  return (
    tagProblem(tags, 'tags') ??
    notes
      .map((note, index) => noteProblem(note, `notes[${String(index)}]`))
      .find((problem) => problem !== undefined)
  );
}

function noteProblem(note: ConversationNote, path: string): Problem | undefined {
  const { id, text, fromMs, toMs, tags } = note;
  const { textLength } = notesLimits;
  if (!isSafeName(id)) {
    return { path: `${path}.id`, expected: 'a short name of letters, digits and hyphens' };
  }
  if (text.length > textLength) {
    return { path: `${path}.text`, expected: `at most ${String(textLength)} long` };
  }
  if ((fromMs ?? 0) < 0 || (toMs !== undefined && !(toMs >= (fromMs ?? Infinity)))) {
    return { path: `${path}.fromMs`, expected: 'a time not below zero and not after its end' };
  }
  return tagProblem(tags, `${path}.tags`);
}

function tagProblem(tags: readonly string[], path: string): Problem | undefined {
  const { tagCount, tagLength } = notesLimits;
  return tags.length > tagCount || tags.some((tag) => tag === '' || tag.length > tagLength)
    ? {
        path,
        expected: `at most ${String(tagCount)} tags, none of them empty or longer than ${String(tagLength)}`,
      }
    : undefined;
}

function notArchived(): Error {
  return errors.notFound(
    'This conversation is not in the archive any more, so nothing can be noted on it. Download it again first',
  );
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
