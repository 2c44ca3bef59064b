/** Which archived conversations leave the archive: chosen ones, those of an interval, or all. Walks; reads no file. */
import { createHash } from 'node:crypto';
import type { ConversationId } from '../../model/ids.ts';
import { toIsoInterval, type Interval } from '../../model/interval.ts';
import type { ListedConversation } from '../archive.ts';
import { daysOf, isoDay } from '../reports/completenessReport.ts';
import type { ArchiveReader } from '../reports/reportPorts.ts';

export type ExportSelection =
  | { readonly kind: 'ids'; readonly ids: readonly ConversationId[] }
  /** By the start of the conversation. */
  | { readonly kind: 'interval'; readonly interval: Interval }
  | { readonly kind: 'all' };

export interface SelectedConversation extends Pick<
  ListedConversation,
  'conversationId' | 'folderPath'
> {
  /** Undefined for a conversation that the archive does not have. */
  readonly day: string | undefined;
}

/**
 * The conversations in an order that does not change: chosen ones by id, those of an interval oldest day first, all of them
 * newest day first. Conversations of the first and last day of an interval may lie outside of it: `isSelected` tells.
 */
export async function* selectConversations(
  archive: Pick<ArchiveReader, 'list' | 'listDay' | 'find'>,
  selection: ExportSelection,
  signal: AbortSignal,
): AsyncIterable<SelectedConversation> {
  switch (selection.kind) {
    case 'all':
      yield* archive.list(signal);
      return;
    case 'interval':
      for (const { startMs } of daysOf(selection.interval)) {
        yield* archive.listDay(isoDay(startMs), signal);
      }
      return;
    case 'ids':
      for (const conversationId of [...new Set(selection.ids)].sort()) {
        const folderPath = await archive.find(conversationId, signal);
        const day = folderPath?.split(/[\\/]/u).slice(-4, -1).join('-');
        yield { conversationId, folderPath: folderPath ?? '', day };
      }
  }
}

export function isSelected(selection: ExportSelection, startMs: number): boolean {
  return (
    selection.kind !== 'interval' ||
    (startMs >= selection.interval.startMs && startMs < selection.interval.endMs)
  );
}

/** `2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z`, `all`, or `chosen`. */
export function describeSelection(selection: ExportSelection): string {
  switch (selection.kind) {
    case 'interval':
      return toIsoInterval(selection.interval);
    case 'all':
      return 'all';
    case 'ids':
      return 'chosen';
  }
}

/** SHA-256 over ids in the order of the export, one a line. */
export class IdsDigest {
  private readonly hash = createHash('sha256');

  add(id: ConversationId): void {
    this.hash.update(`${id}\n`);
  }

  /** Ends it; lower-case hexadecimal. */
  finish(): string {
    return this.hash.digest('hex');
  }
}
