/**
 * Cuts JSON text into the texts of its members or elements, so that originals can be kept exactly as received. It only
 * finds where values begin and end; each slice is validated when it is parsed.
 */
import { errors } from '../base/appError.ts';

/**
 * Texts of an object's members by key. A repeated key keeps its last value, as `JSON.parse` does.
 * @throws AppError `protocol` when the text is no object.
 */
export function sliceMembers(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  walk(text, '{', '}', (from) => {
    const keyEnd = skipString(text, from);
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') {
      fail();
    }
    const start = skipSpace(text, colon + 1);
    const end = skipValue(text, start);
    members.set(parseKey(text.slice(from, keyEnd)), text.slice(start, end));
    return end;
  });
  return members;
}

/**
 * Texts of an array's elements in order.
 * @throws AppError `protocol` when the text is no array.
 */
export function sliceElements(text: string): readonly string[] {
  const elements: string[] = [];
  walk(text, '[', ']', (from) => {
    const end = skipValue(text, from);
    elements.push(text.slice(from, end));
    return end;
  });
  return elements;
}

/** Calls `take` at the start of each item between the brackets; `take` returns where its item ends. */
function walk(text: string, open: string, close: string, take: (from: number) => number): void {
  let at = skipSpace(text, 0);
  if (text[at] !== open) {
    fail();
  }
  at = skipSpace(text, at + 1);
  if (text[at] !== close) {
    for (;;) {
      at = skipSpace(text, take(at));
      if (text[at] === close) {
        break;
      }
      if (text[at] !== ',') {
        fail();
      }
      at = skipSpace(text, at + 1);
    }
  }
  if (skipSpace(text, at + 1) !== text.length) {
    fail();
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) {
    at++;
  }
  return at;
}

function skipString(text: string, from: number): number {
  if (text[from] !== '"') {
    fail();
  }
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      fail();
    }
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return quote + 1;
    }
    at = quote + 1;
  }
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') {
    return skipString(text, from);
  }
  if (first === '{' || first === '[') {
    return skipNested(text, from);
  }
  const next = /[\s,\]}]/u.exec(text.slice(from, from + 64));
  const end = next === null ? Math.min(text.length, from + 64) : from + next.index;
  return end === from ? fail() : end;
}

function skipNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = skipString(text, at) - 1;
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        if (depth === 0) {
          return at + 1;
        }
        break;
      default:
    }
  }
  return fail();
}

function parseKey(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return fail();
  }
}

function fail(): never {
  throw errors.protocol(
    'Genesys Cloud sent JSON that cannot be read; try again, and report an issue when it keeps happening',
  );
}
