/**
 * Walks JSON text byte by byte, whatever the chunks, in constant memory: checks the grammar and says where values begin and
 * end. Builds no values and keeps no text.
 * @see RFC 8259
 */
import { errors } from '../base/appError.ts';
import { endOfFlatArray } from './flatArray.ts';
import { completeNumberStates, nextNumberState, type NumberState } from './jsonNumber.ts';

export interface JsonListener {
  /** A value begins at `offset` in the current chunk. `depth` 0 is the document itself. */
  onValueStart(depth: number, offset: number): void;
  /** The value ends before `offset`, which may be 0: then it ended with the chunk before. */
  onValueEnd(depth: number, offset: number): void;
  /** A key of the object at `depth`: begins at its quote, ends after the closing one. */
  onKeyStart(depth: number, offset: number): void;
  onKeyEnd(depth: number, offset: number): void;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** What may come next, outside of strings and scalars. */
type Expectation = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/** What is being read inside of a token. */
type Token = 'none' | 'string' | 'number' | 'literal' | 'skipped';

/** What a byte adds to the number of open brackets. */
const bracketSteps: Int8Array = new Int8Array(256);
bracketSteps[openBracket] = bracketSteps[openBrace] = 1;
bracketSteps[closeBracket] = bracketSteps[closeBrace] = -1;

/** Deeper documents are refused, as `JSON.parse` of them would overflow somewhere else. */
const maxDepth = 1000;

export class JsonScanner {
  private readonly listener: JsonListener;
  private expectation: Expectation = 'value';
  private token: Token = 'none';
  private isKey = false;
  /** 0 in plain text, -1 after a backslash, 1 to 4 hexadecimal digits still to come. */
  private escape = 0;
  private numberState: NumberState = 'start';
  private literalRest = '';
  /** True for objects, false for arrays, from the outside in. */
  private readonly containers: boolean[] = [];
  private byteOrderMarkLeft = 3;
  private isSkipAsked = false;
  /** Open brackets of what is being skipped. */
  private skippedDepth = 0;
  private isInSkippedString = false;

  constructor(listener: JsonListener) {
    this.listener = listener;
  }

  /** @throws AppError `corrupt` at the first byte that no JSON text could have there. */
  push(chunk: Uint8Array): void {
    let offset = this.skipByteOrderMark(chunk);
    while (offset < chunk.length) {
      switch (this.token) {
        case 'string':
          offset = this.scanString(chunk, offset);
          break;
        case 'number':
          offset = this.scanNumber(chunk, offset);
          break;
        case 'literal':
          offset = this.scanLiteral(chunk, offset);
          break;
        case 'skipped':
          offset = this.scanSkipped(chunk, offset);
          break;
        case 'none':
          offset = this.scanStructure(chunk, offset);
          break;
      }
    }
  }

  /**
   * Inside `onValueStart`: when the value is an object or array, goes to its end by its brackets and strings alone. Nothing in it
   * is checked or told. Many times faster than the grammar.
   */
  skipContainer(): void {
    this.isSkipAsked = true;
  }

  /** @throws AppError `corrupt` when the document is not complete. */
  finish(): void {
    if (this.token === 'number' && this.containers.length === 0) {
      this.endNumber(0);
    }
    if (this.expectation !== 'nothing' || this.token !== 'none') {
      throw errors.corrupt('The JSON text ends in the middle: the file is cut');
    }
  }

  private skipByteOrderMark(chunk: Uint8Array): number {
    let offset = 0;
    while (this.byteOrderMarkLeft > 0 && offset < chunk.length) {
      const isMark = chunk[offset] === [0xef, 0xbb, 0xbf][3 - this.byteOrderMarkLeft];
      if (!isMark) {
        // A part of a mark is no JSON either, and is refused where the text begins.
        if (this.byteOrderMarkLeft < 3) {
          refuse();
        }
        this.byteOrderMarkLeft = 0;
        break;
      }
      this.byteOrderMarkLeft--;
      offset++;
    }
    return offset;
  }

