/** Links to transcript files. What is missing, not ready and not a customer's session gets the same 404, as on the platform. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError } from '../http/apiError.ts';
import type { Incoming } from '../http/incoming.ts';
import { jsonReply } from '../http/reply.ts';
import { defineRoutes, type PathParameters } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import type { SimulatedConversation, SimulatedTranscript } from '../organisation.ts';

const linkLifeSeconds = 600;
const communication =
  '/api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}';

export const transcriptRoutes = defineRoutes<ApiContext>([
  {
    method: 'GET',
    template: `${communication}/transcripturl`,
    access: {
      allPermissions: ['recording:recording:view', 'speechAndTextAnalytics:data:view'],
      anyScope: scope('speech-and-text-analytics'),
    },
    handle: (request, path, context) => {
      const [transcript] = findTranscripts(path, context);
      if (transcript === undefined) {
        throw notAvailable();
      }
      return jsonReply<Models.TranscriptUrl>(200, {
        url: link(request, context, path('conversationId'), transcript),
      });
    },
  },
  {
    method: 'GET',
    template: `${communication}/transcripturls`,
    access: {
      anyPermission: ['recording:recording:view', 'recording:recordingSegment:view'],
      anyScope: scope('speech-and-text-analytics'),
    },
    handle: (request, path, context) => {
      const transcripts = findTranscripts(path, context);
      if (transcripts.length === 0) {
        throw notAvailable();
      }
      const id = path('conversationId');
      const selfUri = `/api/v2/conversations/${encodeURIComponent(id)}`;
      return jsonReply<Models.TranscriptUrls>(200, {
        conversation: { id, selfUri },
        communicationId: path('communicationId'),
        urls: transcripts.map((transcript) => ({
          ...(transcript.recordingId !== undefined && {
            recording: {
              id: transcript.recordingId,
              selfUri: `${selfUri}/recordings/${transcript.recordingId}`,
            },
          }),
          url: link(request, context, id, transcript),
        })),
      });
    },
  },
]);

const notAvailable = (): ApiError =>
  new ApiError(404, 'resource.not.found', 'URL is not available.');

/** Those of the communication that are ready. */
function findTranscripts(
  path: PathParameters,
  context: ApiContext,
): readonly SimulatedTranscript[] {
  const conversation = context.organisation.conversation(path('conversationId'));
  return (conversation?.transcripts() ?? []).filter(
    (transcript) =>
      transcript.communicationId === path('communicationId') &&
      conversation !== undefined &&
      isReady(conversation, transcript, context.clock.nowMs()),
  );
}

/** Never while the conversation is still going on. */
const isReady = (
  { detail }: SimulatedConversation,
  { availableAfterMs }: SimulatedTranscript,
  nowMs: number,
): boolean =>
  detail.conversationEnd !== undefined &&
  Date.parse(detail.conversationEnd) + availableAfterMs <= nowMs;

function link(
  request: Incoming,
  context: ApiContext,
  conversationId: string,
  { communicationId, recordingId }: SimulatedTranscript,
): string {
  const ids = [context.organisation.id, conversationId, communicationId, recordingId ?? 'all'];
  return context.links.sign(
    request.origin,
    `/downloads/transcriptsCache/${ids.map(encodeURIComponent).join('/')}.json`,
    linkLifeSeconds,
  );
}
