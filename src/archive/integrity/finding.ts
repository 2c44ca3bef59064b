/** What a verification can find. No behaviour; its JSON is part of the report's format (docs/verify-report.md). */
import type { ConversationId } from '../../model/ids.ts';
import { fileProblemKinds } from './checkFile.ts';

export const findingKinds = [
  ...fileProblemKinds,
  'swapped',
  'duration',
  'unknownFile',
  'manifestMissing',
  'manifestDamaged',
  'manifestEdited',
  'wrongFolder',
  'conversationMissing',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** A `notice` is worth knowing and no damage. */
  readonly severity: 'problem' | 'notice';
  /** Relative to the conversation's folder; empty for the folder itself. */
  readonly path: string;
  /** A sentence. */
  readonly text: string;
  /** Downloading again can mend it, if the platform still has it. */
  readonly isMendable: boolean;
}

export interface ConversationFindings {
  readonly conversationId: ConversationId;
  /** Relative to the archive, with `/`; empty when the conversation is gone altogether. */
  readonly folder: string;
  /** Never empty in a report. */
  readonly findings: readonly Finding[];
}
