/** A short text that changes when anything that is indexed of a conversation's folder changes, by whatever hand. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { detailContent } from '../archivedConversation.ts';
import { namesContent } from '../archivedNames.ts';
import { alternativePaths, compressionOf, contentPath } from '../compression.ts';
import { manifestName } from '../manifest.ts';
import { errnoOf } from '../storageError.ts';

const ownNames: ReadonlySet<string> = new Set([
  manifestName,
  'notes.json',
  ...alternativePaths(detailContent),
  ...alternativePaths(namesContent),
]);
const folders = ['transcripts', 'recordings'] as const;

/**
 * From names, sizes and times of change; nothing is read. Undefined when the folder holds no conversation (no manifest).
 * Never fails: what the file system refuses (rights, a bad disk, a cloud drive that is offline) is a state as any other, and changes
 * when it is mended. Synchronous, since it runs in a thread of its own and promises would cost more than the calls.
 */
export function folderSignature(folderPath: string): string | undefined {
  const listed = namesIn(folderPath);
  const own = listed.filter((name) => ownNames.has(name) || refused.test(name));
  if (!own.some((name) => name === manifestName || refused.test(name))) {
    return undefined;
  }
  const nested = folders.flatMap((folder) =>
    namesIn(join(folderPath, folder))
      .filter(
        (name) =>
          refused.test(name) ||
          (compressionOf(name) !== undefined && contentPath(name).endsWith('.json')),
      )
      .map((name) => `${folder}/${name}`),
  );
  const hash = createHash('sha1');
  for (const name of [...own, ...nested].sort()) {
    hash.update(`${name} ${stateOf(join(folderPath, name))}\n`);
  }
  return hash.digest('base64url');
}

/** Stands in the place of names and states that cannot be told. No file has such a name. */
const refused = /^refused\/\w+$/u;

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = codeOf(error);
    return isMissing(code) ? [] : [`refused/${code}`];
  }
}

function stateOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${String(size)} ${String(mtimeMs)}`;
  } catch (error) {
    const code = codeOf(error);
    return isMissing(code) ? 'gone' : `refused/${code}`;
  }
}

/** @throws the error when it is none of the file system */
function codeOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) {
    throw error;
  }
  return code;
}

function isMissing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}
