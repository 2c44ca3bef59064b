/** What the transcript list shows of each phrase, and what a search finds in it; pure. */
import type { Message } from '../../model/message.ts';
import type { Phrase } from '../../model/transcript.ts';
import type { SpeakerSnapshot } from '../../protocol/conversationView.ts';
import { sideOf, type SpeakerSide } from '../../transcript/roles.ts';
import { speakerName } from '../../transcript/speakers.ts';
import type { RoleFilter } from './viewState.ts';

export interface TranscriptRow {
  /** Position in the transcript, whatever the filter. */
  readonly phraseIndex: number;
  readonly phrase: Phrase;
  readonly side: SpeakerSide;
  readonly speaker: string;
  /** Given for what was written. */
  readonly message?: Message | undefined;
}

/**
 * One row a phrase, in the same order.
 * @param messages what the phrases were made of, by their index; none for speech
 */
export function toRows(
  phrases: readonly Phrase[],
  speakers: readonly SpeakerSnapshot[],
  messages: readonly Message[] = [],
): readonly TranscriptRow[] {
  return phrases.map((phrase, phraseIndex) => ({
    phraseIndex,
    phrase,
    side: sideOf(phrase.role),
    speaker: speakerName(phrase, speakers),
    message: messages[phraseIndex],
  }));
}

export function filterRows(
  rows: readonly TranscriptRow[],
  filter: RoleFilter,
): readonly TranscriptRow[] {
  return filter === 'all' ? rows : rows.filter(({ side }) => side === filter);
}

/** Position of the last row that begins at or before the time; -1 before the first. */
export function lastRowAt(rows: readonly TranscriptRow[], epochMs: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.phrase.startMs ?? Infinity) <= epochMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** Position of the row that carries a phrase; undefined when the filter hides it. */
export function rowOfPhrase(
  rows: readonly TranscriptRow[],
  phraseIndex: number,
): number | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.phraseIndex ?? Infinity) < phraseIndex) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return rows[low]?.phraseIndex === phraseIndex ? low : undefined;
}

export interface Token {
  readonly text: string;
  /** Undefined when the phrase has no times for its words. */
  readonly wordIndex: number | undefined;
  readonly confidence: number | undefined;
}

/**
 * The text of a phrase in pieces that can be clicked. Punctuation and capitals of the phrase's own text are kept when it has as many
 * pieces as the phrase has words; else the words are shown as they were recognised.
 */
export function toTokens({ text, decoratedText, words }: Phrase): readonly Token[] {
  const pieces = (decoratedText ?? text).split(/\s+/u).filter(Boolean);
  if (words.length === 0) {
    return pieces.map((piece) => ({ text: piece, wordIndex: undefined, confidence: undefined }));
  }
  return words.map((word, wordIndex) => ({
    text: (pieces.length === words.length ? pieces[wordIndex] : undefined) ?? word.text,
    wordIndex,
    confidence: word.confidence,
  }));
}

/** Which tokens a search text touches when they are joined by single spaces; case is ignored. */
export function matchedTokens(tokens: readonly Token[], searchText: string): ReadonlySet<number> {
  const wanted = normalise(searchText);
  const matched = new Set<number>();
  if (wanted === '') {
    return matched;
  }
  const joined = tokens.map(({ text }) => text.toLowerCase()).join(' ');
  const starts: number[] = [];
  let position = 0;
  for (const { text } of tokens) {
    starts.push(position);
    position += text.toLowerCase().length + 1;
  }
  for (let at = joined.indexOf(wanted); at >= 0; at = joined.indexOf(wanted, at + wanted.length)) {
    starts.forEach((start, index) => {
      const end = (starts[index + 1] ?? position) - 1;
      if (start < at + wanted.length && end > at) {
        matched.add(index);
      }
    });
  }
  return matched;
}

/**
 * The search as far as one phrase shows it: the same text for searches that mark the same of it. So a letter that is typed builds
 * only those rows anew in which it changes something.
 */
export function shownSearch(phrase: Phrase, searchText: string): string {
  const wanted = normalise(searchText);
  return wanted !== '' && searchableText(phrase).includes(wanted) ? wanted : '';
}

/** What a search found. */
export interface FoundRows {
  /** Those that were looked through. */
  readonly rows: readonly TranscriptRow[];
  /** As it was looked for; empty when nothing was. */
  readonly wanted: string;
  /** Positions within `rows` of the phrases that contain the text. */
  readonly matches: readonly number[];
}

export const nothingFound: FoundRows = { rows: [], wanted: '', matches: [] };

/** @param before what was found last: another letter is looked for only where those before it were found */
export function searchRows(
  rows: readonly TranscriptRow[],
  searchText: string,
  before: FoundRows,
): FoundRows {
  const wanted = normalise(searchText);
  if (wanted === '') {
    return { rows, wanted, matches: [] };
  }
  const isNarrower = before.rows === rows && before.wanted !== '' && wanted.includes(before.wanted);
  const matches: number[] = [];
  for (const index of isNarrower ? before.matches : rows.keys()) {
    const row = rows[index];
    if (row !== undefined && searchableText(row.phrase).includes(wanted)) {
      matches.push(index);
    }
  }
  return { rows, wanted, matches };
}

/** Kept with the phrase: every letter that is typed looks through all of them. */
const searchableTexts = new WeakMap<Phrase, string>();

/** As a search sees it. The first time takes long enough that a hundred thousand words are better prepared piece by piece. */
export function searchableText(phrase: Phrase): string {
  let text = searchableTexts.get(phrase);
  if (text === undefined) {
    const pieces = toTokens(phrase).map((token) => token.text);
    text = normalise(pieces.join(' '));
    searchableTexts.set(phrase, text);
  }
  return text;
}

function normalise(text: string): string {
  return text.trim().replaceAll(/\s+/gu, ' ').toLowerCase();
}
