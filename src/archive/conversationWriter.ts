/**
 * Puts finished files under their final names in one conversation's folder and keeps the manifest true at every moment. Owns
 * the last steps of the commit protocol and the history of replaced files; knows nothing of where the bytes came from.
 */
import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAppError } from '../base/appError.ts';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import type { AbsentItem } from './absence.ts';
import {
  alternativePaths,
  compressionOf,
  contentPath,
  defaultPacking,
  pack,
  packedPath,
  type Packing,
} from './compression.ts';
import {
  ensureFolder,
  partialSuffix,
  regularFileSize,
  removeFile,
  writePartial,
} from './durableFile.ts';
import { CountingHash, hashEntry, hashFile, type FileHash } from './fileHash.ts';
import type { FolderNames } from './folderNames.ts';
import { historyEntry, isHistory, preserve } from './history.ts';
import {
  encodeManifest,
  entryPath,
  formatVersion,
  manifestName,
  readManifest,
  type Manifest,
  type ManifestFile,
  type SettledParts,
} from './manifest.ts';
import { commitManifest, syncFolders } from './manifestCommit.ts';
import { resumePointSuffix } from './resumePoint.ts';
import { sweepLeftovers } from './sweepLeftovers.ts';

/** A crash makes the next download bring at most this much of one conversation again. */
const commitEveryBytes = 8 * 1024 * 1024;

/** What is known of a file before it is stored: its entry without sizes and hashes. */
export type FileOrigin = Omit<
  ManifestFile,
  'storedBytes' | 'storedSha256' | 'contentBytes' | 'contentSha256'
>;

export interface StoredFile {
  readonly file: ManifestFile;
  /** The archive held exactly this content already; nothing was written. */
  readonly isUnchanged: boolean;
}

export interface WriterDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** `defaultPacking` when undefined. This runtime must be able to do it. */
  readonly packing?: Packing | undefined;
  /** True when nothing that the manifest says is believed: then `findIntact` finds nothing. */
  readonly isForced?: boolean | undefined;
  /** Told before a manifest that was there is replaced; what it does is durable when it resolves. */
  readonly announce?:
    ((change: { nextManifestSha256: string; foundSha256: string }) => Promise<void>) | undefined;
}

/** The folder as it was found. */
interface FoundFolder {
  readonly manifest: Manifest;
  readonly foundSha256: string | null;
  readonly names: FolderNames;
}

/** Writes one conversation. Only one may exist for a folder at a time (the writer lock sees to it). */
export class ConversationWriter {
  readonly folderPath: string;
  /** SHA-256 of the manifest that was there; null when there was none. */
  readonly foundSha256: string | null;
  private readonly deps: WriterDeps;
  private manifest: Manifest;
  private writtenManifest: Manifest | undefined;
  private writtenSha256: string | undefined;
  private readonly isForced: boolean;
  private readonly names: FolderNames;
  private writing: Promise<void> = Promise.resolve();
  /** Folders with new names that the disk need not know yet. */
  private readonly renamedIn = new Set<string>();
  private uncommittedBytes = 0;

  private constructor(
    folderPath: string,
    { manifest, foundSha256, names }: FoundFolder,
    deps: WriterDeps,
  ) {
    this.foundSha256 = foundSha256;
    this.names = names;
    this.isForced = deps.isForced ?? false;
    this.folderPath = folderPath;
    this.manifest = manifest;
    this.deps = deps;
  }

