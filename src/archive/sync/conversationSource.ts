/**
 * What the platform says of one conversation of a chunk, as `downloadConversation` asks for it: answered from the found page and
 * the batch, and by single requests for what a batch cannot bring.
 */
import { errors, isAppError } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { FetchRecordingsOptions } from '../../genesys/genesysApi.ts';
import type { Fetched } from '../../model/fetched.ts';
import type { RecordingId } from '../../model/ids.ts';
import type { Recording, RecordingFile } from '../../model/recording.ts';
import { absent, absenceByFailure, hourMs, type AbsentItem } from '../absence.ts';
import type { ConversationSource } from '../downloadRun.ts';
import { absenceByRefusal, type Reconciliation } from './batchReconciliation.ts';
import { NetworkWatch } from './callCounter.ts';
import type { PreparedConversation } from './conversationPreparation.ts';
import type { BroughtBatch } from './recordingBatches.ts';
import type { SyncOptions, SyncSource } from './syncPorts.ts';
import type { SyncRequest } from './syncRequest.ts';

export interface ConversationSourceDeps {
  readonly source: SyncSource;
  readonly request: SyncRequest;
  readonly options: SyncOptions;
  readonly clock: Clock;
  /** Undefined when media come by single requests. */
  readonly batch: BroughtBatch | undefined;
  /** Fresh links of the batch; undefined when it cannot be had any more. */
  readonly refreshBatch: (signal: AbortSignal) => Promise<Reconciliation | undefined>;
}

export class PreparedSource implements ConversationSource {
  readonly network = new NetworkWatch();
  private readonly deps: ConversationSourceDeps;
  private readonly prepared: PreparedConversation;
  private readonly absences = new Map<RecordingId, AbsentItem>();
  /** Without media; their links to attachments are renewed with the others. */
  private listed: readonly Fetched<Recording>[];
  private files: ReadonlyMap<RecordingId, readonly RecordingFile[]> | undefined;

  constructor(deps: ConversationSourceDeps, prepared: PreparedConversation) {
    this.deps = deps;
    this.prepared = prepared;
    this.listed = prepared.recordings;
    this.network.note(prepared.listFailure);
    this.network.note(deps.batch?.outage);
  }

  readonly fetchConversation: ConversationSource['fetchConversation'] = () =>
    Promise.resolve(this.prepared.detail);

  /** The first answer tells what there is; later ones bring fresh links. */
  readonly fetchRecordings: ConversationSource['fetchRecordings'] = async (_, options, signal) => {
    const { listFailure, undecodable } = this.prepared;
    if (listFailure !== undefined) {
      throw listFailure;
    }
    for (const each of undecodable) {
      options.onUndecodable?.(each);
    }
    this.files = await (this.files === undefined
      ? this.bring(options, signal)
      : this.refresh(options, signal));
    return this.listed.map((fetched) => this.withFiles(fetched));
  };

  readonly fetchTranscriptLinks: ConversationSource['fetchTranscriptLinks'] = (
    id,
    communicationId,
    signal,
  ) => this.network.watch(this.deps.source.fetchTranscriptLinks(id, communicationId, signal));

  /** A storage that fails while the API answers says something about the file, not about the network. */
  readonly openMedia: ConversationSource['openMedia'] = (url, options, signal) =>
    this.deps.source.openMedia(url, options, signal);

  /** Why a recording was listed without media. */
  readonly absenceOf = (recording: Recording): AbsentItem | undefined => {
    const item = `recordings/${recording.id}`;
    if (!this.prepared.wanted.includes(recording.id)) {
      return undefined;
    }
    const message = 'The platform lists this recording but offers no media for it';
    return (
      this.absences.get(recording.id) ??
      absenceByFailure(item, errors.remote(message), this.deps.clock.nowMs())
    );
  };

  private withFiles(fetched: Fetched<Recording>): Fetched<Recording> {
    const files = this.files?.get(fetched.value.id) ?? [];
    return { ...fetched, value: { ...fetched.value, files } };
  }

  private async bring(
    options: FetchRecordingsOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RecordingId, readonly RecordingFile[]>> {
    const { batch, clock } = this.deps;
    const { wanted } = this.prepared;
    for (const id of wanted) {
      const refusal = batch?.refusals.get(id);
      if (batch?.outage !== undefined) {
        this.absences.set(id, absenceByFailure(`recordings/${id}`, batch.outage, clock.nowMs()));
      } else if (refusal !== undefined) {
        this.absences.set(id, absenceByRefusal(id, refusal, clock.nowMs()));
      }
    }
    const brought = new Map(
      wanted.flatMap((id) => {
        const files = batch?.files.get(id);
        return files === undefined ? [] : [[id, files] as const];
      }),
    );
    const missing = wanted.filter((id) => !brought.has(id) && !this.absences.has(id));
    return new Map([...brought, ...(await this.fetchSingly(missing, options, signal))]);
  }

  private async refresh(
    options: FetchRecordingsOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RecordingId, readonly RecordingFile[]>> {
    const { batch, source } = this.deps;
    if (this.listed.some(({ value }) => value.attachments.length > 0)) {
      const none = { format: 'NONE', maxWaitMs: 0 } as const;
      this.listed = await source.fetchRecordings(this.prepared.detail.value.id, none, signal);
    }
    const held = this.files ?? new Map<RecordingId, readonly RecordingFile[]>();
    const ofBatch = [...held.keys()].filter((id) => batch?.files.has(id) === true);
    const single = [...held.keys()].filter((id) => batch?.files.has(id) !== true);
    const fresh = ofBatch.length === 0 ? undefined : await this.deps.refreshBatch(signal);
    const renewed = ofBatch.flatMap((id) => {
      const files = fresh?.files.get(id) ?? held.get(id);
      return files === undefined ? [] : [[id, files] as const];
    });
    return new Map([...renewed, ...(await this.fetchSingly(single, options, signal))]);
  }

  /** One request for all that is missing of the conversation, waiting while the platform transcodes. */
  private async fetchSingly(
    missing: readonly RecordingId[],
    { onTranscoding }: FetchRecordingsOptions,
    signal: AbortSignal,
  ): Promise<readonly (readonly [RecordingId, readonly RecordingFile[]])[]> {
    if (missing.length === 0) {
      return [];
    }
    const { source, request, options, clock } = this.deps;
    try {
      const recordings = await source.fetchRecordings(
        this.prepared.detail.value.id,
        {
          format: request.media === 'original' ? options.fallbackFormat : request.media,
          maxWaitMs: request.maxTranscodeWaitMs,
          onTranscoding,
        },
        signal,
      );
      return recordings.flatMap(({ value: { id, files } }) =>
        missing.includes(id) && files.length > 0 ? [[id, files] as const] : [],
      );
    } catch (error) {
      if (!isAppError(error) || ['auth', 'storage', 'bug'].includes(error.code)) {
        throw error;
      }
      this.network.note(error);
      for (const id of missing) {
        const item = `recordings/${id}`;
        this.absences.set(
          id,
          error.details['status'] === 202
            ? this.transcoding(id)
            : absenceByFailure(item, error, clock.nowMs()),
        );
      }
      return [];
    }
  }

  private transcoding(id: RecordingId): AbsentItem {
    const listed = this.prepared.recordings.find(({ value }) => value.id === id);
    const waitMs = listed?.value.estimatedTranscodeTimeMs ?? hourMs / 12;
    return absent(
      `recordings/${id}`,
      'transcoding',
      'The platform is still transcoding this recording. Download again in a few minutes.',
      this.deps.clock.nowMs() + waitMs,
    );
  }
}
