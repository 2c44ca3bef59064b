/**
 * Which names may be taken in one conversation's folder, as its only writer knows them: from one listing and its own work since. Saves
 * the many looks at the disk that would find nothing; never a reason to overwrite what was not looked at.
 */

export class FolderNames {
  /** Undefined when the folder could not be listed: then anything may be there. */
  private readonly taken: Set<string> | undefined;

  /** @param paths of everything in the folder, relative to it, with `/`; undefined when it could not be listed */
  constructor(paths: Iterable<string> | undefined) {
    this.taken = paths === undefined ? undefined : new Set([...paths].map(toKey));
  }

  /** False only when nothing has this name for certain. */
  mayHave(path: string): boolean {
    return this.taken?.has(toKey(path)) ?? true;
  }

  /** The name is taken from now on. */
  add(path: string): void {
    this.taken?.add(toKey(path));
  }
}

/** Names that some file systems take for the same are the same here: then there is one look too many, never one too few. */
function toKey(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