  /** Opens the folder, which exists, and removes what crashes left. A damaged manifest is kept in the history and begun anew. */
  static async open(
    folderPath: string,
    conversationId: ConversationId,
    deps: WriterDeps,
    signal: AbortSignal,
  ): Promise<ConversationWriter> {
    const empty: Manifest = {
      formatVersion,
      conversationId,
      updatedAtMs: deps.clock.nowMs(),
      files: [],
      replacing: [],
      absent: [],
      settled: undefined,
    };
    const names = await sweepLeftovers(folderPath, deps, signal);
    if (!names.mayHave(manifestName)) {
      return new ConversationWriter(
        folderPath,
        { manifest: empty, foundSha256: null, names },
        deps,
      );
    }
    const path = join(folderPath, manifestName);
    const found =
      (await regularFileSize(path)) === undefined ? undefined : await hashFile(path, signal);
    const foundSha256 = found?.storedSha256 ?? null;
    const keepFound = async (): Promise<void> => {
      if (found !== undefined) {
        await preserve(folderPath, manifestName, found, signal);
      }
    };
    try {
      const manifest = await readManifest(folderPath, signal);
      if (deps.isForced === true) {
        // What is not believed is evidence all the same.
        await keepFound();
      }
      return new ConversationWriter(
        folderPath,
        { manifest: manifest ?? empty, foundSha256, names },
        deps,
      );
    } catch (error) {
      if (!isAppError(error, 'corrupt')) {
        throw error;
      }
      await keepFound();
      deps.log.warn('A damaged manifest was moved to the history', { folderPath });
      return new ConversationWriter(folderPath, { manifest: empty, foundSha256, names }, deps);
    }
  }

  get files(): readonly ManifestFile[] {
    return this.manifest.files;
  }

  /** SHA-256 of the manifest as it was written last; undefined when this writer wrote none. Call it after `commit`. */
  get manifestSha256(): string | undefined {
    return this.writtenSha256;
  }

  /**
   * Makes everything placed so far durable under its name, and then the manifest that says so. A crash before leaves whole
   * files that the next download finds and takes in.
   */
  async commit(): Promise<void> {
    const written = this.writing.then(async () => {
      const folders = [...this.renamedIn];
      const manifest = this.manifest;
      this.renamedIn.clear();
      this.uncommittedBytes = 0;
      try {
        if (this.writtenManifest === manifest) {
          await syncFolders(folders);
        } else {
          const text = encodeManifest(manifest);
          const sha256 = createHash('sha256').update(text).digest('hex');
          const { foundSha256 } = this;
          if (foundSha256 !== null) {
            await this.deps.announce?.({ nextManifestSha256: sha256, foundSha256 });
          }
          await commitManifest(this.folderPath, text, folders);
          this.names.add(manifestName);
          this.writtenManifest = manifest;
          this.writtenSha256 = sha256;
        }
      } catch (error) {
        folders.forEach((path) => this.renamedIn.add(path));
        throw error;
      }
    });
    this.writing = written.catch(() => undefined);
    await written;
  }

  /**
   * Makes a folder of the conversation, such as `recordings`, and returns its path. `names` are safe, outermost first. A new one is
   * durable after `commit`, as what lies in it is.
   */
  async folder(...names: readonly string[]): Promise<string> {
    return await ensureFolder(this.folderPath, names, (parentPath) => {
      this.renamedIn.add(parentPath);
    });
  }

  /**
   * Whether something may lie under the name of a partial file, its resume point included. True when asked again: by then this
   * download may have left it.
   * @param path of the partial file, as in an entry
   */
  mayHavePartial(path: string): boolean {
    const mayHave = this.names.mayHave(path) || this.names.mayHave(path + resumePointSuffix);
    this.names.add(path);
    return mayHave;
  }

  /** False only when nothing has this name for certain. @param path as in an entry */
  mayHave(path: string): boolean {
    return this.names.mayHave(path);
  }

  /**
   * Stores JSON text, packed. `origin.path` is the path of the content, such as `conversation.json`. The same text that is there
   * already stays as it is, however it is packed.
   * @param json how to pack it; as the archive's setting says when left out
   */
  async storeJson(
    origin: FileOrigin,
    text: string,
    signal: AbortSignal,
    json = (this.deps.packing ?? defaultPacking).json,
  ): Promise<StoredFile> {
    assert(
      compressionOf(origin.path) === undefined,
      'JSON is stored under the name of its content',
    );
    const bytes = Buffer.from(text);
    const content = new CountingHash();
    content.update(bytes);
    const { bytes: contentBytes, sha256: contentSha256 } = content.finish();
    const held = await this.findIntact(
      (file) => contentPath(file.path) === origin.path && file.contentSha256 === contentSha256,
      signal,
    );
    if (held !== undefined) {
      return { file: held, isUnchanged: true };
    }
    const packed = await pack(bytes, json);
    const stored = new CountingHash();
    stored.update(packed);
    const { bytes: storedBytes, sha256: storedSha256 } = stored.finish();
    const path = packedPath(origin.path, json);
    const partialPath = entryPath(this.folderPath, { path }) + partialSuffix;
    await writePartial(partialPath, packed);
    const file = { ...origin, path, storedBytes, storedSha256, contentBytes, contentSha256 };
    return await this.place(partialPath, file, signal);
  }

