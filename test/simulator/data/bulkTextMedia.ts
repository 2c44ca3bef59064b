/** Chats, messages and e-mails of organisations of any size, with a file attached to each message and e-mail. */
import type { Models } from 'purecloud-platform-client-v2';

import type { SimulatedRecording } from '../organisation.ts';
import { invoicePdf, photoPng } from './attachmentFiles.ts';

interface BulkTextMedia {
  /** The one transcript key that fits; none for speech. */
  readonly recording: Models.Recording;
  readonly attachment: NonNullable<SimulatedRecording['attachment']>;
}

const nothing: BulkTextMedia = { recording: {}, attachment: () => undefined };

/** @param name makes its content different from all others */
export function bulkTextMedia(mediaType: string, name: string, startMs: number): BulkTextMedia {
  const time = new Date(startMs + 1000).toISOString();
  const id = `${name}-1`;
  switch (mediaType) {
    case 'chat':
      return {
        ...nothing,
        recording: {
          transcript: [
            { id, utc: time, from: 'Customer', body: `Hello, this is about ${name}.` },
            { id: `${name}-2`, utc: time, from: 'Agent', body: 'How may I help you?' },
          ],
        },
      };
    case 'message': {
      const bytes = photoPng(name);
      return {
        recording: {
          messagingTranscript: [
            {
              id,
              timestamp: time,
              purpose: 'customer',
              messageText: 'See the picture.',
              messageMediaAttachments: [
                {
                  id,
                  name: 'photo.png',
                  mediaType: 'image/png',
                  contentLength: bytes.byteLength,
                },
              ],
            },
          ],
        },
        attachment: (wanted) =>
          wanted === id ? { bytes: photoPng(name), contentType: 'image/png' } : undefined,
      };
    }
    case 'email': {
      const bytes = invoicePdf(name);
      return {
        recording: {
          emailTranscript: [
            {
              id,
              time,
              subject: 'Invoice',
              from: { email: 'customer@example.com', name: 'Customer' },
              to: [{ email: 'support@example.com', name: 'Support' }],
              textBody: 'The invoice is attached.',
              attachments: [
                {
                  attachmentId: id,
                  name: 'invoice.pdf',
                  contentType: 'application/pdf',
                  contentLength: bytes.byteLength,
                },
              ],
            },
          ],
        },
        attachment: (wanted) =>
          wanted === id ? { bytes: invoicePdf(name), contentType: 'application/pdf' } : undefined,
      };
    }
    default:
      return nothing;
  }
}
