/**
 * A zip as a stream of bytes, entry after entry, in constant memory and of any size (zip64). Everything is stored, not packed:
 * the originals are packed already or are sound, which hardly shrinks; so what comes out is the same wherever and whenever it is
 * made. Wraps yazl, and knows nothing of archives.
 *
 * yazl: small, typed, maintained, what VS Code's own packager uses; writes zip64, which fflate does not, and takes streams
 * with backpressure.
 */
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { errors } from '../../base/appError.ts';

/** The earliest that a zip can hold, in local time as zips do: no entry tells when the package was made. */
const entryTime = new Date(1980, 0, 1);
const entryOptions = { mtime: entryTime, mode: 0o100644, compress: false, forceDosTimestamp: true };

export interface ZipEntries {
  /**
   * Adds a file of exactly `sizeBytes` and resolves when its last byte has been taken.
   * @throws what `chunks` throws; AppError `corrupt` when they are more or fewer
   */
  add(name: string, sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  addText(name: string, text: string): Promise<void>;
}

/**
 * The bytes of the zip that `fill` makes. `fill` is called once, when the first byte is asked for; what it throws comes out of
 * the iteration.
 */
export async function* zipStream(
  fill: (entries: ZipEntries) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.on('error', (error: Error) => output.destroy(error));
  zip.outputStream.pipe(output);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  output.on('close', () => {
    failure.reject(errors.bug('The zip was given up'));
  });
  const add: ZipEntries['add'] = async (name, sizeBytes, chunks) => {
    const taken = Promise.withResolvers<undefined>();
    const source = Readable.from(exactly(name, sizeBytes, chunks), { objectMode: false });
    source.on('error', taken.reject);
    source.on('end', () => {
      taken.resolve(undefined);
    });
    zip.addReadStreamLazy(name, { ...entryOptions, size: sizeBytes }, (callback) => {
      callback(undefined, source);
    });
    await Promise.race([taken.promise, failure.promise]).finally(() => source.destroy());
  };
  const filled = fill({
    add,
    addText: async (name, text) => {
      const bytes = Buffer.from(text);
      await add(name, bytes.length, oneChunk(bytes));
    },
  }).then(
    () => {
      zip.end();
    },
    (error: unknown) => {
      output.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    for await (const chunk of output) {
      yield chunk as Uint8Array;
    }
  } finally {
    output.destroy();
    await filled;
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** The header says the size before the bytes come: a file that changes meanwhile must not make a broken zip. */
async function* exactly(
  name: string,
  sizeBytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let doneBytes = 0;
  for await (const chunk of chunks) {
    doneBytes += chunk.length;
    if (doneBytes > sizeBytes) {
      break;
    }
    yield chunk;
  }
  if (doneBytes !== sizeBytes) {
    throw errors.corrupt(`A file changed while it was read. Try again: ${name}`);
  }
}
