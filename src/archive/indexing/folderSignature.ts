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
 * Synchronous, since it runs in a thread of its own and promises would cost more than the calls.
 * File system errors other than missing files as they are.
 */
export function folderSignature(folderPath: string): string | undefined {
  const own = namesIn(folderPath).filter((name) => ownNames.has(name));
  if (!own.includes(manifestName)) {
    return undefined;
  }
  const nested = folders.flatMap((folder) =>
    namesIn(join(folderPath, folder))
      .filter((name) => compressionOf(name) !== undefined && contentPath(name).endsWith('.json'))
      .map((name) => `${folder}/${name}`),
  );
  const hash = createHash('sha1');
  for (const name of [...own, ...nested].sort()) {
    hash.update(`${name} ${stateOf(join(folderPath, name))}\n`);
  }
  return hash.digest('base64url');
}

function namesIn(path: string): readonly string[] {
  return missingAs(() => readdirSync(path), []);
}

function stateOf(path: string): string {
  return missingAs(() => {
    const { size, mtimeMs } = statSync(path);
    return `${String(size)} ${String(mtimeMs)}`;
  }, 'gone');
}

function missingAs<T>(work: () => T, missing: T): T {
  try {
    return work();
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return missing;
    }
    throw error;
  }
}
