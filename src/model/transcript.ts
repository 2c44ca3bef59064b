/** A transcript in one form, whichever file format it came from. All times are epoch milliseconds. */
import type { CommunicationId, ConversationId } from './ids.ts';

export interface Transcript {
  readonly conversationId: ConversationId | undefined;
  readonly communicationId: CommunicationId | undefined;
  /** BCP 47 tag of the first part, such as `en-US`. */
  readonly language: string | undefined;
  readonly startMs: number | undefined;
  /** Ordered by start; the two parties' phrases may overlap. */
  readonly phrases: readonly Phrase[];
  readonly sentiments: readonly SentimentMark[];
  readonly topics: readonly TopicMark[];
}

/** Who speaks: `internal` (agent side), `external` (customer), `acd`, `ivr`, … (open set). */
export type SpeakerRole = string;

export interface Phrase {
  /** Position in the transcript, from 0. */
  readonly index: number;
  readonly role: SpeakerRole;
  /** Who said or wrote it, where the text itself names them. */
  readonly speaker?: string;
  readonly text: string;
  /** With punctuation and capitals, when the platform has it and it differs from `text`; for showing only. */
  readonly decoratedText?: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** 0 to 1. */
  readonly confidence: number | undefined;
  readonly words: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** 0 to 1. */
  readonly confidence: number | undefined;
}

export interface SentimentMark {
  readonly role: SpeakerRole;
  readonly startMs: number;
  readonly durationMs: number;
  /** -1 negative, 0 neutral, 1 positive. */
  readonly sentiment: number;
}

export interface TopicMark {
  readonly role: SpeakerRole;
  readonly startMs: number;
  readonly durationMs: number;
  readonly name: string;
}
