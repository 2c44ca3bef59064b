/** How asynchronous details jobs behave. The platform documents few of these numbers, so a test may change each of them. */

export interface JobSettings {
  /** Status requests that are answered QUEUED, and after them PENDING. */
  queuedPolls: number;
  pendingPolls: number;
  /** After this time by the simulator's clock a job is done, however seldom it was asked for. */
  runMs: number;
  /** How far the data lake is behind the present. */
  availabilityLagMs: number;
  /** How long results are kept after the job is done. */
  resultLifeMs: number;
  cursorLifeMs: number;
  maximumPageSize: number;
  maximumDays: number;
}

export const defaultJobSettings: Readonly<JobSettings> = {
  queuedPolls: 1,
  pendingPolls: 1,
  runMs: 60_000,
  availabilityLagMs: 6 * 3_600_000,
  resultLifeMs: 24 * 3_600_000,
  cursorLifeMs: 3_600_000,
  maximumPageSize: 1000,
  maximumDays: 31,
};

/** How a job may end in place of FULFILLED. */
export const badJobEnds = ['FAILED', 'CANCELLED', 'EXPIRED'] as const;
export type BadJobEnd = (typeof badJobEnds)[number];
