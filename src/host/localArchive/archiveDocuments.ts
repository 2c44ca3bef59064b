/**
 * Content of the read-only file system `genesys-archive:`: `/<UTC day>/<conversation id>/conversation.json` and `transcript.txt`, made
 * of the archive's files when they are read.
 */
import * as vscode from 'vscode';
import { isAppError } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import type { ConversationId } from '../../model/ids.ts';
import { isSafeName, parseConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import { archiveScheme } from './archiveScheme.ts';

export type DocumentName = 'conversation.json' | 'transcript.txt';
const documentNames: readonly DocumentName[] = ['conversation.json', 'transcript.txt'];

interface Made {
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly changedAtMs: number;
  readonly madeAtMs: number;
}

/** VS Code asks for the size, then reads: the text of the last few stays for that moment. */
const maxMadeCount = 4;
const maxMadeAgeMs = 5000;

type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'day'; readonly day: string }
  | { readonly kind: 'conversation'; readonly day: string; readonly id: ConversationId }
  | {
      readonly kind: 'document';
      readonly day: string;
      readonly id: ConversationId;
      readonly name: DocumentName;
    };

export function documentUri(day: string, id: ConversationId, name: DocumentName): vscode.Uri {
  return vscode.Uri.from({ scheme: archiveScheme, path: `/${day}/${id}/${name}` });
}

/** Rejects with VS Code's FileSystemError. */
export class ArchiveDocuments {
  private readonly archives: Pick<Archives, 'openForReading'>;
  private readonly made = new Map<string, Made>();

  constructor(archives: Pick<Archives, 'openForReading'>) {
    this.archives = archives;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const place = placeOf(uri);
    if (place.kind !== 'document') {
      if (place.kind === 'conversation') {
        await this.folderOf(place.id, uri);
      }
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    const { bytes, changedAtMs } = await this.make(uri, place);
    return {
      type: vscode.FileType.File,
      ctime: changedAtMs,
      mtime: changedAtMs,
      size: bytes.length,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const place = placeOf(uri);
    if (place.kind !== 'document') {
      throw vscode.FileSystemError.FileIsADirectory(uri);
    }
    return (await this.make(uri, place)).bytes;
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const place = placeOf(uri);
    const { Directory, File } = vscode.FileType;
    const signal = AbortSignal.timeout(60_000);
    const archive = await this.archives.openForReading(signal);
    switch (place.kind) {
      case 'root': {
        const days = new Set<string>();
        for await (const { day } of archive?.list(signal) ?? []) {
          days.add(day);
        }
        return [...days].map((day) => [day, Directory]);
      }
      case 'day': {
        const entries: [string, vscode.FileType][] = [];
        for await (const { conversationId } of archive?.listDay(place.day, signal) ?? []) {
          entries.push([conversationId, Directory]);
        }
        return entries;
      }
      case 'conversation':
        await this.folderOf(place.id, uri);
        return documentNames.map((name) => [name, File]);
      case 'document':
        throw vscode.FileSystemError.FileNotADirectory(uri);
    }
  }

  private async folderOf(id: ConversationId, uri: vscode.Uri): Promise<string> {
    const signal = AbortSignal.timeout(60_000);
    const folder = await (await this.archives.openForReading(signal))?.find(id, signal);
    if (folder === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return folder;
  }

  private async make(
    uri: vscode.Uri,
    { id, name }: Extract<Place, { kind: 'document' }>,
  ): Promise<Made> {
    const signal = AbortSignal.timeout(60_000);
    const folder = await this.folderOf(id, uri);
    const { readArchivedConversation, readManifest, toReadableText } =
      await import('../archives/archiveModule.ts');
    try {
      const manifest = await readManifest(folder, signal);
      const changedAtMs = manifest?.updatedAtMs ?? 0;
      const version = `${folder} ${String(changedAtMs)}`;
      const known = this.made.get(uri.path);
      if (known?.version === version && performance.now() - known.madeAtMs < maxMadeAgeMs) {
        return known;
      }
      const text =
        name === 'transcript.txt'
          ? await toReadableText(folder, signal)
          : toPrettyJson((await readArchivedConversation(folder, signal)).rawJson);
      const bytes = new TextEncoder().encode(text);
      const made = { version, bytes, changedAtMs, madeAtMs: performance.now() };
      this.made.delete(uri.path);
      this.made.set(uri.path, made);
      for (const path of [...this.made.keys()].slice(0, -maxMadeCount)) {
        this.made.delete(path);
      }
      return made;
    } catch (error) {
      if (isAppError(error)) {
        throw error.code === 'notFound'
          ? vscode.FileSystemError.FileNotFound(uri)
          : vscode.FileSystemError.Unavailable(error.message);
      }
      throw error;
    }
  }
}

function toPrettyJson(rawJson: string): string {
  return `${JSON.stringify(parseJson(rawJson, 'the conversation'), undefined, 2)}\n`;
}

function placeOf(uri: vscode.Uri): Place {
  const [day, id, name, ...rest] = uri.path.split('/').filter((part) => part !== '');
  if (day === undefined) {
    return { kind: 'root' };
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/u.test(day);
  if (!isDay || rest.length > 0 || (id !== undefined && !isSafeName(id))) {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  if (id === undefined) {
    return { kind: 'day', day };
  }
  const conversation = { day, id: parseConversationId(id) };
  if (name === undefined) {
    return { kind: 'conversation', ...conversation };
  }
  const known = documentNames.find((one) => one === name);
  if (known === undefined) {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  return { kind: 'document', ...conversation, name: known };
}