  private scanStructure(chunk: Uint8Array, start: number): number {
    const offset = skipSpace(chunk, start);
    if (offset === chunk.length) {
      return offset;
    }
    const byte = chunk[offset] ?? 0;
    switch (byte) {
      case comma:
        this.takeComma();
        break;
      case colon:
        this.require('colon');
        this.expectation = 'value';
        break;
      case closeBracket:
      case closeBrace:
        this.closeContainer(byte === closeBrace, offset + 1);
        break;
      case openBracket:
      case openBrace:
        return this.openContainer(byte === openBrace, chunk, offset);
      case quote:
        this.startString(offset);
        break;
      default:
        this.startScalar(byte, offset);
        return offset;
    }
    return offset + 1;
  }

  private takeComma(): void {
    this.require('commaOrEnd');
    this.expectation = this.containers.at(-1) === true ? 'key' : 'value';
  }

  private openContainer(isObject: boolean, chunk: Uint8Array, offset: number): number {
    this.startValue(offset);
    if (this.isSkipAsked) {
      this.isSkipAsked = false;
      const endOffset = isObject ? undefined : endOfFlatArray(chunk, offset);
      if (endOffset !== undefined) {
        this.endValue(endOffset);
        return endOffset;
      }
      this.token = 'skipped';
      this.skippedDepth = 1;
      return offset + 1;
    }
    if (this.containers.length >= maxDepth) {
      throw errors.corrupt(`The JSON text is nested too deeply: over ${String(maxDepth)} levels`);
    }
    this.containers.push(isObject);
    this.expectation = isObject ? 'keyOrEnd' : 'valueOrEnd';
    return offset + 1;
  }

  private closeContainer(isObject: boolean, endOffset: number): void {
    const isEmpty = this.expectation === (isObject ? 'keyOrEnd' : 'valueOrEnd');
    if (this.containers.at(-1) !== isObject || !(isEmpty || this.expectation === 'commaOrEnd')) {
      refuse();
    }
    this.containers.pop();
    this.endValue(endOffset);
  }

  private startString(offset: number): void {
    this.isKey = this.expectation === 'key' || this.expectation === 'keyOrEnd';
    if (this.isKey) {
      this.listener.onKeyStart(this.containers.length - 1, offset);
    } else {
      this.startValue(offset);
      this.isSkipAsked = false;
    }
    this.token = 'string';
    this.escape = 0;
  }

  private startScalar(byte: number, offset: number): void {
    this.startValue(offset);
    this.isSkipAsked = false;
    const literal = literals.get(byte);
    if (literal === undefined) {
      this.token = 'number';
      this.numberState = 'start';
    } else {
      this.token = 'literal';
      this.literalRest = literal;
    }
  }

  private scanString(chunk: Uint8Array, start: number): number {
    let offset = start;
    while (offset < chunk.length) {
      if (this.escape !== 0) {
        this.takeEscaped(chunk[offset] ?? 0);
        offset++;
        continue;
      }
      // Most of any document is plain text, so this loop decides how fast it is read.
      let byte = 0;
      while (offset < chunk.length) {
        byte = chunk[offset++] ?? 0;
        if (byte === quote || byte === backslash || byte < 0x20) {
          break;
        }
      }
      if (byte === quote) {
        this.endString(offset);
        return offset;
      }
      if (byte === backslash) {
        this.escape = -1;
      } else if (byte < 0x20) {
        refuse();
      }
    }
    return offset;
  }

  private takeEscaped(byte: number): void {
    if (this.escape > 0) {
      if (!isHexDigit(byte)) {
        refuse();
      }
      this.escape--;
    } else if (byte === 0x75) {
      this.escape = 4;
    } else if (simpleEscapes.has(byte)) {
      this.escape = 0;
    } else {
      refuse();
    }
  }

