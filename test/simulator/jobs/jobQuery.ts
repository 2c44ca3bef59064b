/**
 * The body of an asynchronous details job: a details query without paging and aggregations. It knows nothing of conversations.
 * @see POST /api/v2/analytics/conversations/details/jobs
 */
import type { Models } from 'purecloud-platform-client-v2';

import { checkFilters, sharedQueryProperties } from '../details/detailsQuery.ts';
import { parseInterval } from '../details/detailsInterval.ts';
import { apiErrors } from '../http/apiError.ts';
import { checkBody, flag, integer, object } from '../http/bodySchema.ts';

const schema = object(
  'AsyncConversationQuery',
  { ...sharedQueryProperties, limit: integer, startOfDayIntervalMatching: flag },
  ['interval'],
);

const isQuery = (checked: unknown): checked is Models.AsyncConversationQuery =>
  typeof checked === 'object' && checked !== null && 'interval' in checked;

/** @throws ApiError 400 with the platform's codes */
export function decodeJobQuery(body: unknown, maximumDays: number): Models.AsyncConversationQuery {
  const query = checkBody(schema, body);
  if (!isQuery(query)) {
    throw apiErrors.badRequest();
  }
  checkFilters(query);
  const { startMs, endMs } = parseInterval(query.interval);
  if (endMs - startMs > maximumDays * 86_400_000) {
    throw apiErrors.badRequest(
      `The interval is too long: at most ${String(maximumDays)} days are allowed.`,
    );
  }
  if (query.limit !== undefined && query.limit < 1) {
    throw apiErrors.constraint('limit must be greater than or equal to 1');
  }
  return query;
}
