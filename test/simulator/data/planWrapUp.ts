/** What agents enter after a conversation: a code, one of the platform's own when they do not, sometimes a note. */
import type { PlannedWrapUp, Span } from './conversationPlan.ts';
import type { Directory } from './directory.ts';
import { hostileTexts } from './hostileTexts.ts';
import type { Random } from './random.ts';

/** Names that the platform uses instead of an id. */
const systemWrapUpCodes = [
  'ININ-WRAP-UP-TIMEOUT',
  'ININ-WRAP-UP-SKIPPED',
  'ININ-OUTBOUND-TRANSFERRED-TO-QUEUE',
] as const;

export function planWrapUp(
  random: Random,
  directory: Directory,
  direction: 'inbound' | 'outbound',
  startMs: number,
): (PlannedWrapUp & Span) | undefined {
  if (random.chance(0.07)) {
    return undefined;
  }
  const code = random.weighted([
    [random.pick(directory.wrapUpCodeIds), 82],
    [systemWrapUpCodes[0], 11],
    [systemWrapUpCodes[1], 5],
    [systemWrapUpCodes[2], direction === 'outbound' ? 6 : 0],
  ]);
  const isTimeout = code === systemWrapUpCodes[0];
  const note = random.weighted<string | undefined>([
    [undefined, 80],
    ['Customer will call back', 9],
    ['Refund agreed, see ticket', 9],
    [random.pick(hostileTexts), 2],
  ]);
  return { startMs, endMs: startMs + (isTimeout ? 30 : random.int(3, 75)) * 1000, code, note };
}
