/** Batches of recordings over HTTP: signed links to originals. Reading a batch asks for no permission, but for its submitter. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError, apiErrors } from '../http/apiError.ts';
import { array, checkBody, object, text } from '../http/bodySchema.ts';
import { readJson, type Incoming } from '../http/incoming.ts';
import { jsonReply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import type { BatchItemResult, BatchView } from './recordingBatches.ts';

const root = '/api/v2/recording/batchrequests';
const maximumItems = 100;
/** Batches belong to quality management, not to recordings. */
const anyScope = scope('quality');

export const batchRoutes = defineRoutes<ApiContext>([
  {
    method: 'POST',
    template: root,
    access: {
      anyPermission: ['recording:recording:view', 'recording:recordingSegment:view'],
      anyScope,
    },
    handle: (request, _, { batches, token }) => {
      const id = batches.submit(decodeSubmission(readJson(request)), token);
      return jsonReply<Models.BatchDownloadJobSubmissionResult>(200, {
        id,
        selfUri: `${root}/${id}`,
      });
    },
  },
  {
    method: 'GET',
    template: `${root}/{jobId}`,
    access: { anyScope },
    handle: (request, path, context) => {
      const id = path('jobId');
      const view = context.batches.view(id, context.token);
      return jsonReply<Models.BatchDownloadJobStatusResult>(200, {
        id,
        jobId: id,
        ...toStatus(view),
        results: view.results.map((result) => toModel(request, context, result)),
        selfUri: `${root}/${id}`,
      });
    },
  },
]);

const schema = object('BatchDownloadJobSubmission', {
  batchDownloadRequestList: array(
    object('BatchDownloadRequest', { conversationId: text, recordingId: text }),
  ),
});

const isSubmission = (checked: unknown): checked is Partial<Models.BatchDownloadJobSubmission> =>
  typeof checked === 'object' && checked !== null;

function decodeSubmission(body: unknown): readonly Models.BatchDownloadRequest[] {
  const checked = checkBody(schema, body);
  if (!isSubmission(checked)) {
    throw apiErrors.badRequest();
  }
  const items = checked.batchDownloadRequestList ?? [];
  if (items.length === 0) {
    throw new ApiError(
      400,
      'batch.download.bad.request',
      'Request list is required and must not be empty',
    );
  }
  if (items.length > maximumItems) {
    throw new ApiError(
      400,
      'batch.download.too.many.items',
      'Too many items requested, max 100 allowed',
    );
  }
  if (items.some(({ conversationId = '' }) => conversationId === '')) {
    throw apiErrors.constraint('batchDownloadRequestList.conversationId may not be null');
  }
  return items;
}

const toStatus = ({
  isCompleted,
  expectedResultCount,
  results,
}: BatchView): Models.BatchDownloadJobStatusResult => ({
  status: isCompleted ? 'Completed' : 'InProgress',
  expectedResultCount,
  resultCount: results.length,
  errorCount: results.filter(({ error }) => error !== undefined).length,
});

function toModel(
  request: Incoming,
  { batches, links }: ApiContext,
  { conversationId, recordingId, recording, error }: BatchItemResult,
): Models.BatchDownloadJobResult {
  const base = { conversationId, ...(recordingId !== undefined && { recordingId }) };
  if (recording?.originalFormat === undefined || error !== undefined) {
    return { ...base, errorMsg: error ?? 'Recording could not be downloaded' };
  }
  const { contentType, extension } = recording.originalFormat;
  const ids = [conversationId, recordingId ?? ''].map(encodeURIComponent).join('/');
  return {
    ...base,
    contentType,
    resultUrl: links.sign(
      request.origin,
      `/downloads/batch/${ids}/original${extension}`,
      batches.settings.linkLifeSeconds,
    ),
  };
}
