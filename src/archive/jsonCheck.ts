/** Checks a stream of bytes to be one JSON object in UTF-8 without building it. Knows nothing of what the JSON means. */
import { messageOf } from '../base/appError.ts';
import { JsonScanner } from '../transcript/jsonScanner.ts';

const openBrace = 0x7b;
const ignore = (): void => undefined;

/** Push bytes, then `finish`. The first problem is kept and everything after it ignored. */
export class JsonCheck {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });
  private readonly scanner: JsonScanner;
  private chunk: Uint8Array = new Uint8Array();
  private failure: string | undefined;

  constructor() {
    this.scanner = new JsonScanner({
      onValueStart: (depth, offset) => {
        if (depth === 0 && this.chunk[offset] !== openBrace) {
          this.failure = 'is not an object';
        }
      },
      onValueEnd: ignore,
      onKeyStart: ignore,
      onKeyEnd: ignore,
    });
  }

  /** What is wrong so far, as the end of a sentence; undefined while all is well. */
  get problem(): string | undefined {
    return this.failure;
  }

  push(chunk: Uint8Array): void {
    if (this.failure !== undefined) {
      return;
    }
    this.chunk = chunk;
    try {
      this.utf8.decode(chunk, { stream: true });
    } catch {
      this.failure = 'is not UTF-8 text';
      return;
    }
    try {
      this.scanner.push(chunk);
    } catch (error) {
      this.failure ??= `does not read as JSON (${messageOf(error)})`;
    }
  }

  /** The problem of the whole text, or undefined when it is one JSON object. */
  finish(): string | undefined {
    if (this.failure === undefined) {
      try {
        this.scanner.finish();
      } catch {
        this.failure = 'ends too early';
      }
    }
    return this.failure;
  }
}
