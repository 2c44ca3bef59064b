/** Asynchronous details jobs over HTTP. Unlike the details query they tell the attributes of participants. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { detailsAccess } from '../details/detailsRoutes.ts';
import { readJson } from '../http/incoming.ts';
import { emptyReply, jsonReply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import type { SimulatedConversation } from '../organisation.ts';
import { decodeJobQuery } from './jobQuery.ts';

const root = '/api/v2/analytics/conversations/details/jobs';
/** Values of attributes are cut here. */
const maximumAttributeLength = 1024;

export const jobRoutes = defineRoutes<ApiContext>([
  {
    method: 'POST',
    template: root,
    access: detailsAccess,
    handle: (request, _, { jobs }) => {
      const query = decodeJobQuery(readJson(request), jobs.settings.maximumDays);
      return jsonReply<Models.AsyncQueryResponse>(202, { jobId: jobs.submit(query) });
    },
  },
  {
    method: 'GET',
    template: `${root}/availability`,
    access: {
      anyPermission: ['analytics:conversationDetail:view'],
      anyScope: scope('analytics'),
    },
    handle: (_request, _path, { jobs }) =>
      jsonReply<Models.DataAvailabilityResponse>(200, {
        dataAvailabilityDate: new Date(jobs.availableUntilMs()).toISOString(),
      }),
  },
  {
    method: 'GET',
    template: `${root}/{jobId}`,
    access: detailsAccess,
    handle: (_request, path, { jobs }) => {
      const status = jobs.status(path('jobId'));
      const isRunning = status.state === 'QUEUED' || status.state === 'PENDING';
      return jsonReply<Models.AsyncQueryStatus>(isRunning ? 202 : 200, status);
    },
  },
  {
    method: 'DELETE',
    template: `${root}/{jobId}`,
    access: detailsAccess,
    handle: (_request, path, { jobs }) => {
      jobs.drop(path('jobId'));
      return emptyReply(204);
    },
  },
  {
    method: 'GET',
    template: `${root}/{jobId}/results`,
    access: detailsAccess,
    handle: (request, path, { jobs, pages }) => {
      const { maximumPageSize } = jobs.settings;
      const pageSize = request.query.integer('pageSize', maximumPageSize, 1, maximumPageSize);
      const page = jobs.page(path('jobId'), request.query.text('cursor'), pageSize);
      pages.refuseTooLarge(page.conversations.length);
      return jsonReply<Models.AnalyticsConversationAsyncQueryResponse>(200, {
        ...(page.conversations.length > 0 && {
          conversations: page.conversations.map((one) => pages.spoil(withAttributes(one))),
        }),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
        dataAvailabilityDate: new Date(page.availableUntilMs).toISOString(),
      });
    },
  },
]);

function withAttributes(conversation: SimulatedConversation): Models.AnalyticsConversation {
  const { participants, ...detail } = conversation.detail;
  return {
    ...detail,
    ...(participants !== undefined && {
      participants: participants.map((participant) => {
        const attributes = Object.entries(
          conversation.attributes?.(participant.participantId ?? '') ?? {},
        );
        return {
          ...participant,
          attributes: Object.fromEntries(
            attributes.map(([name, value]) => [name, value.slice(0, maximumAttributeLength)]),
          ),
        };
      }),
    }),
  };
}
