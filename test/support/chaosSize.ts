/** How much chaos: little for every run of all tests, all of it by `npm run test:chaos`. */

export interface ChaosSize {
  readonly conversationCount: number;
  readonly killCount: number;
  /** Stalls cost half a minute each, and are left out of a short run. */
  readonly isWhole: boolean;
}

const wholeKillCount = 200;

/** By the environment variables CHAOS_KILLS and CHAOS_CONVERSATIONS; a short one without. */
export function chaosSize(): ChaosSize {
  const killCount = Number(process.env['CHAOS_KILLS'] ?? 30);
  const isWhole = killCount >= wholeKillCount;
  const conversationCount = Number(process.env['CHAOS_CONVERSATIONS'] ?? (isWhole ? 300 : 100));
  return { conversationCount, killCount, isWhole };
}
