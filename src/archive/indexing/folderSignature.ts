/** A short text that changes when anything that is indexed of a conversation's folder changes, by whatever hand. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestName } from '../manifest.ts';
import { errnoOf } from '../storageError.ts';

const ownNames: ReadonlySet<string> = new Set([
  manifestName,
  'notes.json',
  'conversation.json.gz',
  'names.json.gz',
]);
const folders = ['transcripts', 'recordings'] as const;

/**
 * From names, sizes and times of change; nothing is read. Undefined when the folder holds no conversation (no manifest).
 * File system errors other than missing files as they are.
 */
export async function folderSignature(folderPath: string): Promise<string | undefined> {
  const own = (await namesIn(folderPath)).filter((name) => ownNames.has(name));
  if (!own.includes(manifestName)) {
    return undefined;
  }
  const nested = await Promise.all(
    folders.map(async (folder) =>
      (await namesIn(join(folderPath, folder)))
        .filter((name) => name.endsWith('.json.gz'))
        .map((name) => `${folder}/${name}`),
    ),
  );
  const hash = createHash('sha1');
  for (const name of [...own, ...nested.flat()].sort()) {
    hash.update(`${name} ${await stateOf(join(folderPath, name))}\n`);
  }
  return hash.digest('base64url');
}

async function namesIn(path: string): Promise<readonly string[]> {
  return await missingAs(readdir(path), []);
}

async function stateOf(path: string): Promise<string> {
  return await missingAs(
    stat(path).then(({ size, mtimeMs }) => `${String(size)} ${String(mtimeMs)}`),
    'gone',
  );
}

async function missingAs<T>(work: Promise<T>, missing: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return missing;
    }
    throw error;
  }
}
