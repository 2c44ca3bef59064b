/** The preview of a retention run: what is gathered while the archive is read, and how it reads. Pure. */
import type { PlannedConversation } from '../../archive/retention/planRetention.ts';
import type { ConversationId } from '../../model/ids.ts';
import { formatDateTime } from '../conversations/format.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import { withArchivedNames } from '../player/conversationNames.ts';
import { toArchivedPick } from '../player/archivedPick.ts';
import type { Localiser } from '../ports/localiser.ts';
import { formatBytes } from '../progressText.ts';

/** More rows are counted, not listed: nobody reads them, and nothing may grow with the archive. */
const maxRows = 500;

/** Gathers what a plan yields. Holds the ids that are due, and rows up to a bound. */
export class RetentionPreview {
  readonly dueIds: ConversationId[] = [];
  bytes = 0;
  heldCount = 0;
  undecidableCount = 0;
  foreignCount = 0;
  private readonly rows: Record<PlannedConversation['kind'], string[]> = {
    due: [],
    held: [],
    undecidable: [],
  };

  add(planned: PlannedConversation): void {
    switch (planned.kind) {
      case 'due':
        this.dueIds.push(planned.conversationId);
        this.bytes += planned.bytes;
        this.foreignCount += planned.foreign.length;
        this.addRow(planned, [...what(planned), formatBytes(planned.bytes)]);
        break;
      case 'held':
        this.heldCount++;
        this.addRow(planned, [...what(planned), planned.reason]);
        break;
      case 'undecidable':
        this.undecidableCount++;
        this.addRow(planned, [planned.day, planned.conversationId, planned.message]);
        break;
    }
  }

  /** Markdown. `policyText` says what is deleted, as a sentence. */
  render(policyText: string, l10n: Localiser): string {
    const { dueIds, heldCount, undecidableCount, foreignCount } = this;
    const lines = [
      `# ${l10n.t('Retention Preview')}`,
      '',
      policyText,
      '',
      `- **${l10n.t('To be deleted')}:** ${dueIds.length.toLocaleString()} (${formatBytes(this.bytes)})`,
      `- **${l10n.t('Kept by a legal hold')}:** ${heldCount.toLocaleString()}`,
      `- **${l10n.t('Kept because it cannot be decided')}:** ${undecidableCount.toLocaleString()}`,
    ];
    if (foreignCount > 0) {
      lines.push(
        `- **${l10n.t('Files in these folders that are not of the archive, and stay')}:** ${foreignCount.toLocaleString()}`,
      );
    }
    lines.push('', l10n.t('Nothing in Genesys Cloud is changed.'));
    lines.push(
      ...this.table(
        l10n.t('To Be Deleted'),
        [l10n.t('Conversation'), l10n.t('Who'), l10n.t('Ended'), l10n.t('Size')],
        'due',
        dueIds.length,
        l10n,
      ),
      ...this.table(
        l10n.t('On Legal Hold'),
        [l10n.t('Conversation'), l10n.t('Who'), l10n.t('Ended'), l10n.t('Reason')],
        'held',
        heldCount,
        l10n,
      ),
      ...this.table(
        l10n.t('Not Decidable'),
        [l10n.t('Day'), l10n.t('Conversation'), l10n.t('Why it is kept')],
        'undecidable',
        undecidableCount,
        l10n,
      ),
    );
    return `${lines.join('\n')}\n`;
  }

  private addRow({ kind }: PlannedConversation, cells: readonly string[]): void {
    if (this.rows[kind].length < maxRows) {
      this.rows[kind].push(`| ${cells.map(escapeMarkdown).join(' | ')} |`);
    }
  }

  private table(
    title: string,
    columns: readonly string[],
    kind: PlannedConversation['kind'],
    count: number,
    l10n: Localiser,
  ): readonly string[] {
    const rows = this.rows[kind];
    if (count === 0) {
      return [];
    }
    const more = count - rows.length;
    return [
      '',
      `## ${title}`,
      '',
      `| ${columns.join(' | ')} |`,
      `|${' --- |'.repeat(columns.length)}`,
      ...rows,
      ...(more > 0 ? ['', l10n.t('… and {0} more.', more.toLocaleString())] : []),
    ];
  }
}

function what({
  detail,
  endMs,
}: Extract<PlannedConversation, { kind: 'due' | 'held' }>): readonly string[] {
  const { label, description } = toArchivedPick(detail, withArchivedNames(undefined, detail.names));
  return [label, description, formatDateTime(endMs)];
}
