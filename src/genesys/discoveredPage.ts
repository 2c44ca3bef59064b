/** What a discovery is asked for and what it yields. No behaviour. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Fetched } from '../model/fetched.ts';
import type { ConversationId } from '../model/ids.ts';
import type { Interval } from '../model/interval.ts';
import type { ConversationFilters } from '../query/conversationQuery.ts';
import type { DiscoveryLimits } from '../query/planDiscovery.ts';
import type { BulkApi } from './bulkApi.ts';
import type { GenesysApi } from './genesysApi.ts';

export interface DiscoveryDeps {
  /** Of background priority. */
  readonly api: Pick<GenesysApi, 'listConversations'>;
  readonly bulk: Pick<
    BulkApi,
    | 'createDetailsJob'
    | 'fetchDetailsJob'
    | 'fetchDetailsJobPage'
    | 'deleteDetailsJob'
    | 'fetchDetailsAvailabilityMs'
    | 'fetchConversations'
  >;
  readonly clock: Clock;
  readonly log: Log;
  /** The platform's own when left out. */
  readonly limits?: DiscoveryLimits | undefined;
}

export type DiscoveryScope =
  | { readonly interval: Interval; readonly filters: ConversationFilters }
  | {
      readonly ids: readonly ConversationId[];
      /** Those that started outside are left out. */
      readonly interval?: Interval | undefined;
    };

/** May be empty: its position and its completeness count all the same. */
export interface DiscoveredPage {
  /** By start within a window, windows oldest first. Those without `endMs` are still open. */
  readonly conversations: readonly Fetched<Conversation>[];
  /** What cannot be decoded, or is too large for the platform to send (then without text). Never fails the page. */
  readonly undecodable: readonly UndecodableConversation[];
  /** Ids of the scope that the platform does not know. */
  readonly unknownIds: readonly ConversationId[];
  /** To be stored once this page is: a discovery with the same scope continues after it. Holds no secret. */
  readonly position: string;
  /** Of the whole discovery, as far as can be told; it may change with every page. */
  readonly estimatedTotal: number | undefined;
  /**
   * Everything of the scope that started before this is in this page or an earlier one. Undefined as long as nothing can be
   * promised, and for lists of ids. Only grows; stays behind where the platform may not have told everything.
   */
  readonly completeUntilMs: number | undefined;
  readonly notices: readonly DiscoveryNotice[];
}

export interface UndecodableConversation {
  readonly rawJson: string;
  readonly reason: string;
}

export interface DiscoveryNotice {
  /**
   * `positionUnusable`: the position was damaged or of another scope, the discovery begins anew. `jobsFailed`: a window is asked
   * for by queries because the platform's jobs failed.
   */
  readonly kind: 'positionUnusable' | 'jobsFailed';
  /** A sentence for people and logs. */
  readonly message: string;
}
