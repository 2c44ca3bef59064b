/** What the handlers of `/api/v2` work with. */
import type { ConversationIndex } from './details/conversationIndex.ts';
import type { DetailPages } from './details/detailPages.ts';
import type { DetailsLimits } from './details/detailsQuery.ts';
import type { Token, TokenStore } from './identity/tokenStore.ts';
import type { DetailsJobs } from './jobs/detailsJobs.ts';
import type { LinkSigner } from './media/linkSigner.ts';
import type { RecordingBatches } from './media/recordingBatches.ts';
import type { Transcoding } from './media/transcoding.ts';
import type { SimulatedOrganisation } from './organisation.ts';
import type { SimulatedClock } from './simulatedClock.ts';

export interface SimulatorParts {
  readonly organisation: SimulatedOrganisation;
  readonly clock: SimulatedClock;
  readonly tokens: TokenStore;
  readonly conversations: ConversationIndex;
  readonly detailsLimits: DetailsLimits;
  readonly pages: DetailPages;
  readonly jobs: DetailsJobs;
  readonly batches: RecordingBatches;
  readonly links: LinkSigner;
  readonly transcoding: Transcoding;
  /** How long links to media live. */
  readonly mediaLinkLifeSeconds: number;
}

export interface ApiContext extends SimulatorParts {
  readonly token: Token;
}
