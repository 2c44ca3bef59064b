/**
 * Checks a stream of bytes to be one JSON object without building it: constant memory, bounded depth. Owns RFC 8259's
 * grammar; knows nothing of what the JSON means.
 */

const maxDepth = 256;
/** Longest number or word that is looked at; real ones are far shorter. */
const maxTokenLength = 64;

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const words: ReadonlySet<string> = new Set(['true', 'false', 'null']);

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

type Expecting = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'end';

/** Push bytes, then `finish`. The first problem is kept and everything after it ignored. */
export class JsonCheck {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });
  private readonly open: number[] = [];
  private expecting: Expecting = 'value';
  private inString = false;
  private isKey = false;
  private isEscaped = false;
  private hexDigitsLeft = 0;
  private token = '';
  private offsetBytes = 0;
  private failure: string | undefined;

  /** What is wrong so far, as the end of a sentence; undefined while all is well. */
  get problem(): string | undefined {
    return this.failure;
  }

  push(chunk: Uint8Array): void {
    if (this.failure !== undefined) {
      return;
    }
    try {
      this.utf8.decode(chunk, { stream: true });
    } catch {
      this.fail('is not UTF-8 text');
      return;
    }
    for (const byte of chunk) {
      if (this.inString) {
        this.takeInString(byte);
      } else {
        this.take(byte);
      }
      if (this.problem !== undefined) {
        return;
      }
      this.offsetBytes++;
    }
  }

  /** The problem of the whole text, or undefined when it is one JSON object. */
  finish(): string | undefined {
    this.endToken();
    if (this.failure === undefined && (this.expecting !== 'end' || this.inString)) {
      this.fail('ends too early');
    }
    return this.failure;
  }

  private takeInString(byte: number): void {
    if (this.hexDigitsLeft > 0) {
      this.hexDigitsLeft--;
      if (!isHexDigit(byte)) {
        this.fail('has a broken escape');
      }
    } else if (this.isEscaped) {
      this.isEscaped = false;
      if (byte === 0x75) {
        this.hexDigitsLeft = 4;
      } else if (!'"\\/bfnrt'.includes(String.fromCharCode(byte))) {
        this.fail('has a broken escape');
      }
    } else if (byte === backslash) {
      this.isEscaped = true;
    } else if (byte === quote) {
      this.inString = false;
      this.expecting = this.isKey ? 'colon' : 'commaOrEnd';
    } else if (byte < 0x20) {
      this.fail('has a control character in a string');
    }
  }

  private take(byte: number): void {
    if (isTokenByte(byte)) {
      this.token += String.fromCharCode(byte);
      if (this.token.length > maxTokenLength) {
        this.fail('has something that is no JSON value');
      }
      return;
    }
    this.endToken();
    if (
      this.failure === undefined &&
      byte !== 0x20 &&
      byte !== 0x0a &&
      byte !== 0x0d &&
      byte !== 0x09
    ) {
      this.takeMark(byte);
    }
  }

  private endToken(): void {
    if (this.token === '') {
      return;
    }
    const isValue = words.has(this.token) || numberPattern.test(this.token);
    this.token = '';
    if (!isValue || this.open.length === 0 || !this.expectsValue()) {
      this.fail('has something that is no JSON value');
      return;
    }
    this.expecting = 'commaOrEnd';
  }

  private takeMark(byte: number): void {
    switch (byte) {
      case quote:
        this.startString();
        return;
      case openBrace:
      case openBracket:
        this.startContainer(byte);
        return;
      case closeBrace:
      case closeBracket:
        this.endContainer(byte);
        return;
      case comma:
        if (this.expecting === 'commaOrEnd') {
          this.expecting = this.open.at(-1) === openBrace ? 'key' : 'value';
          return;
        }
        break;
      case colon:
        if (this.expecting === 'colon') {
          this.expecting = 'value';
          return;
        }
        break;
    }
    this.fail('is not JSON');
  }

  private startString(): void {
    this.isKey = this.expecting === 'key' || this.expecting === 'keyOrEnd';
    if (this.open.length === 0 || !(this.isKey || this.expectsValue())) {
      this.fail('is not JSON');
      return;
    }
    this.inString = true;
  }

  private startContainer(byte: number): void {
    const isRootList = this.open.length === 0 && byte === openBracket;
    if (!this.expectsValue() || isRootList) {
      this.fail(isRootList ? 'is not a JSON object' : 'is not JSON');
      return;
    }
    if (this.open.length === maxDepth) {
      this.fail('is nested too deeply');
      return;
    }
    this.open.push(byte);
    this.expecting = byte === openBrace ? 'keyOrEnd' : 'valueOrEnd';
  }

  private endContainer(byte: number): void {
    const isObject = byte === closeBrace;
    const canEnd =
      this.expecting === 'commaOrEnd' || this.expecting === (isObject ? 'keyOrEnd' : 'valueOrEnd');
    if (!canEnd || this.open.pop() !== (isObject ? openBrace : openBracket)) {
      this.fail('is not JSON');
      return;
    }
    this.expecting = this.open.length === 0 ? 'end' : 'commaOrEnd';
  }

  private expectsValue(): boolean {
    return this.expecting === 'value' || this.expecting === 'valueOrEnd';
  }

  private fail(problem: string): void {
    this.failure ??= `${problem} (byte ${String(this.offsetBytes)})`;
  }
}

/** Letters, digits, `+`, `-`, `.`: what numbers and words are made of. */
function isTokenByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function isHexDigit(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66)
  );
}
