/** What reports and exports need from elsewhere: the platform's set of conversations, the audit log. Knows no network. */
import type { JsonValue } from '../../base/jsonValue.ts';
import type { Archive } from '../archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Interval } from '../../model/interval.ts';

/** The archive's hash-chained log, as far as reports write to it. */
export interface AuditPort {
  append(
    kind: string,
    details: Readonly<Record<string, JsonValue>>,
    signal: AbortSignal,
  ): Promise<void>;
}

export type ArchiveReader = Pick<
  Archive,
  'rootPath' | 'id' | 'list' | 'listDay' | 'find' | 'read' | 'readDetail'
>;

/** A conversation as the platform lists it. */
export interface PlatformConversation {
  readonly conversationId: ConversationId;
  readonly startMs: number;
  /** Undefined while it is open. */
  readonly endMs: number | undefined;
  /** In words and names: `Voice · Billing · Ada Lovelace`. */
  readonly label: string;
}

export interface PlatformPage {
  readonly conversations: readonly PlatformConversation[];
  /** Conversations of the page that the platform sent in a form that cannot be read. */
  readonly undecodableCount: number;
}

export interface PlatformSet {
  /**
   * Everything that the platform has of conversations that started in the interval, of one UTC day at most, in any order.
   * @throws AppError as the platform's listing does: a set that is not whole is no set
   */
  pages(interval: Interval, signal: AbortSignal): AsyncIterable<PlatformPage>;
}

/** How far long work is: conversations or files, and of how many when that is known. */
export type CountProgress = (doneCount: number, totalCount: number | undefined) => void;
