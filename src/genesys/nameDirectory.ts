/** Names for ids of queues, users, wrap-up codes and divisions: asked for in batches, kept for a while, never in the way. */
import { isAppError } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  parseDivisionId,
  parseQueueId,
  parseUserId,
  parseWrapUpCodeId,
  type DivisionId,
  type QueueId,
  type UserId,
  type WrapUpCodeId,
} from '../model/ids.ts';
import { decodeNamedEntries } from './decoders/resources.ts';
import type { NameDirectory, NamedEntry, NamesWanted } from './genesysApi.ts';
import type { HttpClient } from './httpClient.ts';
import { NameTable } from './nameTable.ts';

export interface NameDirectoryDeps {
  readonly http: Pick<HttpClient, 'call'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries of one picker answer, and of one page of users. */
const searchPageSize = 100;
/** Pages of users that are read when the search permission is missing. */
const maxUserPages = 10;

export class CachingNameDirectory implements NameDirectory {
  private readonly http: NameDirectoryDeps['http'];
  private readonly queues: NameTable<QueueId>;
  private readonly users: NameTable<UserId>;
  private readonly wrapUpCodes: NameTable<WrapUpCodeId>;
  private readonly divisions: NameTable<DivisionId>;

  constructor(deps: NameDirectoryDeps) {
    this.http = deps.http;
    const log = deps.log.child('names');
    const table = <Id extends string>(
      pathTemplate: string,
      parse: (value: string) => Id,
      query: Readonly<Record<string, string>> = {},
    ): NameTable<Id> => new NameTable({ ...deps, log, pathTemplate, parse, query });
    this.queues = table('/api/v2/routing/queues', parseQueueId);
    // Without it people who left, or are switched off, stay nameless.
    this.users = table('/api/v2/users', parseUserId, { state: 'any' });
    this.wrapUpCodes = table('/api/v2/routing/wrapupcodes', parseWrapUpCodeId);
    this.divisions = table('/api/v2/authorization/divisions', parseDivisionId);
  }

  async resolve(wanted: NamesWanted, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.queues.resolve(wanted.queueIds ?? [], signal),
      this.users.resolve(wanted.userIds ?? [], signal),
      this.wrapUpCodes.resolve(wanted.wrapUpCodeIds ?? [], signal),
      this.divisions.resolve(wanted.divisionIds ?? [], signal),
    ]);
  }

  queueName(id: QueueId): string {
    return this.queues.nameOf(id);
  }

  userName(id: UserId): string {
    return this.users.nameOf(id);
  }

  wrapUpName(id: WrapUpCodeId): string {
    return this.wrapUpCodes.nameOf(id);
  }

  divisionName(id: DivisionId): string {
    return this.divisions.nameOf(id);
  }

  async searchQueues(text: string, signal: AbortSignal): Promise<readonly NamedEntry<QueueId>[]> {
    return this.searchByName(this.queues, '/api/v2/routing/queues', parseQueueId, text, signal);
  }

  async searchWrapUpCodes(
    text: string,
    signal: AbortSignal,
  ): Promise<readonly NamedEntry<WrapUpCodeId>[]> {
    return this.searchByName(
      this.wrapUpCodes,
      '/api/v2/routing/wrapupcodes',
      parseWrapUpCodeId,
      text,
      signal,
    );
  }

  /** By the platform's search; without its permission by reading the list of users. */
  async searchUsers(text: string, signal: AbortSignal): Promise<readonly NamedEntry<UserId>[]> {
    const wanted = text.trim();
    if (wanted !== '') {
      try {
        const response = await this.http.call(
          {
            method: 'POST',
            isRepeatable: true,
            pathTemplate: '/api/v2/users/search',
            body: {
              pageSize: searchPageSize,
              pageNumber: 1,
              query: [{ type: 'CONTAINS', fields: ['name'], value: wanted }],
            },
          },
          signal,
        );
        return this.keep(
          this.users,
          decodeNamedEntries(response.text, 'results', parseUserId),
          wanted,
        );
      } catch (error) {
        if (!isAppError(error, 'forbidden') && !isAppError(error, 'notFound')) {
          throw error;
        }
      }
    }
    return this.searchUserList(wanted, signal);
  }

  private async searchUserList(
    text: string,
    signal: AbortSignal,
  ): Promise<readonly NamedEntry<UserId>[]> {
    const found: NamedEntry<UserId>[] = [];
    for (let pageNumber = 1; pageNumber <= maxUserPages; pageNumber++) {
      const response = await this.http.call(
        {
          method: 'GET',
          pathTemplate: '/api/v2/users',
          query: { pageSize: searchPageSize, pageNumber, state: 'active' },
        },
        signal,
      );
      const entries = decodeNamedEntries(response.text, 'entities', parseUserId);
      found.push(...this.keep(this.users, entries, text));
      if (entries.length < searchPageSize || found.length >= searchPageSize) {
        break;
      }
    }
    return sorted(found);
  }

  private async searchByName<Id extends string>(
    table: NameTable<Id>,
    pathTemplate: string,
    parse: (value: string) => Id,
    text: string,
    signal: AbortSignal,
  ): Promise<readonly NamedEntry<Id>[]> {
    const wanted = text.trim();
    const response = await this.http.call(
      {
        method: 'GET',
        pathTemplate,
        query: {
          pageSize: searchPageSize,
          pageNumber: 1,
          // `*` is the platform's wildcard and cannot be escaped.
          name: wanted === '' ? undefined : `*${wanted.replaceAll('*', '')}*`,
        },
      },
      signal,
    );
    return this.keep(table, decodeNamedEntries(response.text, 'entities', parse), wanted);
  }

  /** Remembers the entries and returns those whose name holds the text, ordered by name. */
  private keep<Id extends string>(
    table: NameTable<Id>,
    entries: readonly NamedEntry<Id>[],
    text: string,
  ): readonly NamedEntry<Id>[] {
    table.remember(entries);
    const wanted = text.toLowerCase();
    return sorted(entries.filter(({ name }) => name.toLowerCase().includes(wanted)));
  }
}

function sorted<Id>(entries: readonly NamedEntry<Id>[]): readonly NamedEntry<Id>[] {
  return [...entries]
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }))
    .slice(0, searchPageSize);
}
