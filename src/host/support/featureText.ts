/** Words for the features of the permission table, for notifications and the report. Pure. */
import type { FeatureId, FeatureStatus } from '../../genesys/permissions.ts';
import type { Localiser } from '../ports/localiser.ts';

const titles: Readonly<Record<FeatureId, (l10n: Localiser) => string>> = {
  listConversations: (l10n) => l10n.t('List of conversations'),
  openConversation: (l10n) => l10n.t('Opening a conversation'),
  conversationJobs: (l10n) => l10n.t('Conversations in bulk'),
  recordings: (l10n) => l10n.t('Recordings'),
  recordingBatches: (l10n) => l10n.t('Recordings in bulk'),
  unredactedRecordings: (l10n) => l10n.t('Recordings that are not redacted'),
  annotations: (l10n) => l10n.t('Bookmarks of recordings'),
  transcripts: (l10n) => l10n.t('Transcripts'),
  unrecordedTranscripts: (l10n) => l10n.t('Transcripts without a recording'),
  queueNames: (l10n) => l10n.t('Names of queues'),
  userNames: (l10n) => l10n.t('Names of users'),
  wrapUpNames: (l10n) => l10n.t('Names of wrap-up codes'),
  divisionNames: (l10n) => l10n.t('Names of divisions'),
};

/** The feature as a person calls it, such as `Names of queues`. */
export function featureTitle(feature: FeatureId, l10n: Localiser): string {
  return titles[feature](l10n);
}

/** Features that lack the same are named together: `Recordings, Transcripts (recording:recording:view); Names of queues (…)`. */
export function featuresByNeeds(
  statuses: readonly Pick<FeatureStatus, 'feature' | 'missingPermissions' | 'missingScopes'>[],
  l10n: Localiser,
): string {
  const titlesOf = Map.groupBy(statuses, ({ missingPermissions, missingScopes }) =>
    [...missingPermissions, ...missingScopes].join(', '),
  );
  return [...titlesOf]
    .map(([needs, group]) => {
      const names = group.map(({ feature }) => featureTitle(feature, l10n)).join(', ');
      return needs === '' ? names : `${names} (${needs})`;
    })
    .join('; ');
}

/** `Transcripts (recording:recording:view, speechAndTextAnalytics:data:view)` */
export function featureWithNeeds(
  feature: FeatureId,
  needs: readonly string[],
  l10n: Localiser,
): string {
  const title = featureTitle(feature, l10n);
  return needs.length === 0 ? title : `${title} (${needs.join(', ')})`;
}
