/**
 * The evidence package: conversations as a zip that stands for itself: originals byte for byte, what was checked when they were
 * packed, readable transcript and metadata, SHA-256 sums of everything. The same content gives the same bytes: when it was made
 * stands in the proof beside it and in the audit log, not in it. Layout: `docs/reports.md`.
 */
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errors, isAppError, messageOf, throwIfCancelled } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchivedConversation } from '../archivedConversation.ts';
import { CountingHash } from '../fileHash.ts';
import { entryPath, manifestName, readManifest, type Manifest } from '../manifest.ts';
import { guardStorage } from '../storageError.ts';
import type { VerifiedConversation } from '../verifyConversation.ts';
import type { ArchiveReader, AuditPort, CountProgress } from '../reports/reportPorts.ts';
import { writeExport, type WrittenExport } from './exportFile.ts';
import {
  toPackedLabel,
  toReadme,
  type PackedConversation,
  type PackedFile,
} from './evidenceReadme.ts';
import { IdsDigest, selectConversations } from './exportSelection.ts';
import { toMetadataSheet } from './metadataSheet.ts';
import { readExportedNotes, toNotesMarkdown } from './noteText.ts';
import { toTranscriptMarkdown } from './transcriptText.ts';
import { zipStream, type ZipEntries } from './zipStream.ts';

export interface EvidenceDeps {
  readonly archive: Pick<ArchiveReader, 'rootPath' | 'id' | 'list' | 'listDay' | 'find' | 'read'>;
  readonly clock: Clock;
  readonly audit: AuditPort | undefined;
  /** Looks inside the files too: gzip, JSON, sound containers. Runs where it keeps nobody waiting. */
  readonly verify: (folderPath: string, signal: AbortSignal) => Promise<VerifiedConversation>;
}

export interface EvidencePackage extends WrittenExport {
  readonly conversationCount: number;
  readonly fileCount: number;
  /** Files that are not as the manifest says, or missing. The package holds what is there and says so. */
  readonly problemCount: number;
}

/**
 * Writes the package to `path` (absolute; its folder exists) and its proof beside it. On abort or failure neither is left.
 * @throws AppError `notFound` when one of the conversations is not in the archive, `storage`, `input` for none
 */
