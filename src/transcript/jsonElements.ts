/**
 * Finds the elements of a JSON text that lie on given paths, whatever the chunks, and parses only them. Knows nothing of what
 * they mean.
 */
import { errors } from '../base/appError.ts';
import { JsonCapture } from './jsonCapture.ts';
import { JsonScanner } from './jsonScanner.ts';

export interface JsonElementsOptions {
  /**
   * Where the elements are, such as `transcripts.*.phrases.*`: names of keys, `*` for every element or key. A name never
   * matches an element of an array; where a name and `*` could both match, the name does. The empty path is the document
   * itself. Names cannot hold a dot, and no path may begin with another one.
   */
  readonly paths: readonly string[];
  /** Keys of elements whose values are cut out before parsing and read as null; their bytes do not count. */
  readonly omit?: readonly string[];
  /**
   * Whether subtrees off the paths and cut values are only counted by their brackets instead of being held against the
   * grammar: several times faster.
   */
  readonly skims?: boolean;
  /** A longer element is an error; 16 MB when left out. */
  readonly maxElementBytes?: number;
  /** Called in the order of the text. `pathIndex` tells which of `paths`. */
  readonly onElement: (value: unknown, pathIndex: number) => void;
}

const defaultMaxElementBytes = 16 << 20;
const backslash = 0x5c;

/** A step of the paths. */
interface PathNode {
  readonly children: Map<string, PathNode>;
  any: PathNode | undefined;
  /** Which path ends here. */
  pathIndex: number | undefined;
}

/** A name as it stands in JSON text, quotes included. */
interface KnownName {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One document. `push` all of its chunks, then `finish`. */
export class JsonElements {
  private readonly maxElementBytes: number;
  private readonly skims: boolean;
  private readonly omitted: ReadonlySet<string>;
  /** Lengths in bytes, quotes included. A key with escapes may have another one, and is then not cut but parsed. */
  private readonly omittedLengths: ReadonlySet<number>;
  private readonly names: readonly KnownName[];
  private readonly onElement: (value: unknown, pathIndex: number) => void;
  private readonly scanner: JsonScanner;
  private readonly element = new JsonCapture();
  private readonly keyText = new JsonCapture();
  private readonly decoder = new TextDecoder();
  private readonly root: PathNode;
  /** `nodes[depth]`: the step that the value at that depth lies on. */
  private readonly nodes: (PathNode | undefined)[] = [];
  /** Depth of the element being read; undefined outside of elements. */
  private elementDepth: number | undefined;
  private isCutting = false;
  /** The key that the next value belongs to; undefined in arrays, and where nobody asks for it. */
  private key: string | undefined;

  constructor(options: JsonElementsOptions) {
    this.maxElementBytes = options.maxElementBytes ?? defaultMaxElementBytes;
    this.skims = options.skims ?? false;
    this.omitted = new Set(options.omit);
    this.onElement = options.onElement;
    this.root = toTree(options.paths);
    this.names = knownNames(options);
    this.omittedLengths = new Set(
      this.names.filter(({ name }) => this.omitted.has(name)).map(({ bytes }) => bytes.length),
    );
    this.scanner = new JsonScanner({
      onValueStart: (depth, offset) => {
        this.startValue(depth, offset);
      },
      onValueEnd: (depth, offset) => {
        this.endValue(depth, offset);
      },
      onKeyStart: (depth, offset) => {
        if (this.needsKey(depth)) {
          this.keyText.start(offset);
        }
      },
      onKeyEnd: (depth, offset) => {
        this.key =
          this.needsKey(depth) && this.mayBeKnown(offset)
            ? this.nameOf(this.keyText.end(offset))
            : undefined;
        this.keyText.drop();
      },
    });
  }

  /**
   * The chunk may be used again afterwards.
   * @throws AppError `corrupt` when the text is no JSON or an element is too long.
   */
  push(bytes: Uint8Array): void {
    // Views of a Node buffer are buffers, which take far longer to make; but searching in one is far faster.
    const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.element.startChunk(chunk);
    this.keyText.startChunk(chunk);
    this.scanner.push(bytes);
    this.keyText.endChunk();
    if (this.element.endChunk() > this.maxElementBytes && this.elementDepth !== undefined) {
      this.refuseLength();
    }
  }

  /** @throws AppError `corrupt` when the text ends too early. */
  finish(): void {
    this.element.startChunk(new Uint8Array(0));
    this.scanner.finish();
  }

