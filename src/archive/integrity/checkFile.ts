/**
 * Checks one file of a conversation against its manifest entry: presence, size, hash, compression, JSON, container. Streams;
 * changes nothing. Knows nothing of the other files.
 */
import { lstat } from 'node:fs/promises';
import { messageOf, throwIfCancelled } from '../../base/appError.ts';
import { hashFile, type FileHash } from '../fileHash.ts';
import { isHistory } from '../history.ts';
import { JsonCheck } from '../jsonCheck.ts';
import { entryPath, type ManifestFile } from '../manifest.ts';
import { checkMedia } from '../mediaCheck.ts';
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
    return await readFile(path, file, replacement, signal);
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
  path: string,
  file: ManifestFile,
  replacement: ManifestFile | undefined,
  signal: AbortSignal,
): Promise<CheckedFile> {
  const isReplacement = (hash: FileHash): boolean =>
    hash.storedSha256 === replacement?.storedSha256;
  const isCurrent = !isHistory(file);
  const json = isCurrent && file.path.endsWith('.json.gz') ? new JsonCheck() : undefined;
  const hash = await hashFile(path, signal, (chunk) => {
    json?.push(chunk);
  });
  const { storedBytes: sizeBytes, storedSha256 } = hash;
  const media = isCurrent && file.channel !== undefined ? await checkMedia(path) : undefined;
  const problem =
    compare(isReplacement(hash) ? (replacement ?? file) : file, hash) ??
    describeContent(json?.finish(), media?.problem);
  return { sizeBytes, storedSha256, durationMs: media?.durationMs, problem };
}

/** Not asked of the history: what was replaced may have been replaced because it was damaged, and is kept as it was. */
function describeContent(
  jsonProblem: string | undefined,
  mediaProblem: string | undefined,
): CheckedFile['problem'] {
  if (jsonProblem !== undefined) {
    return describe('json', `The JSON inside ${jsonProblem}.`);
  }
  return mediaProblem === undefined
    ? undefined
    : describe('container', `The file ${mediaProblem}.`);
}

function compare(file: ManifestFile, hash: FileHash): CheckedFile['problem'] {
  if (hash.storedSha256 !== file.storedSha256) {
    const text = 'The file was changed: its SHA-256 is not the one in the manifest.';
    return describe('hash', text);
  }
  if (hash.content === undefined) {
    return describe('compression', 'The compressed file is damaged.');
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
