/** Counts what became of conversations that were to be deleted, and says it in one message. Pure. */
import type { DeletionOutcome } from '../../archive/retention/deleteConversations.ts';
import type { Localiser } from '../ports/localiser.ts';
import { formatBytes } from '../progressText.ts';

export class DeletionSummary {
  private readonly counts: Record<DeletionOutcome['kind'], number> = {
    deleted: 0,
    incomplete: 0,
    held: 0,
    kept: 0,
    notFound: 0,
  };
  private freedBytes = 0;
  private foreignCount = 0;
  private firstReason: string | undefined;

  add(outcome: DeletionOutcome): void {
    this.counts[outcome.kind]++;
    this.freedBytes += 'freedBytes' in outcome ? outcome.freedBytes : 0;
    this.foreignCount += outcome.kind === 'deleted' ? outcome.foreign.length : 0;
    this.firstReason ??= outcome.kind === 'kept' ? outcome.message : undefined;
  }

  /** True when something needs a person's eye. */
  get hasProblems(): boolean {
    return this.counts.incomplete + this.counts.kept > 0;
  }

  /** Undefined when nothing was tried. */
  render(l10n: Localiser): string | undefined {
    const { deleted, incomplete, held, kept, notFound } = this.counts;
    if (deleted + incomplete + held + kept + notFound === 0) {
      return undefined;
    }
    const count = (value: number): string => value.toLocaleString();
    return [
      ...(deleted > 0
        ? [
            l10n.t(
              'Deleted from the archive: {0} ({1}). The audit log has the receipt.',
              count(deleted),
              formatBytes(this.freedBytes),
            ),
          ]
        : [l10n.t('Nothing was deleted.')]),
      ...(incomplete > 0
        ? [
            l10n.t(
              'Not wholly deleted, tried again on the next run (see the log): {0}.',
              count(incomplete),
            ),
          ]
        : []),
      ...(held > 0 ? [l10n.t('Kept by a legal hold: {0}.', count(held))] : []),
      ...(kept > 0
        ? [l10n.t('Kept: {0}. The first: {1}', count(kept), this.firstReason ?? '')]
        : []),
      ...(this.foreignCount > 0
        ? [l10n.t('Files that are not of the archive stay: {0}.', count(this.foreignCount))]
        : []),
    ].join(' ');
  }
}
