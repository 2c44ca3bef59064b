/** The knobs of a running simulator, for tests in the same process; `controlRoutes` offers the same over HTTP. */
import type { DetailPages } from '../details/detailPages.ts';
import type { RateLimit, RateWindow } from '../identity/rateWindow.ts';
import type { TokenStore } from '../identity/tokenStore.ts';
import type { DetailsJobs } from '../jobs/detailsJobs.ts';
import type { RecordingBatches } from '../media/recordingBatches.ts';
import type { Transcoding } from '../media/transcoding.ts';
import type { SimulatedClock } from '../simulatedClock.ts';
import type { FaultRule, FaultStore } from './faults.ts';
import type { LoggedRequest, RequestFilter, RequestLog } from './requestLog.ts';

export interface ControlledParts {
  readonly faults: FaultStore;
  readonly log: RequestLog;
  readonly clock: SimulatedClock;
  readonly tokens: TokenStore;
  readonly rate: RateWindow;
  readonly transcoding: Transcoding;
  readonly pages: DetailPages;
  readonly jobs: DetailsJobs;
  readonly batches: RecordingBatches;
}

export class SimulatorControl {
  private readonly parts: ControlledParts;
  /** Added to every answer but those of `/control`, in milliseconds. */
  latencyMs: number;

  constructor(parts: ControlledParts, latencyMs: number) {
    this.parts = parts;
    this.latencyMs = latencyMs;
  }

  /** Pages too large, conversations that nobody can decode. */
  get pages(): DetailPages {
    return this.parts.pages;
  }

  /** How asynchronous details jobs behave and end. */
  get jobs(): Pick<DetailsJobs, 'settings' | 'orderEnds' | 'forgetAll'> {
    return this.parts.jobs;
  }

  /** How batches of recordings behave and what is wrong with them. */
  get batches(): Pick<RecordingBatches, 'settings' | 'orderSpoils' | 'forgetAll'> {
    return this.parts.batches;
  }

  /** Orders a fault; the number disarms it. */
  addFault(rule: FaultRule): number {
    return this.parts.faults.add(rule);
  }

  removeFault(id: number): void {
    this.parts.faults.remove(id);
  }

  clearFaults(): void {
    this.parts.faults.clear();
  }

  /** Faults that have not hit as often as they may. */
  faults(): readonly (FaultRule & { readonly id: number })[] {
    return this.parts.faults.list();
  }

  requests(filter?: RequestFilter): readonly LoggedRequest[] {
    return this.parts.log.list(filter);
  }

  /** By `METHOD template`. */
  requestCounts(): Readonly<Record<string, number>> {
    return this.parts.log.counts();
  }

  clearRequests(): void {
    this.parts.log.clear();
  }

  nowMs(): number {
    return this.parts.clock.nowMs();
  }

  /** Links and tokens expire, rate windows end, late transcripts appear. Waits are not shortened. */
  advanceClock(durationMs: number): void {
    this.parts.clock.advance(durationMs);
  }

  /** Every token so far is answered 401 from now on. */
  revokeTokens(): void {
    this.parts.tokens.revokeAll();
  }

  /** Starts every window anew. */
  setRate(limit: Partial<RateLimit>): void {
    this.parts.rate.setLimit(limit);
  }

  /** All media must be transcoded again. */
  forgetTranscoding(): void {
    this.parts.transcoding.clear();
  }

  setLatency(latencyMs: number): void {
    this.latencyMs = latencyMs;
  }
}
