/**
 * How the archive packs its files: which compressions there are, how a name tells them, packing and unpacking. Knows nothing of
 * what is inside.
 */
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
// As a whole: Node before 22.15 lacks the names of zstd, and a missing name would keep everything here from loading.
import zlib from 'node:zlib';
import { errors } from '../base/appError.ts';

export type Compression = 'gzip' | 'zstd';

/** How new files are packed. What the archive holds already is read however it is packed. */
export interface Packing {
  /**
   * Of JSON but transcripts, which are always gzip: the player's page reads them from the archive, and browsers know no zstd.
   */
  readonly json: Compression;
  /** True to keep WAV as `.wav.gz`. */
  readonly isWavPacked: boolean;
}

export const defaultPacking: Packing = { json: 'gzip', isWavPacked: false };

const endings: Readonly<Record<Compression, string>> = { gzip: '.gz', zstd: '.zst' };
/** Kept under the names and in the form that their sender gave them. */
const asReceived = /^(?:history\/[^/]+\/)?attachments\//u;
/** The lowest that packs real details and transcripts smaller than gzip does. */
const zstdLevel = 9;
/** Shorter text is packed at once: a hop to another thread takes longer. */
export const packAtOnceBytes = 32 * 1024;
const maxPieceBytes = 1024 * 1024;

/** By which compression the archive packed a file; undefined when it is stored as it is. @param path of a manifest's entry */
export function compressionOf(path: string): Compression | undefined {
  if (asReceived.test(path)) {
    return undefined;
  }
  if (path.endsWith(endings.gzip)) {
    return 'gzip';
  }
  return path.endsWith(endings.zstd) ? 'zstd' : undefined;
}

/** The name of what is inside: `conversation.json` for `conversation.json.gz`. The same for each way of packing it. */
export function contentPath(path: string): string {
  const compression = compressionOf(path);
  return compression === undefined ? path : path.slice(0, -endings[compression].length);
}

/** The name under which content is stored packed. */
export function packedPath(path: string, compression: Compression): string {
  return path + endings[compression];
}

/** Every path under which the archive may hold what `path` holds, itself included. */
export function alternativePaths(path: string): readonly string[] {
  const content = contentPath(path);
  if (asReceived.test(path)) {
    return [path];
  }
  if (content.endsWith('.json')) {
    return [packedPath(content, 'gzip'), packedPath(content, 'zstd')];
  }
  return content.endsWith('.wav') ? [content, packedPath(content, 'gzip')] : [path];
}

/** True when this runtime packs and unpacks zstd: Node from 22.15 on, where it was built in. */
export function isZstdSupported(): boolean {
  try {
    return zlib.zstdDecompressSync(zlib.zstdCompressSync(Buffer.from('zstd'))).length === 4;
  } catch {
    return false;
  }
}

/** What this runtime can do of what is wanted: gzip where zstd is missing. */
export function toUsablePacking(
  wanted: Packing,
  hasZstd: () => boolean = isZstdSupported,
): Packing {
  return wanted.json === 'zstd' && !hasZstd() ? { ...wanted, json: 'gzip' } : wanted;
}

/** The same bytes for the same content on every machine with the same version of the library. @throws AppError `unsupported` */
export async function pack(content: Buffer, compression: Compression): Promise<Buffer> {
  const isShort = content.length <= packAtOnceBytes;
  if (compression === 'gzip') {
    return withoutGzipOrigin(
      isShort
        ? zlib.gzipSync(content, gzipFor(content.length))
        : await promisify(zlib.gzip)(content),
    );
  }
  return await withZstd(async () => {
    const { ZSTD_c_checksumFlag, ZSTD_c_compressionLevel } = zlib.constants;
    const options = { params: { [ZSTD_c_checksumFlag]: 1, [ZSTD_c_compressionLevel]: zstdLevel } };
    return isShort
      ? zlib.zstdCompressSync(content, options)
      : await promisify(zlib.zstdCompress)(content, options);
  });
}

/** No larger a window than the text: the usual one costs a quarter of a megabyte each time, most of it never touched. */
function gzipFor(lengthBytes: number): zlib.ZlibOptions {
  const windowBits = Math.min(15, Math.max(9, Math.ceil(Math.log2(lengthBytes + 1))));
  return { windowBits, memLevel: Math.min(8, windowBits - 6) };
}

/** A stream that takes packed bytes and gives the content. @throws AppError `unsupported` when the runtime lacks zstd */
export function createUnpacker(compression: Compression, chunkBytes = 64 * 1024): Transform {
  if (compression === 'gzip') {
    return zlib.createGunzip({ chunkSize: chunkBytes });
  }
  if (!isZstdSupported()) {
    throw zstdMissing();
  }
  return zlib.createZstdDecompress({ chunkSize: chunkBytes });
}

/**
 * Content of a small file, at once.
 * @throws AppError `unsupported`; what zlib throws, `ERR_BUFFER_TOO_LARGE` when it unpacks to more than `maxBytes`
 */
export function unpackAtOnce(
  bytes: Uint8Array,
  compression: Compression,
  maxBytes: number,
): Uint8Array {
  if (compression === 'gzip') {
    return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: pieceBytes(bytes) });
  }
  if (!isZstdSupported()) {
    throw zstdMissing();
  }
  return zlib.zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
}

/** Unpacking into one piece spares a quarter of the time. What the file says of its size may be a lie: it is bounded. */
function pieceBytes(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  const sizeBytes =
    length < 4 ? 0 : new DataView(buffer, byteOffset, length).getUint32(length - 4, true);
  return Math.min(Math.max(sizeBytes + 1, 1024), maxPieceBytes);
}

/** True for what an unpacker says of bytes that are damaged or cut. */
export function isUnpackFailure(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?:Z|ZSTD)_/u.test(code);
}

/** The byte of RFC 1952 that names the operating system is made neutral, so that equal content gives equal files. */
export function withoutGzipOrigin(packed: Buffer): Buffer {
  const osByte = 9;
  const unknownOs = 255;
  packed[osByte] = unknownOs;
  return packed;
}

async function withZstd<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw isZstdSupported() ? error : zstdMissing();
  }
}

function zstdMissing(): Error {
  return errors.unsupported(
    'This VS Code has no zstd (it came with Node 22.15). Update VS Code to read what another one packed with it',
  );
}