export async function exportEvidencePackage(
  deps: EvidenceDeps,
  path: string,
  ids: readonly ConversationId[],
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<EvidencePackage> {
  if (ids.length === 0) {
    throw errors.input('Choose at least one conversation');
  }
  const exportedAtMs = deps.clock.nowMs();
  const digest = new IdsDigest();
  const packer = new Packer(deps, signal);
  let idsSha256 = '';
  const written = await writeExport(
    path,
    zipStream(async (entries) => {
      const totalCount = new Set(ids).size;
      let doneCount = 0;
      for await (const { conversationId, folderPath, day } of selectConversations(
        deps.archive,
        { kind: 'ids', ids },
        signal,
      )) {
        if (day === undefined) {
          throw errors.notFound(
            `This conversation is not in the archive; download it first: ${conversationId}`,
          );
        }
        digest.add(conversationId);
        await packer.pack(entries, conversationId, folderPath);
        onProgress(++doneCount, totalCount);
      }
      await packer.finish(entries);
    }),
    () => ({
      kind: 'evidencePackage',
      exportedAt: new Date(exportedAtMs).toISOString(),
      archiveId: deps.archive.id,
      conversations: packer.conversationCount,
      conversationIdsSha256: (idsSha256 = digest.finish()),
      files: packer.fileCount,
      problems: packer.problemCount,
      auditEvent: deps.audit === undefined ? null : 'exportEvidence',
    }),
    signal,
  );
  const { conversationCount, fileCount, problemCount } = packer;
  await deps.audit?.append(
    'exportEvidence',
    {
      conversations: conversationCount,
      conversationIdsSha256: idsSha256,
      problems: problemCount,
      bytes: written.sizeBytes,
      sha256: written.sha256,
    },
    signal,
  );
  return { ...written, conversationCount, fileCount, problemCount };
}

/** Puts conversations into a zip and keeps the sums of what it put there: a short line a file. */
class Packer {
  conversationCount = 0;
  fileCount = 0;
  problemCount = 0;
  private readonly deps: EvidenceDeps;
  private readonly signal: AbortSignal;
  private readonly sums: string[] = [];
  private readonly packed: PackedConversation[] = [];

  constructor(deps: EvidenceDeps, signal: AbortSignal) {
    this.deps = deps;
    this.signal = signal;
  }

  async pack(entries: ZipEntries, id: ConversationId, folderPath: string): Promise<void> {
    const { signal } = this;
    const prefix = `conversations/${id}`;
    const manifest = await guardStorage(() => readManifest(folderPath, signal));
    if (manifest === undefined) {
      throw errors.notFound(
        `This conversation is not fully in the archive; download it again: ${id}`,
      );
    }
    const files = await this.packOriginals(entries, `${prefix}/original`, folderPath, manifest);
    const { problems: inside } = await this.deps.verify(folderPath, signal);
    const archived = await this.read(folderPath);
    if (archived !== undefined) {
      await this.text(entries, `${prefix}/metadata.md`, toMetadataSheet(archived));
      const transcript = await toTranscriptMarkdown(archived, signal);
      if (transcript !== undefined) {
        await this.text(entries, `${prefix}/transcript.md`, transcript);
      }
    }
    const notes = toNotesMarkdown(await readExportedNotes(folderPath, signal));
    if (notes !== undefined) {
      await this.text(entries, `${prefix}/notes.md`, notes);
    }
    const badPaths = new Set(files.filter(({ state }) => state !== 'same').map(({ path }) => path));
    const problems = inside.filter(({ path }) => !badPaths.has(path));
    await this.text(
      entries,
      `${prefix}/verification.json`,
      `${JSON.stringify({ formatVersion: 1, conversationId: id, isSound: badPaths.size + problems.length === 0, files, problems }, undefined, 2)}\n`,
    );
    this.conversationCount++;
    this.problemCount += badPaths.size + problems.length;
    this.packed.push({
      conversationId: id,
      ...(archived === undefined
        ? { label: undefined, startMs: undefined }
        : toPackedLabel(archived.conversation, archived.names)),
      fileCount: files.length,
      problems: [
        ...files.flatMap(({ path, state }) => (state === 'same' ? [] : [`${path}: ${state}`])),
        ...problems.map(({ path, problem }) => `${path}: ${problem}`),
      ],
      absentCount: manifest.absent.length,
    });
  }

  /** What stands for the whole package. */
  async finish(entries: ZipEntries): Promise<void> {
    await this.text(entries, 'README.md', toReadme(this.packed));
    // Of every other file of the package; checked by `sha256sum -c SHA256SUMS`.
    await entries.addText('SHA256SUMS', this.sums.join(''));
  }

  private async packOriginals(
    entries: ZipEntries,
    prefix: string,
    folderPath: string,
    manifest: Manifest,
  ): Promise<readonly PackedFile[]> {
    await this.original(entries, prefix, folderPath, manifestName);
    const files: PackedFile[] = [];
    for (const file of manifest.files) {
      throwIfCancelled(this.signal);
      const computed = await this.original(entries, prefix, folderPath, file.path);
      const replacement = manifest.replacing.find(({ path }) => path === file.path);
      const isSame =
        computed?.sha256 === file.storedSha256 || computed?.sha256 === replacement?.storedSha256;
      files.push({
        path: file.path,
        state: computed === undefined ? 'missing' : isSame ? 'same' : 'changed',
        bytes: computed?.bytes,
        expectedSha256: file.storedSha256,
        computedSha256: computed?.sha256,
        verifiedAgainst: file.verifiedAgainst,
      });
    }
    return files;
  }

  /** Hash and size of the very bytes that went into the package; undefined when there is no such file. */
  private async original(
    entries: ZipEntries,
    prefix: string,
    folderPath: string,
    path: string,
  ): Promise<{ readonly bytes: number; readonly sha256: string } | undefined> {
    const fromPath =
      path === manifestName ? join(folderPath, path) : entryPath(folderPath, { path });
    const stats = await lstat(fromPath).catch(() => undefined);
    if (stats?.isFile() !== true) {
      return undefined;
    }
    const hash = new CountingHash();
    const { signal } = this;
    async function* chunks(): AsyncIterable<Uint8Array> {
      for await (const chunk of createReadStream(fromPath, { signal, highWaterMark: 1 << 18 })) {
        hash.update(chunk as Uint8Array);
        yield chunk as Uint8Array;
      }
    }
    await entries.add(`${prefix}/${path}`, stats.size, chunks());
    const result = hash.finish();
    this.note(`${prefix}/${path}`, result.sha256);
    return result;
  }

  private async text(entries: ZipEntries, name: string, text: string): Promise<void> {
    const hash = new CountingHash();
    hash.update(Buffer.from(text));
    await entries.addText(name, text);
    this.note(name, hash.finish().sha256);
  }

  private note(name: string, sha256: string): void {
    this.fileCount++;
    this.sums.push(`${sha256}  ${name}\n`);
  }

  /** Undefined when the detail is damaged: the originals are packed all the same. */
  private async read(folderPath: string): Promise<ArchivedConversation | undefined> {
    try {
      return await this.deps.archive.read(folderPath, this.signal);
    } catch (error) {
      throwIfCancelled(this.signal);
      if (isAppError(error)) {
        return undefined;
      }
      throw errors.bug(messageOf(error), { cause: error });
    }
  }
}
