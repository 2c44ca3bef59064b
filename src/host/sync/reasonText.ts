/** What the reasons of a sync mean, in sentences for people. Pure. */
import type { ReasonCode } from '../../archive/absence.ts';
import type { Localiser } from '../ports/localiser.ts';

/** What is missing and why: short enough for a row. */
export function reasonTitle(reason: ReasonCode, l10n: Localiser): string {
  switch (reason) {
    case 'noPermission':
      return l10n.t('No permission');
    case 'notTranscribed':
      return l10n.t('Not transcribed');
    case 'transcoding':
      return l10n.t('Being converted by the platform');
    case 'archived':
      return l10n.t('In the platform’s cold archive');
    case 'restoring':
      return l10n.t('Being restored by the platform');
    case 'deletedByRetention':
      return l10n.t('No longer kept by the platform');
    case 'uploading':
      return l10n.t('Still being uploaded to the platform');
    case 'platformError':
      return l10n.t('The platform failed');
    case 'notRecorded':
      return l10n.t('Not recorded');
    case 'unusable':
      return l10n.t('Not usable as it came');
    case 'checksumMismatch':
      return l10n.t('Came otherwise than announced');
    case 'notWanted':
      return l10n.t('Left out on purpose');
    case 'stillOpen':
      return l10n.t('The conversation goes on');
  }
}

/** What a person can do about it. */
export function reasonAdvice(reason: ReasonCode, l10n: Localiser): string {
  switch (reason) {
    case 'noPermission':
      return l10n.t(
        'The signed-in client may not read it. Ask an administrator for the permission (Show Permissions names it), then retry.',
      );
    case 'notTranscribed':
      return l10n.t(
        'There is no transcript, not yet or not any more; the platform does not say which.',
      );
    case 'transcoding':
      return l10n.t('Genesys Cloud is converting the recording. It is asked for again by itself.');
    case 'archived':
      return l10n.t(
        'Restore the recordings in Genesys Cloud, then retry. They are never restored unasked.',
      );
    case 'restoring':
      return l10n.t('Genesys Cloud brings the recording back. It is asked for again by itself.');
    case 'deletedByRetention':
      return l10n.t('The platform has deleted it, by its retention policy or by a person.');
    case 'uploading':
      return l10n.t('It is asked for again by itself in a few minutes.');
    case 'platformError':
      return l10n.t('Genesys Cloud answered with errors, again and again. Retry later.');
    case 'notRecorded':
      return l10n.t('Nobody recorded it.');
    case 'unusable':
      return l10n.t(
        'What Genesys Cloud sent could not be read. Nothing was stored for it; retry later.',
      );
    case 'checksumMismatch':
      return l10n.t(
        'It was fetched twice and did not match what was announced. Nothing was stored; the audit log has both hashes.',
      );
    case 'notWanted':
      return l10n.t('The sync was not asked for it, or it was deleted from this archive.');
    case 'stillOpen':
      return l10n.t('It is asked for again when it may have ended.');
  }
}
