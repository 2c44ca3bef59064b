/** Who speaks behind a transcript's roles: names by time span, since one role is many people over a transfer. */
import type { Phrase, SpeakerRole } from '../model/transcript.ts';
import { labelOf } from './roles.ts';

/** A person or machine that held a role for a while. Times are epoch milliseconds, half-open. */
export interface Speaker {
  readonly role: SpeakerRole;
  readonly name: string;
  readonly startMs: number;
  /** Undefined when it lasts to the end. */
  readonly endMs: number | undefined;
}

/** The name that the text itself gives; else of who held the phrase's role when it began; the only one of that role; else what the role is called. */
export function speakerName(
  { role, startMs, speaker: named }: Pick<Phrase, 'role' | 'startMs' | 'speaker'>,
  speakers: readonly Speaker[],
): string {
  if (named !== undefined) {
    return named;
  }
  const candidates = speakers.filter((speaker) => speaker.role === role);
  const speaker =
    candidates.find(
      (candidate) =>
        startMs >= candidate.startMs &&
        (candidate.endMs === undefined || startMs < candidate.endMs),
    ) ?? (candidates.length === 1 ? candidates[0] : undefined);
  return speaker?.name ?? labelOf(role);
}
