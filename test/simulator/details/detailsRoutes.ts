/** Conversations: the details query, and single conversations by id. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError, apiErrors } from '../http/apiError.ts';
import { readJson } from '../http/incoming.ts';
import { jsonReply } from '../http/reply.ts';
import { defineRoutes, type Access } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import { decodeDetailsQuery } from './detailsQuery.ts';

/** Who may read details. */
export const detailsAccess: Access = {
  anyPermission: ['analytics:conversationDetail:view', 'analytics:agentConversationDetail:view'],
  anyScope: scope('analytics'),
};

const maximumIds = 100;

export const detailsRoutes = defineRoutes<ApiContext>([
  {
    method: 'POST',
    template: '/api/v2/analytics/conversations/details/query',
    access: detailsAccess,
    handle: (request, _, { conversations, detailsLimits, pages }) => {
      const query = decodeDetailsQuery(readJson(request), detailsLimits);
      const { conversations: page = [], ...rest } = conversations.query(query);
      pages.refuseTooLarge(page.length);
      return jsonReply<Models.AnalyticsConversationQueryResponse>(200, {
        ...(page.length > 0 && { conversations: page.map((detail) => pages.spoil(detail)) }),
        ...rest,
      });
    },
  },
  {
    method: 'GET',
    template: '/api/v2/analytics/conversations/{conversationId}/details',
    access: detailsAccess,
    handle: (_request, path, { organisation, pages }) => {
      const conversation = organisation.conversation(path('conversationId'));
      if (conversation === undefined) {
        throw new ApiError(404, 'not.found', 'The requested conversation could not be found.');
      }
      return jsonReply<Models.AnalyticsConversationWithoutAttributes>(
        200,
        pages.spoil(conversation.detail),
      );
    },
  },
  {
    method: 'GET',
    template: '/api/v2/analytics/conversations/details',
    access: detailsAccess,
    handle: (request, _, { organisation, pages }) => {
      const ids = request.query.list('id');
      if (ids.length === 0 || ids.length > maximumIds) {
        throw apiErrors.constraint(`id: between 1 and ${String(maximumIds)} ids are needed`);
      }
      const conversations = ids
        .map((id) => organisation.conversation(id)?.detail)
        .filter((detail) => detail !== undefined)
        .map((detail) => pages.spoil(detail));
      pages.refuseTooLarge(conversations.length);
      return jsonReply<Models.AnalyticsConversationAsyncQueryResponse>(200, {
        ...(conversations.length > 0 && { conversations }),
      });
    },
  },
]);
