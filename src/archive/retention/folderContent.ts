/**
 * Tells what of a conversation's folder this product wrote: what the manifest lists and names derived from it. Everything else is
 * foreign, links and what lies behind them above all. Only looks; removes nothing.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import { detailContent } from '../archivedConversation.ts';
import { namesContent } from '../archivedNames.ts';
import { alternativePaths, contentPath } from '../compression.ts';
import { partialSuffix } from '../durableFile.ts';
import { lockName } from '../lockFile.ts';
import { manifestName } from '../manifest.ts';
import { notesName } from '../notes.ts';
import { errnoOf } from '../storageError.ts';

export interface PresentFile {
  /** Relative to the conversation's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

export interface FolderContent {
  /** Regular files that this product wrote. */
  readonly own: readonly PresentFile[];
  /** Relative paths of everything else: files, links, folders (which are not looked into). */
  readonly foreign: readonly string[];
  /** Relative paths of the folders that this product makes, innermost first. */
  readonly folders: readonly string[];
}

const ownFolder =
  /^(?:recordings|transcripts|attachments(?:\/[^/]+)?|history(?:\/(?:[0-9a-f]{8}|[0-9a-f]{64})(?:\/.+)?)?)$/u;
const inHistory = /^history\/(?:[0-9a-f]{8}|[0-9a-f]{64})\/./u;
const unfinished = /^(?:recordings|transcripts|attachments)\/.*\.partial(?:\.json)?$/u;
const ownNames: ReadonlySet<string> = new Set(
  [
    manifestName,
    notesName,
    ...[detailContent, namesContent].flatMap((name) => alternativePaths(name)),
  ].flatMap((name) => [name, name + partialSuffix]),
);

/**
 * @param listed relative paths that the manifest names
 * @throws file system errors as they are; nothing at all is there: an empty content
 */
export async function readFolderContent(
  folderPath: string,
  listed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<FolderContent> {
  const names = new ListedNames(listed);
  const own: PresentFile[] = [];
  const foreign: string[] = [];
  const folders: string[] = [];
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await entriesOf(join(folderPath, ...relative.split('/')))) {
      throwIfCancelled(signal);
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && names.isOwnFolder(path)) {
        await visit(path);
        folders.push(path);
      } else if (entry.isFile() && names.isOwnFile(path)) {
        own.push({ path, bytes: (await lstat(join(folderPath, ...path.split('/')))).size });
      } else {
        foreign.push(path);
      }
    }
  };
  await visit('');
  return { own, foreign, folders };
}

async function entriesOf(
  path: string,
): Promise<
  readonly { readonly name: string; isDirectory: () => boolean; isFile: () => boolean }[]
> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What follows from the manifest's paths. */
class ListedNames {
  private readonly paths: ReadonlySet<string>;
  private readonly folders = new Set<string>();
  /** Waveforms: the path of a media file with `.dat` for its extension. */
  private readonly waveforms = new Set<string>();

  constructor(paths: ReadonlySet<string>) {
    this.paths = paths;
    for (const path of paths) {
      const segments = path.split('/');
      for (let depth = 1; depth < segments.length; depth++) {
        this.folders.add(segments.slice(0, depth).join('/'));
      }
      if (path.startsWith('recordings/')) {
        this.waveforms.add(contentPath(path).replace(/\.[^./]+$/u, '.dat'));
      }
    }
  }

  isOwnFolder(path: string): boolean {
    return ownFolder.test(path) || this.folders.has(path);
  }

  isOwnFile(path: string): boolean {
    return (
      this.paths.has(path) ||
      this.waveforms.has(path) ||
      ownNames.has(path) ||
      inHistory.test(path) ||
      unfinished.test(path) ||
      path === lockName ||
      path.startsWith(`${lockName}.`)
    );
  }
}
