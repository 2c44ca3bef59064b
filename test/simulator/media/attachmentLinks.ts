/** Signed links to the files of messages and e-mails, put into their transcripts when a recording is answered. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import type { Incoming } from '../http/incoming.ts';

/** The recording with a link for each attachment that has an id; media that has none is as before. */
export function linkAttachments(
  request: Incoming,
  { links, mediaLinkLifeSeconds }: Pick<ApiContext, 'links' | 'mediaLinkLifeSeconds'>,
  recording: Models.Recording,
): Models.Recording {
  const { id = '', conversationId = '', messagingTranscript, emailTranscript } = recording;
  const link = (attachmentId: string): string => {
    const path = [conversationId, id, attachmentId].map(encodeURIComponent).join('/');
    return links.sign(request.origin, `/downloads/attachments/${path}`, mediaLinkLifeSeconds);
  };
  return {
    ...recording,
    ...(messagingTranscript !== undefined && {
      messagingTranscript: messagingTranscript.map((message) => ({
        ...message,
        ...(message.messageMediaAttachments !== undefined && {
          messageMediaAttachments: message.messageMediaAttachments.map((attachment) =>
            attachment.id === undefined ? attachment : { ...attachment, url: link(attachment.id) },
          ),
        }),
      })),
    }),
    ...(emailTranscript !== undefined && {
      emailTranscript: emailTranscript.map((message) => ({
        ...message,
        ...(message.attachments !== undefined && {
          attachments: message.attachments.map((attachment) =>
            attachment.attachmentId === undefined
              ? attachment
              : { ...attachment, contentPath: link(attachment.attachmentId) },
          ),
        }),
      })),
    }),
  };
}
