/**
 * Asynchronous details jobs: QUEUED, PENDING, FULFILLED as they are asked for or as time goes by, results until they expire.
 * A job sees the data lake as it was when the job was submitted; what came later is missing without a word, as on the platform.
 */
import { randomUUID } from 'node:crypto';

import type { Models } from 'purecloud-platform-client-v2';

import type { ConversationIndex } from '../details/conversationIndex.ts';
import { parseInterval } from '../details/detailsInterval.ts';
import type { SimulatedDetail } from '../details/segmentRow.ts';
import { apiErrors } from '../http/apiError.ts';
import type { SimulatedConversation } from '../organisation.ts';
import type { SimulatedClock } from '../simulatedClock.ts';
import { CursorSigner } from './cursorSigner.ts';
import { defaultJobSettings, type BadJobEnd, type JobSettings } from './jobSettings.ts';

interface Job {
  readonly id: string;
  readonly hits: readonly number[];
  readonly submittedAtMs: number;
  readonly availableUntilMs: number;
  /** How it ends in place of FULFILLED. */
  readonly badEnd: BadJobEnd | undefined;
  polls: number;
  completedAtMs: number | undefined;
}

export interface JobPage {
  readonly conversations: readonly SimulatedConversation[];
  readonly cursor: string | undefined;
  readonly availableUntilMs: number;
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

export class DetailsJobs {
  /** Tests change it while the simulator runs. */
  readonly settings: JobSettings;
  private readonly clock: SimulatedClock;
  private readonly index: ConversationIndex;
  private readonly cursors = new CursorSigner();
  private readonly jobs = new Map<string, Job>();
  private readonly ends: BadJobEnd[] = [];

  constructor(clock: SimulatedClock, index: ConversationIndex, settings: Partial<JobSettings>) {
    this.clock = clock;
    this.index = index;
    this.settings = { ...defaultJobSettings, ...settings };
  }

  /** Up to when the data lake has conversations, epoch milliseconds. */
  availableUntilMs(): number {
    return this.clock.nowMs() - this.settings.availabilityLagMs;
  }

  /** The next jobs that are submitted end like this, in order. */
  orderEnds(ends: readonly BadJobEnd[]): void {
    this.ends.push(...ends);
  }

  /** Every job so far is unknown from now on. */
  forgetAll(): void {
    this.jobs.clear();
  }

  /** The id of the new job. */
  submit(query: Models.AsyncConversationQuery): string {
    const availableUntilMs = this.availableUntilMs();
    const isKnown = (detail: SimulatedDetail): boolean =>
      Date.parse(detail.conversationEnd ?? detail.conversationStart ?? '') <= availableUntilMs;
    const hits =
      query.startOfDayIntervalMatching === true
        ? this.index.findStarted(query, isKnown)
        : this.index.findActive(query, parseInterval(query.interval), isKnown);
    const job: Job = {
      id: randomUUID(),
      hits: hits.slice(0, query.limit),
      submittedAtMs: this.clock.nowMs(),
      availableUntilMs,
      badEnd: this.ends.shift(),
      polls: 0,
      completedAtMs: undefined,
    };
    this.jobs.set(job.id, job);
    return job.id;
  }

  /**
   * Counts as one look at the job.
   * @throws ApiError 404
   */
  status(id: string): Models.AsyncQueryStatus & { readonly state: string } {
    const job = this.find(id);
    job.polls += 1;
    const state = this.stateOf(job);
    return {
      state,
      submissionDate: iso(job.submittedAtMs),
      ...(state === 'FAILED' && { errorMessage: 'The query could not be completed.' }),
      ...(job.completedAtMs !== undefined && {
        completionDate: iso(job.completedAtMs),
        expirationDate: iso(job.completedAtMs + this.settings.resultLifeMs),
      }),
    };
  }

  /**
   * A page of results, from the start without a cursor.
   * @throws ApiError 404 for an unknown or expired job, 400 while it is not done and for a bad cursor
   */
  page(id: string, cursor: string | undefined, pageSize: number): JobPage {
    const job = this.find(id);
    const state = this.stateOf(job);
    if (state === 'EXPIRED') {
      throw apiErrors.notFound();
    }
    if (state !== 'FULFILLED') {
      throw apiErrors.badRequest(`The job has no results: its state is ${state}.`);
    }
    const nowMs = this.clock.nowMs();
    const from = cursor === undefined ? 0 : this.cursors.read(id, cursor, nowMs);
    const end = from + pageSize;
    return {
      conversations: job.hits.slice(from, end).map((index) => this.index.at(index)),
      cursor:
        end < job.hits.length
          ? this.cursors.sign(id, end, nowMs + this.settings.cursorLifeMs)
          : undefined,
      availableUntilMs: job.availableUntilMs,
    };
  }

  /** @throws ApiError 404 */
  drop(id: string): void {
    this.find(id);
    this.jobs.delete(id);
  }

  private find(id: string): Job {
    const job = this.jobs.get(id);
    if (job === undefined) {
      throw apiErrors.notFound();
    }
    return job;
  }

  private stateOf(job: Job): string {
    const { queuedPolls, pendingPolls, runMs, resultLifeMs } = this.settings;
    const nowMs = this.clock.nowMs();
    const isDone = job.polls > queuedPolls + pendingPolls || nowMs - job.submittedAtMs >= runMs;
    if (!isDone && job.completedAtMs === undefined) {
      return job.polls > queuedPolls ? 'PENDING' : 'QUEUED';
    }
    job.completedAtMs ??= nowMs;
    if (job.badEnd !== undefined) {
      return job.badEnd;
    }
    return nowMs - job.completedAtMs >= resultLifeMs ? 'EXPIRED' : 'FULFILLED';
  }
}
