/** The names of one kind of entity: batches of ids to the platform, answers and absences kept for a while. */
import { isAppError, isCancellation } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import { decodeNamedEntries } from './decoders/resources.ts';
import type { NamedEntry } from './genesysApi.ts';
import type { HttpClient } from './httpClient.ts';

export interface NameTableDeps<Id extends string> {
  readonly http: Pick<HttpClient, 'call'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pathTemplate: string;
  readonly parse: (value: string) => Id;
  readonly query: Readonly<Record<string, string>>;
}

/** Ids in one request. @see GET /api/v2/users: 400 `max.user.ids` above it */
const maxIdsPerRequest = 100;
const freshMs = 30 * 60_000;
/** After this an unknown id, or a refused permission, is tried again. */
const absentMs = 10 * 60_000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

export class NameTable<Id extends string> {
  private readonly deps: NameTableDeps<Id>;
  private readonly entries = new Map<
    Id,
    { readonly name: string | undefined; readonly askAgainAtMs: number }
  >();
  /** One at a time, so that two lists that open together do not ask for the same ids. */
  private readonly turns = new Limiter(1);
  private refusedUntilMs = 0;

  constructor(deps: NameTableDeps<Id>) {
    this.deps = deps;
  }

  /** The name, or the id itself; an outdated name is better than none. */
  nameOf(id: Id): string {
    return this.entries.get(id)?.name ?? id;
  }

  remember(entries: readonly NamedEntry<Id>[]): void {
    const askAgainAtMs = this.deps.clock.nowMs() + freshMs;
    for (const { id, name } of entries) {
      this.entries.set(id, { name, askAgainAtMs });
    }
  }

  /** Asks for what is not known. Rejects for nothing but cancellation: a list without names is still a list. */
  async resolve(ids: readonly Id[], signal: AbortSignal): Promise<void> {
    if (this.missing(ids).length === 0) {
      return;
    }
    await this.turns.run(async () => {
      const missing = this.missing(ids);
      for (let from = 0; from < missing.length; from += maxIdsPerRequest) {
        const isGoingOn = await this.fetchBatch(
          missing.slice(from, from + maxIdsPerRequest),
          signal,
        );
        if (!isGoingOn) {
          return;
        }
      }
    }, signal);
  }

  /** What is not an id of the platform's form, such as `ININ-WRAP-UP-TIMEOUT`, is its own name. */
  private missing(ids: readonly Id[]): readonly Id[] {
    const nowMs = this.deps.clock.nowMs();
    if (nowMs < this.refusedUntilMs) {
      return [];
    }
    return [...new Set(ids)].filter(
      (id) => uuid.test(id) && nowMs >= (this.entries.get(id)?.askAgainAtMs ?? 0),
    );
  }

  /** False when further batches would fail alike. */
  private async fetchBatch(ids: readonly Id[], signal: AbortSignal): Promise<boolean> {
    const { http, clock, log, pathTemplate, parse, query } = this.deps;
    try {
      const response = await http.call(
        {
          method: 'GET',
          pathTemplate,
          query: { ...query, id: ids, pageSize: maxIdsPerRequest, pageNumber: 1 },
        },
        signal,
      );
      this.remember(decodeNamedEntries(response.text, 'entities', parse));
      this.markAbsent(ids);
      return true;
    } catch (error) {
      if (isCancellation(error)) {
        throw error;
      }
      const code = isAppError(error) ? error.code : 'bug';
      log.warn('Names are not available, ids are shown instead', { pathTemplate, code });
      if (code === 'forbidden') {
        this.refusedUntilMs = clock.nowMs() + absentMs;
        return false;
      }
      if (code === 'notFound' || code === 'input' || code === 'protocol') {
        this.markAbsent(ids);
        return true;
      }
      return false;
    }
  }

  /** Ids that no answer brought are not asked for again for a while; a name that was known stays. */
  private markAbsent(ids: readonly Id[]): void {
    const nowMs = this.deps.clock.nowMs();
    for (const id of ids) {
      const known = this.entries.get(id);
      if (known === undefined || nowMs >= known.askAgainAtMs) {
        this.entries.set(id, { name: known?.name, askAgainAtMs: nowMs + absentMs });
      }
    }
  }
}
