/** Recordings of chats, messages and e-mails as batches bring them: a zip of what was written and what was attached. */
import type { Models } from 'purecloud-platform-client-v2';

import type { OriginalFormat, SimulatedRecording } from '../organisation.ts';
import { storedZip } from './storedZip.ts';

export const textOriginalFormat: OriginalFormat = {
  contentType: 'application/zip',
  extension: '.zip',
};

/** @param attachment the files by their id */
export function textOriginal(
  { transcript, messagingTranscript, emailTranscript }: Models.Recording,
  attachment: NonNullable<SimulatedRecording['attachment']>,
): Uint8Array {
  const ids = [
    ...(messagingTranscript ?? []).flatMap((message) =>
      (message.messageMediaAttachments ?? []).map(({ id }) => id),
    ),
    ...(emailTranscript ?? []).flatMap((message) =>
      (message.attachments ?? []).map(({ attachmentId }) => attachmentId),
    ),
  ];
  const files = ids.flatMap((id = '') => {
    const file = attachment(id);
    return file === undefined ? [] : [{ name: `attachments/${id}`, bytes: file.bytes }];
  });
  const written = JSON.stringify(transcript ?? messagingTranscript ?? emailTranscript ?? []);
  return storedZip([{ name: 'transcript.json', bytes: Buffer.from(written) }, ...files]);
}