  private startValue(depth: number, offset: number): void {
    if (this.elementDepth !== undefined) {
      this.startInside(depth, offset);
      return;
    }
    const parent = depth === 0 ? undefined : this.nodes[depth - 1];
    const node =
      depth === 0
        ? this.root
        : ((this.key === undefined ? undefined : parent?.children.get(this.key)) ?? parent?.any);
    this.key = undefined;
    this.nodes[depth] = node;
    if (node === undefined) {
      if (this.skims) {
        this.scanner.skipContainer();
      }
    } else if (node.pathIndex !== undefined) {
      this.elementDepth = depth;
      this.element.start(offset);
      if (this.omitted.size === 0) {
        // The parser checks the whole of it anyway.
        this.scanner.skipContainer();
      }
    }
  }

  /** A value inside of an element: cut out, or skipped to its end since the parser checks it. */
  private startInside(depth: number, offset: number): void {
    if (depth === (this.elementDepth ?? 0) + 1) {
      if (this.key !== undefined && this.omitted.has(this.key)) {
        this.element.startCut(offset);
        this.isCutting = true;
        if (this.skims) {
          this.scanner.skipContainer();
        }
      } else {
        this.scanner.skipContainer();
      }
      this.key = undefined;
    }
  }

  private endValue(depth: number, offset: number): void {
    if (this.elementDepth === undefined) {
      return;
    }
    if (this.isCutting && depth === this.elementDepth + 1) {
      this.element.endCut(offset);
      this.isCutting = false;
    } else if (depth === this.elementDepth) {
      this.elementDepth = undefined;
      this.onElement(this.parse(this.element.end(offset)), this.nodes[depth]?.pathIndex ?? 0);
    }
  }

  /** Only keys of objects on a path are read, and keys of elements when some are cut. */
  private needsKey(depth: number): boolean {
    if (this.elementDepth !== undefined) {
      return depth === this.elementDepth && this.omitted.size > 0;
    }
    return (this.nodes[depth]?.children.size ?? 0) > 0;
  }

  /** Most keys of an element differ from those that are cut in their length alone: cheaper than looking at them. */
  private mayBeKnown(endOffset: number): boolean {
    return (
      this.elementDepth === undefined || this.omittedLengths.has(this.keyText.lengthAt(endOffset))
    );
  }

  private nameOf(bytes: Uint8Array): string | undefined {
    for (const known of this.names) {
      if (known.bytes.length === bytes.length && areEqual(known.bytes, bytes)) {
        return known.name;
      }
    }
    return bytes.includes(backslash) ? String(this.parse(bytes)) : undefined;
  }

  private parse(bytes: Uint8Array): unknown {
    if (bytes.length > this.maxElementBytes) {
      this.refuseLength();
    }
    try {
      return JSON.parse(this.decoder.decode(bytes)) as unknown;
    } catch (error) {
      throw errors.corrupt('The file is not valid JSON: it is damaged or of another kind', {
        // The parser's message quotes the text, which may be personal data.
        cause: error instanceof SyntaxError ? undefined : error,
      });
    }
  }

  private refuseLength(): never {
    throw errors.corrupt(
      `One element of the JSON file is too long, in bytes: over ${String(this.maxElementBytes)}`,
    );
  }
}

function toTree(paths: readonly string[]): PathNode {
  const root: PathNode = { children: new Map(), any: undefined, pathIndex: undefined };
  for (const [pathIndex, path] of paths.entries()) {
    let node = root;
    for (const segment of path === '' ? [] : path.split('.')) {
      const next = (segment === '*' ? node.any : node.children.get(segment)) ?? {
        children: new Map(),
        any: undefined,
        pathIndex: undefined,
      };
      if (segment === '*') {
        node.any = next;
      } else {
        node.children.set(segment, next);
      }
      node = next;
    }
    node.pathIndex = pathIndex;
  }
  return root;
}

function knownNames({ paths, omit }: JsonElementsOptions): readonly KnownName[] {
  const encoder = new TextEncoder();
  const names = [...(omit ?? []), ...paths.flatMap((path) => path.split('.'))];
  return [...new Set(names)]
    .filter((name) => name !== '*')
    .map((name) => ({ name, bytes: encoder.encode(JSON.stringify(name)) }));
}

/** Of two texts that are equally long. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) {
      return false;
    }
  }
  return true;
}