  /**
   * Gives a whole, flushed partial file its final name. What had the name before goes to the history unless its content is the
   * same; so does what held the content packed otherwise, and the same channel of the same recording in another format. The same
   * content that is packed otherwise stays as it is, unless nothing that the manifest says is believed.
   */
  async place(partialPath: string, file: ManifestFile, signal: AbortSignal): Promise<StoredFile> {
    const present = await this.findPresent(file, signal);
    if (present?.hash.content?.sha256 === file.contentSha256) {
      await removeFile(partialPath);
      const kept = this.keep({ ...file, path: present.path }, present.hash);
      await this.retireAlternatives(kept.file, signal);
      return kept;
    }
    if (present !== undefined) {
      const replaced = this.manifest.files.find(({ path }) => path === file.path);
      const history = await preserve(this.folderPath, file.path, present.hash, signal);
      const kept = historyEntry(history, replaced, present.hash);
      await this.changeAndCommit((manifest) => ({
        ...manifest,
        files: kept === undefined ? manifest.files : withFile(manifest.files, kept),
        replacing: replaced === undefined ? manifest.replacing : withFile(manifest.replacing, file),
      }));
    }
    const finalPath = entryPath(this.folderPath, file);
    await rename(partialPath, finalPath);
    this.names.add(file.path);
    this.renamedIn.add(dirname(finalPath));
    this.change((manifest) => ({
      ...manifest,
      files: withFile(manifest.files, file),
      replacing: manifest.replacing.filter(({ path }) => path !== file.path),
    }));
    await this.retireAlternatives(file, signal);
    this.uncommittedBytes += file.storedBytes;
    if (this.uncommittedBytes >= commitEveryBytes) {
      await this.commit();
    }
    return { file, isUnchanged: false };
  }

  /**
   * The entry of a file whose bytes on disk are still what the manifest says, for a storage that offers the same again.
   * Undefined when there is none or it does not match.
   */
  async findIntact(
    matches: (file: ManifestFile) => boolean,
    signal: AbortSignal,
  ): Promise<ManifestFile | undefined> {
    const file = this.manifest.files.find((each) => !isHistory(each) && matches(each));
    if (file === undefined || this.isForced) {
      return undefined;
    }
    const path = entryPath(this.folderPath, file);
    if ((await regularFileSize(path)) !== file.storedBytes) {
      return undefined;
    }
    const { storedSha256 } = await hashFile(path, signal);
    return storedSha256 === file.storedSha256 ? file : undefined;
  }

  /** Adds what a file was checked against after it was stored. */
  addVerification(
    paths: readonly string[],
    verification: ManifestFile['verifiedAgainst'][number],
  ): void {
    this.change((manifest) => ({
      ...manifest,
      files: manifest.files.map((file) =>
        paths.includes(file.path) && !file.verifiedAgainst.includes(verification)
          ? { ...file, verifiedAgainst: [...file.verifiedAgainst, verification] }
          : file,
      ),
    }));
  }

  /** Replaces the absent items that `isSettled` names by those of this run, and notes which whole parts it settled. */
  async setAbsent(
    isSettled: (item: string) => boolean,
    absent: readonly AbsentItem[],
    settled: SettledParts,
  ): Promise<void> {
    const items = new Set(absent.map(({ item }) => item));
    await this.changeAndCommit((manifest) => ({
      ...manifest,
      absent: [
        ...manifest.absent.filter(({ item }) => !isSettled(item) && !items.has(item)),
        ...absent,
      ],
      settled: mergeSettled(manifest.settled, settled),
    }));
  }

