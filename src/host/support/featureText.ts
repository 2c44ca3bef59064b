/** Words for the features of the permission table, for notifications and the report. Pure. */
import type { FeatureId } from '../../genesys/permissions.ts';
import type { Localiser } from '../ports/localiser.ts';

/** The feature as a person calls it, such as `Names of queues`. */
export function featureTitle(feature: FeatureId, l10n: Localiser): string {
  switch (feature) {
    case 'listConversations':
      return l10n.t('List of conversations');
    case 'openConversation':
      return l10n.t('Opening a conversation');
    case 'conversationJobs':
      return l10n.t('Conversations in bulk');
    case 'recordings':
      return l10n.t('Recordings');
    case 'recordingBatches':
      return l10n.t('Recordings in bulk');
    case 'unredactedRecordings':
      return l10n.t('Recordings that are not redacted');
    case 'annotations':
      return l10n.t('Bookmarks of recordings');
    case 'transcripts':
      return l10n.t('Transcripts');
    case 'unrecordedTranscripts':
      return l10n.t('Transcripts without a recording');
    case 'queueNames':
      return l10n.t('Names of queues');
    case 'userNames':
      return l10n.t('Names of users');
    case 'wrapUpNames':
      return l10n.t('Names of wrap-up codes');
    case 'divisionNames':
      return l10n.t('Names of divisions');
  }
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
