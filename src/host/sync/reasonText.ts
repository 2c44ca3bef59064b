/** What the reasons of a sync mean, in sentences for people. Pure. */
import type { ReasonCode } from '../../archive/absence.ts';
import type { Localiser } from '../ports/localiser.ts';

interface ReasonText {
  /** What is missing and why: short enough for a row. */
  readonly title: string;
  /** What a person can do about it. */
  readonly advice: string;
}

const texts: Readonly<Record<ReasonCode, (l10n: Localiser) => ReasonText>> = {
  noPermission: (l10n) => ({
    title: l10n.t('No permission'),
    advice: l10n.t(
      'The signed-in client may not read it. Ask an administrator for the permission (Show Permissions names it), then retry.',
    ),
  }),
  notTranscribed: (l10n) => ({
    title: l10n.t('Not transcribed'),
    advice: l10n.t(
      'There is no transcript, not yet or not any more; the platform does not say which.',
    ),
  }),
  transcoding: (l10n) => ({
    title: l10n.t('Being converted by the platform'),
    advice: l10n.t('Genesys Cloud is converting the recording. It is asked for again by itself.'),
  }),
  archived: (l10n) => ({
    title: l10n.t('In the platform’s cold archive'),
    advice: l10n.t(
      'Restore the recordings in Genesys Cloud, then retry. They are never restored unasked.',
    ),
  }),
  restoring: (l10n) => ({
    title: l10n.t('Being restored by the platform'),
    advice: l10n.t('Genesys Cloud brings the recording back. It is asked for again by itself.'),
  }),
  deletedByRetention: (l10n) => ({
    title: l10n.t('No longer kept by the platform'),
    advice: l10n.t('The platform has deleted it, by its retention policy or by a person.'),
  }),
  uploading: (l10n) => ({
    title: l10n.t('Still being uploaded to the platform'),
    advice: l10n.t('It is asked for again by itself in a few minutes.'),
  }),
  platformError: (l10n) => ({
    title: l10n.t('The platform failed'),
    advice: l10n.t('Genesys Cloud answered with errors, again and again. Retry later.'),
  }),
  notRecorded: (l10n) => ({ title: l10n.t('Not recorded'), advice: l10n.t('Nobody recorded it.') }),
  unusable: (l10n) => ({
    title: l10n.t('Not usable as it came'),
    advice: l10n.t(
      'What Genesys Cloud sent could not be read. Nothing was stored for it; retry later.',
    ),
  }),
  checksumMismatch: (l10n) => ({
    title: l10n.t('Came otherwise than announced'),
    advice: l10n.t(
      'It was fetched twice and did not match what was announced. Nothing was stored; the audit log has both hashes.',
    ),
  }),
  notWanted: (l10n) => ({
    title: l10n.t('Left out on purpose'),
    advice: l10n.t('The sync was not asked for it, or it was deleted from this archive.'),
  }),
  stillOpen: (l10n) => ({
    title: l10n.t('The conversation goes on'),
    advice: l10n.t('It is asked for again when it may have ended.'),
  }),
};

export function reasonTitle(reason: ReasonCode, l10n: Localiser): string {
  return texts[reason](l10n).title;
}

export function reasonAdvice(reason: ReasonCode, l10n: Localiser): string {
  return texts[reason](l10n).advice;
}
