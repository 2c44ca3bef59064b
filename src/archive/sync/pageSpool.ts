/**
 * Details of found conversations between their discovery and their download: a gzip of JSON lines a page, removed when the sync
 * is over. They reach the conversations' folders by the one download only, so that no folder looks archived before it is.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { isAppError } from '../../base/appError.ts';
import { asNumber, asRecord, asString, parseJson, required } from '../../base/decode.ts';
import { decodeConversation } from '../../genesys/decoders/conversation.ts';
import type { Conversation } from '../../model/conversation.ts';
import type { Fetched } from '../../model/fetched.ts';
import { readStoredText } from '../archivedConversation.ts';
import { commitBytes, ensureFolder } from '../durableFile.ts';
import { errnoOf } from '../storageError.ts';
import type { PageSlot } from './syncEvents.ts';

const compress = promisify(gzip);
const folderName = 'pages';
/** Conversations in a file: what is read to get at one of them. */
const slotsPerPage = 100;
/** As many chunks may work on different pages. */
const maxHeldPages = 4;

export class PageSpool {
  private readonly folderPath: string;
  private nextPage: number;
  /** Texts of the pages read last, newest last. */
  private readonly held = new Map<number, Promise<readonly string[] | undefined>>();

  /** @param nextPage number of the first page that nothing refers to */
  constructor(syncFolderPath: string, nextPage: number) {
    this.folderPath = join(syncFolderPath, folderName);
    this.nextPage = nextPage;
  }

  /** Stores the details and returns where each lies, in order. They are on the disk then. */
  async store(conversations: readonly Fetched<Conversation>[]): Promise<readonly PageSlot[]> {
    const slots: PageSlot[] = [];
    for (let first = 0; first < conversations.length; first += slotsPerPage) {
      const part = conversations.slice(first, first + slotsPerPage);
      const page = this.nextPage++;
      const lines = part.map(({ source, fetchedAtMs, rawJson }) =>
        JSON.stringify({ source, fetchedAtMs, rawJson }),
      );
      await ensureFolder(join(this.folderPath, '..'), [folderName]);
      await commitBytes(this.path(page), await compress(lines.join('\n')));
      part.forEach((_, slot) => slots.push({ page, slot }));
    }
    return slots;
  }

  /** The detail; undefined when it is not there any more or cannot be read: then it is fetched again. */
  async read(
    { page, slot }: PageSlot,
    signal: AbortSignal,
  ): Promise<Fetched<Conversation> | undefined> {
    const line = (await this.lines(page, signal))?.[slot];
    if (line === undefined) {
      return undefined;
    }
    try {
      const record = asRecord(parseJson(line, 'a found conversation'), '');
      const rawJson = required(record, 'rawJson', '', asString);
      return {
        value: decodeConversation(parseJson(rawJson, 'a found conversation')),
        rawJson,
        source: required(record, 'source', '', asString),
        fetchedAtMs: required(record, 'fetchedAtMs', '', asNumber),
      };
    } catch (error) {
      if (isAppError(error, 'protocol')) {
        return undefined;
      }
      throw error;
    }
  }

  /** Removes all pages. */
  async clear(): Promise<void> {
    this.held.clear();
    await rm(this.folderPath, { recursive: true, force: true });
  }

  private async lines(page: number, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const known = this.held.get(page);
    this.held.delete(page);
    const lines = known ?? this.readPage(page, signal);
    this.held.set(page, lines);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= maxHeldPages) {
        break;
      }
      this.held.delete(oldest);
    }
    try {
      return await lines;
    } catch (error) {
      this.held.delete(page);
      throw error;
    }
  }

  private async readPage(
    page: number,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    try {
      return (await readStoredText(this.path(page), signal)).split('\n');
    } catch (error) {
      const isUnreadable =
        isAppError(error, 'corrupt') ||
        errnoOf(error) === 'ENOENT' ||
        (error instanceof Error &&
          'code' in error &&
          typeof error.code === 'string' &&
          error.code.startsWith('Z_'));
      if (isUnreadable) {
        return undefined;
      }
      throw error;
    }
  }

  private path(page: number): string {
    return join(this.folderPath, `${String(page)}.jsonl.gz`);
  }
}