  private endString(endOffset: number): void {
    this.token = 'none';
    if (this.isKey) {
      this.listener.onKeyEnd(this.containers.length - 1, endOffset);
      this.expectation = 'colon';
    } else {
      this.endValue(endOffset);
    }
  }

  private scanNumber(chunk: Uint8Array, start: number): number {
    let offset = start;
    while (offset < chunk.length) {
      const next = nextNumberState(this.numberState, chunk[offset] ?? 0);
      if (next === undefined) {
        this.endNumber(offset);
        return offset;
      }
      this.numberState = next;
      offset++;
    }
    return offset;
  }

  private endNumber(endOffset: number): void {
    if (!completeNumberStates.has(this.numberState)) {
      refuse();
    }
    this.token = 'none';
    this.endValue(endOffset);
  }

  private scanLiteral(chunk: Uint8Array, start: number): number {
    let offset = start;
    while (offset < chunk.length && this.literalRest !== '') {
      if (chunk[offset] !== this.literalRest.charCodeAt(0)) {
        refuse();
      }
      this.literalRest = this.literalRest.slice(1);
      offset++;
    }
    if (this.literalRest === '') {
      this.token = 'none';
      this.endValue(offset);
    }
    return offset;
  }

  /** Most of a transcript is skipped when it is indexed, so this loop decides how fast that is. */
  // eslint-disable-next-line complexity -- a call a string costs a third of the speed
  private scanSkipped(chunk: Uint8Array, start: number): number {
    const end = chunk.length;
    let offset = start;
    let depth = this.skippedDepth;
    if (this.isInSkippedString) {
      offset = this.skipString(chunk, offset);
    }
    while (offset < end) {
      const byte = chunk[offset++] ?? 0;
      if (byte === quote) {
        let inside = 0;
        while (offset < end && inside !== quote && inside !== backslash) {
          inside = chunk[offset++] ?? 0;
        }
        if (inside !== quote) {
          offset = this.skipString(chunk, inside === backslash ? offset - 1 : offset);
        }
      } else if (byte >= openBracket) {
        depth += bracketSteps[byte] ?? 0;
        if (depth === 0) {
          this.token = 'none';
          this.endValue(offset);
          return offset;
        }
      }
    }
    this.skippedDepth = depth;
    return offset;
  }

  /** To the end of the string, or of the chunk. */
  private skipString(chunk: Uint8Array, start: number): number {
    const end = chunk.length;
    let offset = start;
    if (this.escape !== 0 && offset < end) {
      this.escape = 0;
      offset++;
    }
    while (offset < end) {
      const byte = chunk[offset++];
      if (byte === quote) {
        this.isInSkippedString = false;
        return offset;
      }
      if (byte === backslash && offset++ === end) {
        // What it escapes is in the next chunk.
        this.escape = -1;
        offset = end;
      }
    }
    this.isInSkippedString = true;
    return offset;
  }

  private startValue(offset: number): void {
    if (this.expectation !== 'value' && this.expectation !== 'valueOrEnd') {
      refuse();
    }
    this.listener.onValueStart(this.containers.length, offset);
  }

  private endValue(endOffset: number): void {
    const depth = this.containers.length;
    this.expectation = depth === 0 ? 'nothing' : 'commaOrEnd';
    this.listener.onValueEnd(depth, endOffset);
  }

  private require(expected: Expectation): void {
    if (this.expectation !== expected) {
      refuse();
    }
  }
}

const literals: ReadonlyMap<number, string> = new Map(
  ['true', 'false', 'null'].map((text) => [text.charCodeAt(0), text]),
);
const simpleEscapes: ReadonlySet<number> = new Set(
  Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)),
);

function skipSpace(chunk: Uint8Array, start: number): number {
  let offset = start;
  while (offset < chunk.length) {
    const byte = chunk[offset];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      break;
    }
    offset++;
  }
  return offset;
}

function isHexDigit(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66)
  );
}

function refuse(): never {
  throw errors.corrupt('The file is not valid JSON: it is damaged or of another kind');
}
