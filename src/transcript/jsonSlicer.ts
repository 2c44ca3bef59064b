/**
 * Takes single elements out of JSON text of any size in constant memory: finds where they begin and end, and parses only
 * them. Faster than parsing the whole, since what it makes dies young.
 */
import { throwIfCancelled } from '../base/appError.ts';
import { JsonElements } from './jsonElements.ts';

export interface JsonSlicerOptions {
  /**
   * Where the elements are, such as `transcripts.*.phrases.*`: names of keys, `*` for every element or key. A name never
   * matches an element of an array. The empty path is the document itself. Names cannot hold a dot.
   */
  readonly path: string;
  /** A longer element is an error; 16 MB when left out. */
  readonly maxElementBytes?: number;
}

/** One document. `push` all of its chunks, then `finish`. */
export class JsonSlicer {
  private readonly elements: JsonElements;
  private completed: unknown[] = [];

  constructor({ path, ...bounds }: JsonSlicerOptions) {
    this.elements = new JsonElements({
      ...bounds,
      paths: [path],
      onElement: (value) => {
        this.completed.push(value);
      },
    });
  }

  /**
   * Elements that this chunk completed, in their order. The chunk may be used again afterwards.
   * @throws AppError `corrupt` when the text is no JSON or an element is too long.
   */
  push(chunk: Uint8Array): readonly unknown[] {
    this.completed = [];
    this.elements.push(chunk);
    return this.completed;
  }

  /**
   * The element that only the end completed: a document that is a bare number.
   * @throws AppError `corrupt` when the text ends too early.
   */
  finish(): readonly unknown[] {
    this.completed = [];
    this.elements.finish();
    return this.completed;
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
