/**
 * What the catalogue takes in: an archived conversation with its words, and the port through which it gets them. Knows nothing
 * of files; the archive's readers are wired to it in the worker.
 */
import type { Direction } from '../model/conversation.ts';
import type {
  CommunicationId,
  ConversationId,
  ParticipantId,
  RecordingId,
  UserId,
} from '../model/ids.ts';
import type { SpeakerRole } from '../model/transcript.ts';

/** What a conversation can be filtered by, beside its own columns. */
export const labelKinds = ['queue', 'agent', 'wrapup', 'division', 'tag', 'topic'] as const;
export type LabelKind = (typeof labelKinds)[number];

export interface CatalogueLabel {
  readonly kind: LabelKind;
  /** The platform's id; the name itself for topics and tags. */
  readonly id: string;
  /** The id again when no name is known. */
  readonly name: string;
}

/** Where words come from: what was said, what was written, or a note of the archive's owner. */
export const wordSources = ['speech', 'message', 'note'] as const;
export type WordSource = (typeof wordSources)[number];

/** One phrase of a transcript, one message, one note. */
export interface CataloguePhrase {
  readonly kind: 'phrase';
  readonly source: WordSource;
  /** Whose words; without meaning for notes. */
  readonly role: SpeakerRole;
  readonly text: string;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly communicationId: CommunicationId | undefined;
  readonly recordingId: RecordingId | undefined;
}

/** A mark that the platform's analysis made. */
export type CatalogueMark =
  | {
      readonly kind: 'sentiment';
      readonly role: SpeakerRole;
      readonly startMs: number;
      readonly durationMs: number;
      /** -1 negative, 0 neutral, 1 positive. */
      readonly sentiment: number;
    }
  | {
      readonly kind: 'topic';
      readonly role: SpeakerRole;
      readonly startMs: number;
      readonly durationMs: number;
      readonly name: string;
    }
  /** A file that could not be read whole: what there is of it is found, and why not more is kept. */
  | { readonly kind: 'problem'; readonly message: string };

export type CatalogueContent = CataloguePhrase | CatalogueMark;

export interface CatalogueParticipant {
  readonly id: ParticipantId;
  readonly name: string | undefined;
  readonly purpose: string;
  readonly userId: UserId | undefined;
}

export interface CatalogueRecording {
  readonly id: RecordingId;
  readonly media: string;
  readonly startMs: number | undefined;
  readonly durationMs: number | undefined;
}

export interface CatalogueDocument {
  readonly conversationId: ConversationId;
  /** Relative to the archive, with `/`. */
  readonly folder: string;
  /** Says which state of the files this is; another one means that they changed. */
  readonly signature: string;
  readonly startMs: number;
  /** Undefined while the conversation is open. */
  readonly endMs: number | undefined;
  readonly media: string;
  readonly direction: Direction | undefined;
  readonly participants: readonly CatalogueParticipant[];
  readonly recordings: readonly CatalogueRecording[];
  readonly labels: readonly CatalogueLabel[];
  /** Words and marks in any order, in lists since a transcript may be larger than memory. Read once. */
  readonly content:
    AsyncIterable<readonly CatalogueContent[]> | Iterable<readonly CatalogueContent[]>;
}

export interface ListedDocument {
  readonly conversationId: ConversationId;
  /** Relative to the archive, with `/`. */
  readonly folder: string;
  readonly signature: string;
}

/** The archive as the catalogue sees it. */
export interface CatalogueSource {
  /** Conversations to ask for ahead of the one that is taken in; 8 when left out. Taken in the order in which they are asked for. */
  readonly readAheadCount?: number;
  /** Every conversation of the archive once, newest day first. */
  list(signal: AbortSignal): AsyncIterable<ListedDocument>;
  /** One conversation. @throws AppError `notFound` | `corrupt` | `unsupported` when it cannot be read, `storage` */
  read(listed: ListedDocument, signal: AbortSignal): Promise<CatalogueDocument>;
}
