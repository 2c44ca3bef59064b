/** The words of the search: what is looked for while somebody types, how hits read, what is wrong with a query. Pure. */
import { parseSearch } from '../../query/parseSearch.ts';
import type { QueryProblem, SearchNode } from '../../query/searchQuery.ts';
import type { FoundConversation, FoundPhrase } from '../../protocol/catalogue.ts';
import type { ConversationPlace } from '../../protocol/conversationView.ts';
import {
  formatDateTime,
  formatDuration,
  mediaIcon,
  mediaName,
  toLabel,
} from '../conversations/format.ts';

const shortestPrefix = 2;

/** What is typed, its last word as a beginning: `ref` finds refund before it is whole. Filters and quoted text stay as they are. */
export function toTypedQuery(text: string): string {
  const { query } = parseSearch(text);
  const lastWord = /[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
  if (lastWord.length < shortestPrefix || !endsInWord(query?.root, text.length)) {
    return text;
  }
  const typed = `${text}*`;
  return parseSearch(typed).query === undefined ? text : typed;
}

function endsInWord(node: SearchNode | undefined, end: number): boolean {
  switch (node?.kind) {
    case 'words':
      return node.end === end && !node.isPrefix;
    case 'and':
    case 'or':
      return node.of.some((part) => endsInWord(part, end));
    case 'not':
      return endsInWord(node.of, end);
    case 'filter':
    case undefined:
      return false;
  }
}

/** The query with the place of its problem between marks: `queue:▸▹`. */
export function markProblem(text: string, { start, end }: QueryProblem): string {
  return `${text.slice(0, start)}▸${text.slice(start, end)}◂${text.slice(end)}`;
}

/** Fields whose values people pick. */
export type FacetField = 'queue' | 'agent' | 'media' | 'wrapup' | 'day';

/** The query narrowed by one more filter. */
export function withFilter(
  text: string,
  field: FacetField,
  value: { readonly id: string; readonly name: string },
): string {
  // A quote cannot be part of a quoted value: the id says the same.
  const wanted = field === 'day' || value.name.includes('"') ? value.id : value.name;
  const filter = `${field}:${/^[\p{L}\p{N}-]+$/u.test(wanted) ? wanted : `"${wanted}"`}`;
  const trimmed = text.trim();
  if (trimmed === '') {
    return `${filter} `;
  }
  const isOr = parseSearch(trimmed).query?.root?.kind === 'or';
  return `${isOr ? `(${trimmed})` : trimmed} ${filter} `;
}

/** One row of the list of hits. */
export interface HitRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string | undefined;
  readonly conversation: FoundConversation;
  /** Undefined for a conversation that was found by filters alone. */
  readonly phrase: FoundPhrase | undefined;
}

/** A row a hit; the hits of one conversation follow one another, the first of them says which it is. */
export function toHitRows(conversation: FoundConversation, typed: string): readonly HitRow[] {
  const { media, direction, startMs } = conversation;
  const icon = mediaIcon(media, asDirection(direction));
  const label = `$(${icon}) ${formatDateTime(startMs)}`;
  const who = namesOf(conversation);
  if (conversation.phrases.length === 0) {
    return [
      { label, description: who, detail: factsOf(conversation), conversation, phrase: undefined },
    ];
  }
  return conversation.phrases.map((phrase, index) => {
    const place = placeOf(conversation, phrase);
    return {
      label: index === 0 ? label : '$(blank)',
      description: index === 0 ? [who, place].filter((part) => part !== '').join(' · ') : place,
      detail: toDetail(phrase, typed),
      conversation,
      phrase,
    };
  });
}

/** Queues and agents by name, one line. */
export function namesOf({ labels }: Pick<FoundConversation, 'labels'>): string {
  return ['queue', 'agent']
    .map((kind) => labels.filter((label) => label.kind === kind).at(-1)?.name)
    .filter((name) => name !== undefined)
    .map((name) => plain(toLabel(name, 60)))
    .join(' · ');
}

function factsOf({ media, startMs, endMs, labels }: FoundConversation): string {
  return [
    mediaName(media),
    ...(endMs === undefined ? [] : [formatDuration(endMs - startMs)]),
    ...labels.filter(({ kind }) => kind === 'wrapup').map(({ name }) => plain(toLabel(name, 60))),
  ].join(' · ');
}

function placeOf(conversation: FoundConversation, phrase: FoundPhrase): string {
  const who = phrase.source === 'note' ? 'note' : phrase.side;
  return toHitPlace(conversation, phrase) === undefined
    ? who
    : `${who} at ${formatDuration(phrase.startMs - conversation.startMs)}`;
}

/** VS Code marks what was typed where it stands as it is; other found words get marks of their own. */
function toDetail({ text, highlights }: FoundPhrase, typed: string): string {
  const isMarkedByItself = text.toLowerCase().includes(typed.trim().toLowerCase());
  let marked = '';
  let at = 0;
  for (const [start, end] of isMarkedByItself ? [] : highlights) {
    marked += `${text.slice(at, start)}«${text.slice(start, end)}»`;
    at = end;
  }
  return plain(toLabel(marked + text.slice(at), 400));
}

/** Quick picks draw `$(name)` as an icon: what people said is never one. */
function plain(text: string): string {
  return text.replaceAll('$(', '$\u200B(');
}

/**
 * Where the player goes for a hit: to its word, or to the very moment of a note. Undefined for a note of the whole conversation, whose
 * time is that of its writing.
 */
export function toHitPlace(
  { startMs, endMs = Number.POSITIVE_INFINITY }: Pick<FoundConversation, 'startMs' | 'endMs'>,
  phrase: FoundPhrase,
): ConversationPlace | undefined {
  const { source, communicationId, recordingId } = phrase;
  const timeMs = phrase.startMs;
  if (source !== 'note') {
    return { timeMs, communicationId, recordingId, words: foundWords(phrase) };
  }
  const isWithin = startMs <= timeMs && timeMs <= endMs;
  return isWithin ? { timeMs, communicationId, recordingId, words: [], isExact: true } : undefined;
}

/** Words that were found in a phrase, as they were said. */
export function foundWords({ text, highlights }: FoundPhrase): readonly string[] {
  return [...new Set(highlights.map(([start, end]) => text.slice(start, end)))];
}

export function asDirection(direction: string | undefined): 'inbound' | 'outbound' | undefined {
  return direction === 'inbound' || direction === 'outbound' ? direction : undefined;
}

/** What can be asked, as examples to take over. */
export const searchExamples: readonly (readonly [example: string, meaning: string])[] = [
  ['refund order', 'both words in one phrase, message or note'],
  ['"cancel my contract"', 'words that follow one another'],
  ['refund*', 'words that begin so'],
  ['refund OR return', 'either word'],
  ['refund NOT order', 'the one word without the other'],
  ['speaker:customer refund', 'said by the customer; also agent, system'],
  [
    'queue:Billing',
    'conversations of a queue; also agent:, media:, wrapup:, topic:, tag:, division:',
  ],
  ['after:2026-11-01 before:2026-12', 'conversations that started in this time (UTC)'],
  ['day:2026-11-05', 'conversations of one day, month or year (UTC)'],
  ['sentiment:negative', 'mostly negative; also positive'],
  ['duration:>5m', 'longer than five minutes; also <, <=, >='],
];
