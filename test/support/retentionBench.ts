/** An archive of made-up conversations for tests of holds and deletions: written by the real writer, on a real disk. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import { encodeArchivedNames, noNames } from '../../src/archive/archivedNames.ts';
import { ConversationWriter, type FileOrigin } from '../../src/archive/conversationWriter.ts';
import { partialSuffix } from '../../src/archive/durableFile.ts';
import { entryPath } from '../../src/archive/manifest.ts';
import {
  deleteConversations,
  type DeletionOutcome,
  type DeletionRequest,
} from '../../src/archive/retention/deleteConversations.ts';
import { changeLegalHolds } from '../../src/archive/retention/legalHold.ts';
import type { RetentionPolicy } from '../../src/archive/retention/policy.ts';
import {
  realDisk,
  type DeletionDeps,
  type DeletionDisk,
} from '../../src/archive/retention/deletionPorts.ts';
import type { JsonValue } from '../../src/base/jsonValue.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  parseCommunicationId,
  parseConversationId,
  parseRecordingId,
  type ConversationId,
} from '../../src/model/ids.ts';
import { sampleIdentity, withFolder } from './archivedSample.ts';
import { FakeClock } from './fakeClock.ts';

const never = new AbortController().signal;

export const thirtyDays: RetentionPolicy = { days: 30, filter: {} };
export const byCommand: DeletionRequest = { reason: 'command' };
export const byPolicy: DeletionRequest = { reason: 'retention', policy: thirtyDays };
export const dayMs = 86_400_000;
export const salesId = '10000000-0000-4000-8000-000000000001';

export interface MadeConversation {
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly media?: string;
  readonly direction?: string;
}

export interface AuditEvent {
  readonly kind: string;
  readonly details: Readonly<Record<string, JsonValue>>;
}

export function idOf(number: number): ConversationId {
  return parseConversationId(`c0000000-0000-4000-8000-${String(number).padStart(12, '0')}`);
}

export class RetentionBench {
  readonly clock = new FakeClock(Date.UTC(2026, 10, 5, 12));
  readonly rootPath: string;
  readonly archive: Archive;
  readonly events: AuditEvent[] = [];
  readonly told: ConversationId[] = [];
  disk: DeletionDisk = realDisk;

  private constructor(rootPath: string, archive: Archive) {
    this.rootPath = rootPath;
    this.archive = archive;
  }

  static async open(folder: string, name = 'archive'): Promise<RetentionBench> {
    const rootPath = join(folder, name);
    const deps = { clock: new FakeClock(), log: silentLog };
    const archive = await Archive.open(rootPath, sampleIdentity, deps, never);
    return new RetentionBench(rootPath, archive);
  }

  get deps(): DeletionDeps {
    return {
      clock: this.clock,
      log: silentLog,
      disk: this.disk,
      openAudit: () =>
        Promise.resolve({
          append: (kind, details) => {
            this.events.push({ kind, details });
            return Promise.resolve();
          },
        }),
      listeners: [
        {
          name: 'catalogue',
          conversationDeleted: ({ conversationId }) => {
            this.told.push(conversationId);
            return Promise.resolve();
          },
        },
      ],
    };
  }

  /** A voice call with media, peaks, a transcript, an attachment, history and a partial file. @returns its folder */
  async add(made: MadeConversation): Promise<string> {
    const { number, startMs, endMs, media = 'voice', direction = 'inbound' } = made;
    const id = idOf(number);
    const folder = await this.archive.createConversationFolder(id, startMs);
    const deps = { clock: this.clock, log: silentLog };
    const writer = await ConversationWriter.open(folder, id, deps, never);
    const communicationId = parseCommunicationId(`a${id.slice(1)}`);
    const recordingId = parseRecordingId(`b${id.slice(1)}`);
    const origin = (path: string, facts: Partial<FileOrigin> = {}): FileOrigin => ({
      path,
      source: 'test',
      fetchedAtMs: startMs,
      verifiedAgainst: ['json'],
      recordingId: undefined,
      communicationId: undefined,
      channel: undefined,
      validator: undefined,
      ...facts,
    });
    const toIso = (timeMs: number): string => new Date(timeMs).toISOString();
    const detail = {
      conversationId: id,
      conversationStart: toIso(startMs),
      ...(endMs !== undefined && { conversationEnd: toIso(endMs) }),
      originatingDirection: direction,
      participants: [
        {
          participantId: `d${id.slice(1)}`,
          purpose: 'customer',
          sessions: [
            {
              sessionId: communicationId,
              mediaType: media,
              segments: [
                { segmentStart: toIso(startMs), segmentType: 'interact', queueId: salesId },
              ],
            },
          ],
        },
      ],
    };
    await writer.storeJson(origin('conversation.json'), JSON.stringify(detail), never);
    const names = { ...noNames, queues: new Map([[salesId, 'Sales Desk']]) };
    await writer.storeJson(origin('names.json'), encodeArchivedNames(names), never);
    await writer.folder('transcripts');
    await writer.storeJson(
      origin(`transcripts/${communicationId}.json`, { communicationId }),
      '{"transcripts":[]}',
      never,
    );
    await writer.folder('recordings');
    await mkdir(join(folder, 'attachments', 'm1'), { recursive: true });
    const media0 = { recordingId, channel: '0', verifiedAgainst: ['size'] as const };
    for (const [path, text, facts] of [
      [`recordings/${recordingId}.0.wav`, 'first', media0],
      // Different content: the first goes to the history.
      [`recordings/${recordingId}.0.wav`, 'second', media0],
      ['attachments/m1/offer.pdf', 'pdf', {}],
    ] as const) {
      await this.place(writer, origin(path, facts), text);
    }
    await writer.commit();
    await writeFile(join(folder, 'recordings', `${recordingId}.0.dat`), 'peaks');
    await writeFile(join(folder, 'recordings', `${recordingId}.1.wav.partial`), 'half');
    await writeFile(join(folder, 'recordings', `${recordingId}.1.wav.partial.json`), '{}');
    return folder;
  }

  /** Relative paths of everything in the archive's `conversations` folder, folders with a slash. */
  async paths(): Promise<readonly string[]> {
    const root = join(this.rootPath, 'conversations');
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .map((entry) => {
        const path = join(entry.parentPath, entry.name).slice(root.length + 1);
        return entry.isDirectory() ? `${path}/` : path;
      })
      .sort();
  }

  async listed(): Promise<readonly ConversationId[]> {
    const ids: ConversationId[] = [];
    for await (const { conversationId } of this.archive.list(never)) {
      ids.push(conversationId);
    }
    return ids.sort();
  }

  private async place(writer: ConversationWriter, origin: FileOrigin, text: string): Promise<void> {
    const partialPath = entryPath(writer.folderPath, origin) + partialSuffix;
    await writeFile(partialPath, text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const bytes = Buffer.byteLength(text);
    const file = {
      ...origin,
      storedBytes: bytes,
      storedSha256: sha256,
      contentBytes: bytes,
      contentSha256: sha256,
    };
    await writer.place(partialPath, file, never);
  }
}

