/** The rows of the open transcript: which of them the filter lets through, what a search finds, what is said at a moment. */
import type { Message } from '../../model/message.ts';
import type { Phrase } from '../../model/transcript.ts';
import type { ConversationPlace, SpeakerSnapshot } from '../../protocol/conversationView.ts';
import type { Alignment } from '../../transcript/alignment.ts';
import {
  createPhraseIndex,
  findWordAt,
  type ActivePhrase,
  type PhraseIndex,
} from '../../transcript/phraseIndex.ts';
import { findPlace } from './findPlace.ts';
import {
  filterRows,
  lastRowAt,
  nothingFound,
  rowOfPhrase,
  searchableText,
  searchRows,
  toRows,
  type TranscriptRow,
} from './transcriptRows.ts';
import type { RoleFilter } from './viewState.ts';
import type { Viewport } from './waveformLayout.ts';

/** What is spoken, and where the last phrase of it lies in the recording. */
export interface SpokenNow {
  readonly positionMs: number;
  readonly phrases: readonly ActivePhrase[];
  readonly highlight: Viewport | undefined;
}

export class TranscriptList {
  /** Rows that the filter lets through. */
  rows: readonly TranscriptRow[] = [];
  /** Which of the matches is the current one. */
  matchNumber = 0;
  private found = nothingFound;
  private all: readonly TranscriptRow[] = [];
  private index: PhraseIndex = createPhraseIndex([]);

  /** @param messages what the phrases were made of, when they were written and not spoken */
  setPhrases(
    phrases: readonly Phrase[],
    messages: readonly Message[],
    speakers: readonly SpeakerSnapshot[],
  ): void {
    this.all = toRows(phrases, speakers, messages);
    this.index = createPhraseIndex(phrases);
  }

  /** Positions in `rows` of what the search found. */
  get matches(): readonly number[] {
    return this.found.matches;
  }

  /**
   * Makes the first letter of a search as quick as the next: prepares `count` phrases from `first` on.
   * @returns whether there are more
   */
  prepareSearch(first: number, count: number): boolean {
    for (const { phrase } of this.all.slice(first, first + count)) {
      searchableText(phrase);
    }
    return first + count < this.all.length;
  }

  phrase(phraseIndex: number): Phrase | undefined {
    return this.all[phraseIndex]?.phrase;
  }

  /** The phrase and word nearest to a place, and its row; no row when the filter hides it. */
  find(place: ConversationPlace):
    | {
        readonly phraseIndex: number;
        readonly wordIndex: number | undefined;
        readonly row: number | undefined;
      }
    | undefined {
    const found = findPlace(this.all, place);
    return found === undefined
      ? undefined
      : { ...found, row: rowOfPhrase(this.rows, found.phraseIndex) };
  }

  /** @param clock of the text; nothing is spoken without a recording */
  spokenNow(positionMs: number, clock: Alignment | undefined): SpokenNow {
    const phrases = clock === undefined ? [] : findWordAt(this.index, clock.toEpochMs(positionMs));
    const last = phrases.at(-1);
    const phrase = last === undefined ? undefined : this.phrase(last.phraseIndex);
    const highlight =
      phrase === undefined || clock === undefined
        ? undefined
        : {
            startMs: clock.toRecordingMs(phrase.startMs),
            endMs: clock.toRecordingMs(phrase.startMs + phrase.durationMs),
          };
    return { positionMs, phrases, highlight };
  }

  show(filter: RoleFilter, searchText: string): void {
    this.rows = filterRows(this.all, filter);
    this.found = searchRows(this.rows, searchText, nothingFound);
    this.matchNumber = 0;
  }

  /** @returns the row of the first match at or after `epochMs` */
  search(searchText: string, epochMs: number): number | undefined {
    this.found = searchRows(this.rows, searchText, this.found);
    const here = lastRowAt(this.rows, epochMs);
    this.matchNumber = Math.max(
      0,
      this.matches.findIndex((row) => row >= here),
    );
    return this.matches[this.matchNumber];
  }

  /** Goes round. @returns the row of the match */
  stepMatch(direction: 1 | -1): number | undefined {
    const count = this.matches.length;
    this.matchNumber = count === 0 ? 0 : (this.matchNumber + direction + count) % count;
    return this.matches[this.matchNumber];
  }

  /** The row before or after a moment; within the first second of a phrase, before means the one before it. */
  step(direction: 1 | -1, epochMs: number): TranscriptRow | undefined {
    const current = lastRowAt(this.rows, direction === 1 ? epochMs : epochMs - 1000);
    return this.rows[direction === 1 ? current + 1 : Math.max(0, current)];
  }
}
