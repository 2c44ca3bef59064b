/**
 * Takes single elements out of JSON text of any size in constant memory: finds where they begin and end, and parses only
 * them. Faster than parsing the whole, since what it makes dies young.
 */
import { errors, throwIfCancelled } from '../base/appError.ts';
import { JsonScanner } from './jsonScanner.ts';

export interface JsonSlicerOptions {
  /**
   * Where the elements are, such as `transcripts.*.phrases.*`: names of keys, `*` for every element or key. A name never
   * matches an element of an array. The empty path is the document itself. Names cannot hold a dot.
   */
  readonly path: string;
  /** A longer element is an error; 16 MB when left out. */
  readonly maxElementBytes?: number;
}

const defaultMaxElementBytes = 16 << 20;

/** One document. `push` all of its chunks, then `finish`. */
export class JsonSlicer {
  private readonly segments: readonly string[];
  private readonly maxElementBytes: number;
  private readonly scanner: JsonScanner;
  private readonly capture = new Capture();
  private readonly decoder = new TextDecoder();
  /** `matches[depth]`: the value at that depth lies on the path. */
  private readonly matches: boolean[] = [];
  /** The key that the next value belongs to; undefined in arrays, and where keys are not read. */
  private key: string | undefined;
  private completed: unknown[] = [];

  constructor(options: JsonSlicerOptions) {
    this.segments = options.path === '' ? [] : options.path.split('.');
    this.maxElementBytes = options.maxElementBytes ?? defaultMaxElementBytes;
    this.scanner = new JsonScanner({
      onValueStart: (depth, offset) => {
        this.startValue(depth, offset);
      },
      onValueEnd: (depth, offset) => {
        if (depth === this.segments.length && this.matches[depth] === true) {
          this.completed.push(this.parse(this.capture.end(offset)));
        }
      },
      onKeyStart: (depth, offset) => {
        if (this.isKeyOnPath(depth)) {
          this.capture.start(offset);
        }
      },
      onKeyEnd: (depth, offset) => {
        if (this.isKeyOnPath(depth)) {
          this.key = String(this.parse(this.capture.end(offset)));
        }
      },
    });
  }

  /**
   * Elements that this chunk completed, in their order. The chunk may be used again afterwards.
   * @throws AppError `corrupt` when the text is no JSON or an element is too long.
   */
  push(chunk: Uint8Array): readonly unknown[] {
    this.completed = [];
    this.capture.startChunk(chunk);
    this.scanner.push(chunk);
    if (this.capture.endChunk() > this.maxElementBytes) {
      this.refuseLength();
    }
    return this.completed;
  }

  /**
   * The element that only the end completed: a document that is a bare number.
   * @throws AppError `corrupt` when the text ends too early.
   */
  finish(): readonly unknown[] {
    this.completed = [];
    this.capture.startChunk(new Uint8Array(0));
    this.scanner.finish();
    return this.completed;
  }

  private startValue(depth: number, offset: number): void {
    if (depth > this.segments.length) {
      return;
    }
    const segment = this.segments[depth - 1];
    this.matches[depth] =
      depth === 0 ||
      (this.matches[depth - 1] === true && (segment === '*' || segment === this.key));
    this.key = undefined;
    if (depth === this.segments.length && this.matches[depth]) {
      this.capture.start(offset);
    }
  }

  /** Only keys of objects on the path are read, and only where a name is asked for. */
  private isKeyOnPath(depth: number): boolean {
    return (
      depth < this.segments.length && this.segments[depth] !== '*' && this.matches[depth] === true
    );
  }

  private parse(bytes: Uint8Array): unknown {
    if (bytes.length > this.maxElementBytes) {
      this.refuseLength();
    }
    return JSON.parse(this.decoder.decode(bytes)) as unknown;
  }

  private refuseLength(): never {
    throw errors.corrupt(
      `One element of the JSON file is too long, in bytes: over ${String(this.maxElementBytes)}`,
    );
  }
}

/** Bytes from a start to an end that may lie chunks apart. */
class Capture {
  private chunk: Uint8Array = new Uint8Array(0);
  private parts: Uint8Array[] = [];
  private partsBytes = 0;
  private startOffset: number | undefined;

  startChunk(chunk: Uint8Array): void {
    this.chunk = chunk;
  }

  start(offset: number): void {
    this.startOffset = offset;
    this.parts = [];
    this.partsBytes = 0;
  }

  /** Valid until the next chunk. */
  end(offset: number): Uint8Array {
    const last = this.chunk.subarray(this.startOffset ?? 0, offset);
    this.startOffset = undefined;
    if (this.parts.length === 0) {
      return last;
    }
    const whole = new Uint8Array(this.partsBytes + last.length);
    let position = 0;
    for (const part of [...this.parts, last]) {
      whole.set(part, position);
      position += part.length;
    }
    this.parts = [];
    return whole;
  }

  /** Keeps what is unfinished. @returns its length so far. */
  endChunk(): number {
    if (this.startOffset === undefined) {
      return 0;
    }
    this.parts.push(this.chunk.slice(this.startOffset));
    this.partsBytes += this.chunk.length - this.startOffset;
    this.startOffset = 0;
    return this.partsBytes;
  }
}

/**
 * Elements of a document that arrives in chunks, in their order.
 * On abort rejects with AbortError.
 * @throws AppError `corrupt` when the text is no JSON, is cut, or an element is too long.
 */
export async function* sliceJson(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonSlicerOptions,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const slicer = new JsonSlicer(options);
  for await (const chunk of chunks) {
    throwIfCancelled(signal);
    yield* slicer.push(chunk);
  }
  yield* slicer.finish();
}