/** Outcomes as short words by the number of the conversation. */
export function briefly(
  outcomes: ReadonlyMap<ConversationId, DeletionOutcome>,
): Readonly<Record<number, string>> {
  return Object.fromEntries(
    [...outcomes].map(([id, outcome]) => [Number(id.slice(-12)), outcome.kind]),
  );
}

/** Runs the test body with an archive of its own. */
export async function withBench(
  task: (bench: RetentionBench, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await task(await RetentionBench.open(folder), folder);
  });
}

export async function deleteAll(
  bench: RetentionBench,
  ids: readonly ConversationId[],
  request: DeletionRequest = byCommand,
): Promise<ReadonlyMap<ConversationId, DeletionOutcome>> {
  const outcomes = new Map<ConversationId, DeletionOutcome>();
  await deleteConversations(
    bench.archive,
    ids,
    request,
    bench.deps,
    (id, outcome) => outcomes.set(id, outcome),
    never,
  );
  return outcomes;
}

export async function placeHold(
  bench: RetentionBench,
  id: ConversationId,
): Promise<readonly ConversationId[]> {
  const change = { action: 'place', reason: 'Case 1' } as const;
  return await changeLegalHolds(bench.archive, [id], change, bench.deps, never);
}

/** An error as the file system throws it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code, syscall: 'unlink' });
}
