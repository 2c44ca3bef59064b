/**
 * Batches of recordings: what was asked for becomes results little by little, errors among them. The platform promises little
 * about the answers, and tests can order the worst of what it leaves open.
 */
import { randomUUID } from 'node:crypto';

import type { Models } from 'purecloud-platform-client-v2';

import { ApiError } from '../http/apiError.ts';
import type { Token } from '../identity/tokenStore.ts';
import type {
  SimulatedConversation,
  SimulatedOrganisation,
  SimulatedRecording,
} from '../organisation.ts';
import type { SimulatedClock } from '../simulatedClock.ts';

export interface BatchSettings {
  /** Looks at a batch that show it in progress. */
  polls: number;
  /** After this time by the simulator's clock a batch is complete, however seldom it was looked at. */
  runMs: number;
  linkLifeSeconds: number;
}

const defaults: Readonly<BatchSettings> = { polls: 2, runMs: 60_000, linkLifeSeconds: 3600 };

/**
 * `unasked` adds a recording of another conversation; `duplicate` brings one recording twice; `missing` leaves one out and
 * completes all the same; `stuck` never completes; `forgotten` is unknown right after it was made.
 */
export const batchSpoils = ['unasked', 'duplicate', 'missing', 'stuck', 'forgotten'] as const;
export type BatchSpoil = (typeof batchSpoils)[number];

/** One result: a recording whose media can be had, or what is wrong. */
export interface BatchItemResult {
  readonly conversationId: string;
  readonly recordingId: string | undefined;
  readonly recording: SimulatedRecording | undefined;
  readonly error: string | undefined;
}

export interface BatchView {
  readonly isCompleted: boolean;
  readonly expectedResultCount: number;
  readonly results: readonly BatchItemResult[];
}

interface Batch {
  readonly clientId: string;
  readonly userId: string | undefined;
  readonly madeAtMs: number;
  readonly itemCount: number;
  readonly results: readonly BatchItemResult[];
  readonly missingCount: number;
  readonly isStuck: boolean;
  polls: number;
}

export class RecordingBatches {
  /** Tests change it while the simulator runs. */
  readonly settings: BatchSettings;
  private readonly clock: SimulatedClock;
  private readonly organisation: SimulatedOrganisation;
  private readonly batches = new Map<string, Batch>();
  private readonly spoils: (readonly BatchSpoil[])[] = [];

  constructor(
    clock: SimulatedClock,
    organisation: SimulatedOrganisation,
    settings: Partial<BatchSettings>,
  ) {
    this.clock = clock;
    this.organisation = organisation;
    this.settings = { ...defaults, ...settings };
  }

  /** The next batch that is made has all of these. */
  orderSpoils(spoils: readonly BatchSpoil[]): void {
    this.spoils.push(spoils);
  }

  /** Every batch so far is unknown from now on. */
  forgetAll(): void {
    this.batches.clear();
  }

  /** The id of the new batch; only this token's user, or client, may look at it. */
  submit(items: readonly Models.BatchDownloadRequest[], token: Token): string {
    const id = randomUUID();
    const spoils = this.spoils.shift() ?? [];
    const wanted = items.flatMap((item) => this.expand(item));
    if (!spoils.includes('forgotten')) {
      const results = this.spoil(wanted, spoils);
      this.batches.set(id, {
        clientId: token.client.id,
        userId: token.userId,
        madeAtMs: this.clock.nowMs(),
        itemCount: items.length,
        results,
        missingCount: spoils.includes('missing') ? 1 : 0,
        isStuck: spoils.includes('stuck'),
        polls: 0,
      });
    }
    return id;
  }

  /**
   * Counts as one look at the batch.
   * @throws ApiError 404 for an unknown batch, 403 for somebody else's
   */
  view(id: string, token: Token): BatchView {
    const batch = this.batches.get(id);
    if (batch === undefined) {
      throw new ApiError(404, 'batch.download.job.not.found', 'The requested job is unknown');
    }
    if (batch.clientId !== token.client.id || batch.userId !== token.userId) {
      throw new ApiError(
        403,
        'batch.download.permission.denied',
        'Only user that initiated the job can request results',
      );
    }
    batch.polls += 1;
    const { polls, runMs } = this.settings;
    const isOver = batch.polls > polls || this.clock.nowMs() - batch.madeAtMs >= runMs;
    const isCompleted = isOver && !batch.isStuck;
    const progress = Math.min(1, (batch.polls - 1) / (polls + 1));
    const total = batch.results.length + batch.missingCount;
    const first = Math.min(batch.itemCount, total);
    return {
      isCompleted,
      // At first the platform knows only what was asked for; conversations turn out to have several recordings.
      expectedResultCount: isCompleted
        ? total
        : first + Math.floor((total - first) * Math.min(1, progress * 2)),
      results: isCompleted
        ? batch.results
        : batch.results.slice(0, Math.floor(batch.results.length * progress)),
    };
  }

  private expand(item: Models.BatchDownloadRequest): readonly BatchItemResult[] {
    const { conversationId = '', recordingId } = item;
    const failed = (error: string): readonly BatchItemResult[] => [
      { conversationId, recordingId, recording: undefined, error },
    ];
    const conversation = this.organisation.conversation(conversationId);
    if (conversation === undefined) {
      return failed('Conversation not found');
    }
    const recordings = conversation
      .recordings()
      .filter(({ recording }) => recordingId === undefined || recording.id === recordingId);
    if (recordings.length === 0) {
      return failed(
        recordingId === undefined
          ? 'No recordings found for the conversation'
          : 'Recording not found',
      );
    }
    return recordings.map((recording) => toResult(conversationId, recording));
  }

  private spoil(
    results: readonly BatchItemResult[],
    spoils: readonly BatchSpoil[],
  ): readonly BatchItemResult[] {
    const withMedia = results.filter(({ error }) => error === undefined);
    const victim = spoils.includes('missing') ? withMedia.at(-1) : undefined;
    const doubled = spoils.includes('duplicate') ? withMedia.slice(0, 1) : [];
    const stranger = spoils.includes('unasked') ? this.findStranger(results) : undefined;
    return [
      ...(stranger === undefined ? [] : [stranger]),
      ...results.filter((result) => result !== victim),
      ...doubled,
    ];
  }

  /** A good recording of a conversation that is in none of the results. */
  private findStranger(results: readonly BatchItemResult[]): BatchItemResult | undefined {
    const asked = new Set(results.map(({ conversationId }) => conversationId));
    const isStranger = ({ detail }: SimulatedConversation): boolean =>
      !asked.has(detail.conversationId ?? '');
    for (const conversation of this.organisation.conversations.filter(isStranger)) {
      const found = conversation
        .recordings()
        .map((recording) => toResult(conversation.detail.conversationId ?? '', recording))
        .find(({ error }) => error === undefined);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
}

const errorsByState: Readonly<Record<string, string>> = {
  ARCHIVED: 'Recording is archived and must be restored first',
  RESTORING: 'Recording is being restored',
  DELETED: 'Recording has been deleted',
  UPLOADING: 'Recording is still being uploaded',
};

function toResult(conversationId: string, recording: SimulatedRecording): BatchItemResult {
  const { id, fileState = 'AVAILABLE' } = recording.recording;
  const isThere =
    ['AVAILABLE', 'RESTORED'].includes(fileState) && recording.originalFormat !== undefined;
  return {
    conversationId,
    recordingId: id,
    recording,
    error: isThere ? undefined : (errorsByState[fileState] ?? 'Recording could not be downloaded'),
  };
}
