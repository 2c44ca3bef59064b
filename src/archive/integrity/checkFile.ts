/**
 * Checks one file of a conversation against its manifest entry: presence, size, hash, compression, JSON, container. Streams;
 * changes nothing. Knows nothing of the other files.
 */
import { lstat } from 'node:fs/promises';
import { messageOf, throwIfCancelled } from '../../base/appError.ts';
import { compressionOf, contentPath, isZstdSupported } from '../compression.ts';
import { hashEntry, type FileHash } from '../fileHash.ts';
import { isHistory } from '../history.ts';
import { JsonCheck } from '../jsonCheck.ts';
import { entryPath, type ManifestFile } from '../manifest.ts';
import { checkMedia, MediaHead } from '../mediaCheck.ts';
import { errnoOf } from '../storageError.ts';

/** `quick` looks for presence and size, `deep` reads every byte. */
export type CheckDepth = 'quick' | 'deep';

export const fileProblemKinds = [
  'missing',
  'unreadable',
  'size',
  'hash',
  'compression',
  'json',
  'container',
] as const;
export type FileProblemKind = (typeof fileProblemKinds)[number];

export interface CheckedFile {
  /** Found on disk. */
  readonly sizeBytes: number;
  /** Of what was found, in a deep check. */
  readonly storedSha256: string | undefined;
  /** Play time of a sound WAV, in a deep check. */
  readonly durationMs: number | undefined;
  /** A sentence that names what differs; undefined when all is as the manifest says. */
  readonly problem: { readonly kind: FileProblemKind; readonly text: string } | undefined;
}

/** @param replacement the entry that is about to take the place of `file`: a crash leaves either on disk */
export async function checkFile(
  folderPath: string,
  file: ManifestFile,
  { replacement, depth }: { replacement: ManifestFile | undefined; depth: CheckDepth },
  signal: AbortSignal,
): Promise<CheckedFile> {
  const path = entryPath(folderPath, file);
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) {
      return found(0, 'unreadable', 'This is not a plain file.');
    }
    const sizes = [file.storedBytes, replacement?.storedBytes];
    if (!sizes.includes(stats.size) || depth === 'quick') {
      return checkSize(stats.size, sizes, file);
    }
    return await readFile(folderPath, file, replacement, signal);
  } catch (error) {
    throwIfCancelled(signal);
    return errnoOf(error) === 'ENOENT'
      ? found(0, 'missing', 'The file is missing.')
      : found(0, 'unreadable', `The file cannot be read: ${messageOf(error)}`);
  }
}

function checkSize(
  sizeBytes: number,
  sizes: readonly (number | undefined)[],
  file: ManifestFile,
): CheckedFile {
  return sizes.includes(sizeBytes)
    ? { sizeBytes, storedSha256: undefined, durationMs: undefined, problem: undefined }
    : found(
        sizeBytes,
        'size',
        `The file has ${String(sizeBytes)} bytes; the manifest says ${String(file.storedBytes)}.`,
      );
}

async function readFile(
  folderPath: string,
  file: ManifestFile,
  replacement: ManifestFile | undefined,
  signal: AbortSignal,
): Promise<CheckedFile> {
  // Not asked of the history: what was replaced may have been replaced because it was damaged, and is kept as it was.
  const checks = isHistory(file) ? undefined : new ContentChecks(folderPath, file);
  const hash = await hashEntry(folderPath, file, signal, (chunk) => {
    checks?.push(chunk);
  });
  const { storedBytes: sizeBytes, storedSha256 } = hash;
  const content = await checks?.finish();
  const expected = storedSha256 === replacement?.storedSha256 ? replacement : file;
  const problem = compare(expected, hash) ?? content?.problem;
  return { sizeBytes, storedSha256, durationMs: content?.durationMs, problem };
}

/** Whether what is inside a file is what it should be, found out while it passes by. */
class ContentChecks {
  private readonly json: JsonCheck | undefined;
  /** Of media that are packed; others are looked at where they lie. */
  private readonly head: MediaHead | undefined;
  private readonly mediaPath: string | undefined;

  constructor(folderPath: string, file: ManifestFile) {
    this.json = isOwnJson(file) ? new JsonCheck() : undefined;
    if (file.channel !== undefined) {
      const isPacked = compressionOf(file.path) !== undefined;
      this.head = isPacked ? new MediaHead() : undefined;
      this.mediaPath = isPacked ? undefined : entryPath(folderPath, file);
    }
  }

  push(chunk: Uint8Array): void {
    this.json?.push(chunk);
    this.head?.push(chunk);
  }

  async finish(): Promise<Pick<CheckedFile, 'durationMs' | 'problem'>> {
    const jsonProblem = this.json?.finish();
    if (jsonProblem !== undefined) {
      const problem = describe('json', `The JSON inside ${jsonProblem}.`);
      return { durationMs: undefined, problem };
    }
    const media =
      this.mediaPath === undefined ? await this.head?.finish() : await checkMedia(this.mediaPath);
    const problem =
      media?.problem === undefined
        ? undefined
        : describe('container', `The file ${media.problem}.`);
    return { durationMs: media?.durationMs, problem };
  }
}

/** What the archive packed itself; an attachment that is called `.json` may hold anything. */
function isOwnJson({ path }: ManifestFile): boolean {
  return compressionOf(path) !== undefined && contentPath(path).endsWith('.json');
}

function compare(file: ManifestFile, hash: FileHash): CheckedFile['problem'] {
  if (hash.storedSha256 !== file.storedSha256) {
    const text = 'The file was changed: its SHA-256 is not the one in the manifest.';
    return describe('hash', text);
  }
  if (hash.content === undefined) {
    const isUnknown = compressionOf(file.path) === 'zstd' && !isZstdSupported();
    return isUnknown
      ? describe('compression', 'The file is packed with zstd, which this VS Code lacks.')
      : describe('compression', 'The compressed file is damaged.');
  }
  const { bytes, sha256 } = hash.content;
  return bytes === file.contentBytes && sha256 === file.contentSha256
    ? undefined
    : describe('hash', 'What is inside the compressed file is not what the manifest says.');
}

function describe(kind: FileProblemKind, text: string): CheckedFile['problem'] {
  return { kind, text };
}

function found(sizeBytes: number, kind: FileProblemKind, text: string): CheckedFile {
  const problem = { kind, text };
  return { sizeBytes, storedSha256: undefined, durationMs: undefined, problem };
}
