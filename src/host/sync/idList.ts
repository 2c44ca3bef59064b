/** Finds conversation ids in whatever people paste or open: lists, addresses of Genesys Cloud, JSON, CSV. Pure. */
import { parseConversationId, type ConversationId } from '../../model/ids.ts';

export interface IdList {
  /** In the order of the text, each once. */
  readonly ids: readonly ConversationId[];
  /** How often an id came again. */
  readonly repeatedCount: number;
  /** Lines that hold something but no id. */
  readonly unknownLineCount: number;
  /** The first of them. */
  readonly unknownLines: readonly UnknownLine[];
}

export interface UnknownLine {
  /** From 1. */
  readonly lineNumber: number;
  /** Shortened. */
  readonly text: string;
}

const uuid =
  /(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])/giu;
const named = /conversation_?id["'\s:=]{1,8}([0-9a-f-]{36})/giu;
const address = /https?:\/\/[^\s"'<>,;]+/giu;
/** Brackets and commas of JSON, comments, names of columns: nothing that a person would miss. */
const harmless =
  /^(?:[\s[\]{},;"']*|\s*(?:#|\/\/).*|\s*["']?(?:conversation|interaction)[ _]?ids?["']?\s*:?\s*\[?)$/iu;
const maxShownLines = 20;
const maxShownLength = 80;

/**
 * Reads every line. Where a line says which of its ids is the conversation's (`"conversationId": "…"`), only that counts; of
 * an address the last one, as the pages of Genesys Cloud have it; else every id of the line.
 */
export function parseIdList(text: string): IdList {
  const ids = new Set<ConversationId>();
  const unknownLines: UnknownLine[] = [];
  let unknownLineCount = 0;
  let foundCount = 0;
  let lineNumber = 0;
  for (const line of text.split(/\r\n|\n|\r/u)) {
    lineNumber++;
    const found = idsOf(line);
    foundCount += found.length;
    found.forEach((id) => ids.add(id));
    if (found.length === 0 && !harmless.test(line)) {
      unknownLineCount++;
      if (unknownLines.length < maxShownLines) {
        const shown = line.trim().slice(0, maxShownLength);
        unknownLines.push({ lineNumber, text: shown });
      }
    }
  }
  return {
    ids: [...ids],
    repeatedCount: foundCount - ids.size,
    unknownLineCount,
    unknownLines,
  };
}

function idsOf(line: string): readonly ConversationId[] {
  const byName = [...line.matchAll(named)].flatMap(([, id = '']) => id.match(uuid) ?? []);
  if (byName.length > 0) {
    return byName.map(toId);
  }
  const inAddresses = (line.match(address) ?? []).flatMap((url) => url.match(uuid)?.at(-1) ?? []);
  const elsewhere = line.replace(address, ' ').match(uuid) ?? [];
  return [...inAddresses, ...elsewhere].map(toId);
}

function toId(text: string): ConversationId {
  return parseConversationId(text.toLowerCase(), 'person');
}