  /** The same content is there already: keeps it, and makes sure that the manifest knows it. */
  private keep(file: ManifestFile, present: FileHash): StoredFile {
    const known = this.manifest.files.find(({ path }) => path === file.path);
    if (known?.storedSha256 === present.storedSha256 && known.validator === file.validator) {
      return { file: known, isUnchanged: true };
    }
    const { storedBytes, storedSha256 } = present;
    const entry: ManifestFile = { ...file, storedBytes, storedSha256 };
    this.change((manifest) => ({
      ...manifest,
      files: withFile(manifest.files, entry),
      replacing: manifest.replacing.filter(({ path }) => path !== file.path),
    }));
    return { file: entry, isUnchanged: true };
  }

  /** What holds the content of `file` already under a name for it; else what has the very name of `file`. */
  private async findPresent(
    file: ManifestFile,
    signal: AbortSignal,
  ): Promise<{ readonly path: string; readonly hash: FileHash } | undefined> {
    const own = await this.hashPresent(file.path, signal);
    if (own?.hash.content?.sha256 === file.contentSha256 || this.isForced) {
      return own;
    }
    for (const path of alternativePaths(file.path)) {
      const other = path === file.path ? undefined : await this.hashPresent(path, signal);
      if (other?.hash.content?.sha256 === file.contentSha256) {
        return other;
      }
    }
    return own;
  }

  private async hashPresent(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly path: string; readonly hash: FileHash } | undefined> {
    return !this.names.mayHave(path) ||
      (await regularFileSize(entryPath(this.folderPath, { path }))) === undefined
      ? undefined
      : { path, hash: await hashEntry(this.folderPath, { path }, signal) };
  }

  /**
   * One current file a channel, and none of all channels beside single ones: the player would hear them twice. And one way of
   * packing a content; a crash may have left another that no manifest knows.
   */
  private async retireAlternatives(file: ManifestFile, signal: AbortSignal): Promise<void> {
    const { channel } = file;
    const formats = this.manifest.files.filter(
      (other) =>
        channel !== undefined &&
        !isHistory(other) &&
        isAlternative(other.channel, channel) &&
        other.recordingId === file.recordingId,
    );
    const paths = new Set([...formats.map(({ path }) => path), ...alternativePaths(file.path)]);
    paths.delete(file.path);
    for (const path of paths) {
      const known = this.manifest.files.find((each) => each.path === path);
      const present = await this.hashPresent(path, signal);
      if (known === undefined && present === undefined) {
        continue;
      }
      const isWorthKeeping =
        present !== undefined && present.hash.content?.sha256 !== file.contentSha256;
      const kept = isWorthKeeping
        ? historyEntry(
            await preserve(this.folderPath, path, present.hash, signal),
            known,
            present.hash,
          )
        : undefined;
      await this.changeAndCommit((manifest) => {
        const files = manifest.files.filter((each) => each.path !== path);
        return { ...manifest, files: kept === undefined ? files : withFile(files, kept) };
      });
      await rm(entryPath(this.folderPath, { path }), { force: true });
    }
  }

  /** Changes the manifest; `commit` writes it. */
  private change(change: (manifest: Manifest) => Manifest): void {
    this.manifest = { ...change(this.manifest), updatedAtMs: this.deps.clock.nowMs() };
  }

  private async changeAndCommit(change: (manifest: Manifest) => Manifest): Promise<void> {
    this.change(change);
    await this.commit();
  }
}

/** A file of all channels comes from a batch, one a channel from a single request. */
function isAlternative(other: string | undefined, channel: string): boolean {
  const isWhole = (each: string | undefined): boolean => /^all(?:-\d+)?$/u.test(each ?? '');
  return other !== undefined && (other === channel || isWhole(other) !== isWhole(channel));
}

/** Parts settled over the same detail stay settled beside those of this run. */
function mergeSettled(
  before: SettledParts | undefined,
  now: SettledParts,
): SettledParts | undefined {
  const kept = before?.detailSha256 === now.detailSha256 ? before.parts : [];
  const parts = [...new Set([...kept, ...now.parts])].sort();
  return parts.length === 0 ? before : { parts, detailSha256: now.detailSha256 };
}

function withFile(files: readonly ManifestFile[], file: ManifestFile): readonly ManifestFile[] {
  return [...files.filter(({ path }) => path !== file.path), file];
}
