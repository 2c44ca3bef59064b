/** Recordings of a conversation: 202 while transcoding, then signed links to one file for each channel; and their metadata. */
import { randomUUID } from 'node:crypto';

import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError } from '../http/apiError.ts';
import type { Incoming } from '../http/incoming.ts';
import { emptyReply, jsonReply, type Reply } from '../http/reply.ts';
import { defineRoutes, type Access } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import type { SimulatedConversation, SimulatedRecording } from '../organisation.ts';
import { linkAttachments } from './attachmentLinks.ts';
import { readFormat, type MadeFormat } from './mediaFormats.ts';

const access: Access = {
  anyPermission: ['recording:recording:view', 'recording:recordingSegment:view'],
  anyScope: scope('recordings'),
};

const root = '/api/v2/conversations/{conversationId}';

export const recordingRoutes = defineRoutes<ApiContext>([
  {
    method: 'GET',
    template: `${root}/recordings`,
    access,
    handle: (request, path, context) => {
      readListOptions(request);
      const conversationId = path('conversationId');
      const recordings = findConversation(context, conversationId).recordings();
      const answered = answerRecordings(request, context, conversationId, recordings);
      return answered === undefined
        ? emptyReply(202)
        : jsonReply<readonly Models.Recording[]>(200, answered);
    },
  },
  {
    method: 'GET',
    template: `${root}/recordings/{recordingId}`,
    access,
    handle: (request, path, context) => {
      readListOptions(request);
      readDownloadOptions(request);
      const conversationId = path('conversationId');
      const recording = findRecording(context, conversationId, path('recordingId'));
      const [answered] = answerRecordings(request, context, conversationId, [recording]) ?? [];
      return answered === undefined ? emptyReply(202) : jsonReply<Models.Recording>(200, answered);
    },
  },
  {
    method: 'GET',
    template: `${root}/recordingmetadata`,
    access,
    handle: (_request, path, context): Reply =>
      jsonReply<readonly Models.RecordingMetadata[]>(
        200,
        findConversation(context, path('conversationId'))
          .recordings()
          .map(({ recording }) => toMetadata(recording)),
      ),
  },
  {
    method: 'GET',
    template: `${root}/recordingmetadata/{recordingId}`,
    access,
    handle: (_request, path, context) =>
      jsonReply<Models.RecordingMetadata>(
        200,
        toMetadata(findRecording(context, path('conversationId'), path('recordingId')).recording),
      ),
  },
]);

function readListOptions({ query }: Incoming): void {
  query.integer('maxWaitMs', 5000, 0, 600_000);
  query.flag('includePauseAnnotationsForScreenRecordings');
}

function readDownloadOptions({ query }: Incoming): void {
  query.flag('download');
  query.oneOf('emailFormatId', ['EML', 'NONE'], 'EML');
  query.oneOf('chatFormatId', ['ZIP', 'NONE'], 'ZIP');
  query.oneOf('messageFormatId', ['ZIP', 'NONE'], 'ZIP');
}

function findConversation(context: ApiContext, id: string): SimulatedConversation {
  const conversation = context.organisation.conversation(id);
  if (conversation === undefined) {
    throw new ApiError(
      404,
      'conversation.not.found',
      'A conversation for the provided conversationId was not found.',
    );
  }
  return conversation;
}

function findRecording(
  context: ApiContext,
  conversationId: string,
  id: string,
): SimulatedRecording {
  const recording = findConversation(context, conversationId)
    .recordings()
    .find((one) => one.recording.id === id);
  if (recording === undefined) {
    throw new ApiError(
      404,
      'recording.recording.not.found',
      'Recording with recordingId was not found.',
    );
  }
  return recording;
}

/** `undefined` while something is still transcoding. */
function answerRecordings(
  request: Incoming,
  context: ApiContext,
  conversationId: string,
  recordings: readonly SimulatedRecording[],
): readonly Models.Recording[] | undefined {
  const format = readFormat(request);
  const withMedia = recordings.filter(hasMedia);
  if (format === 'NONE' || withMedia.length === 0) {
    return recordings.map(({ recording }) => toAnswered(request, context, recording));
  }
  if (!context.transcoding.isDone(conversationId, format, withMedia)) {
    return undefined;
  }
  return recordings.map((one) => {
    const recording = toAnswered(request, context, one.recording);
    return hasMedia(one)
      ? { ...recording, mediaUris: linkMedia(request, context, conversationId, one, format) }
      : recording;
  });
}

/** Archived and text media have no channels; a state that keeps the media away wins over channels. */
const hasMedia = ({ recording, channels }: SimulatedRecording): boolean =>
  channels.length > 0 && ['AVAILABLE', 'RESTORED', undefined].includes(recording.fileState);

function linkMedia(
  request: Incoming,
  context: ApiContext,
  conversationId: string,
  simulated: SimulatedRecording,
  format: MadeFormat,
): Record<string, Models.MediaResult> {
  const recordingId = simulated.recording.id ?? '';
  const isVideo = simulated.mediaContentType === 'video/webm';
  return Object.fromEntries(
    simulated.channels.map((channel) => {
      const name = request.query.text('fileName') ?? `audio_${channel}`;
      const disposition = `attachment;filename="${name.replaceAll(/[^\w. -]/g, '_')}${isVideo ? '.webm' : '.wav'}"`;
      const mediaUri = context.links.sign(
        request.origin,
        mediaPath(
          conversationId,
          recordingId,
          `${isVideo ? 'SCREEN' : 'AUDIO'}_${channel}`,
          format,
        ),
        context.mediaLinkLifeSeconds,
        disposition,
      );
      return [
        channel,
        { mediaUri, ...(!isVideo && { waveformData: [...simulated.waveform(channel)] }) },
      ];
    }),
  );
}

/** Where `downloadRoutes` serves a channel. */
function mediaPath(
  conversationId: string,
  recordingId: string,
  name: string,
  format: MadeFormat,
): string {
  const variant = encodeURIComponent(`isDownloading:false_format:${format}_version:v2`);
  const ids = [conversationId, recordingId].map(encodeURIComponent).join('/');
  return `/downloads/MediaCache/${ids}/${variant}/${encodeURIComponent(name)}.${format}`;
}

/** Bookmarks are left out for whoever may not see annotations; holds have another id on every request, as the platform's do. */
function toAnswered(
  request: Incoming,
  context: ApiContext,
  recording: Models.Recording,
): Models.Recording {
  const linked = linkAttachments(request, context, recording);
  if (recording.annotations === undefined) {
    return linked;
  }
  const canSeeBookmarks = context.token.client.permissions.includes('recording:annotation:view');
  return {
    ...linked,
    annotations: recording.annotations
      .filter(({ type }) => canSeeBookmarks || type !== 'Bookmark')
      .map((annotation) =>
        annotation.type === 'Hold' ? { ...annotation, id: randomUUID() } : annotation,
      ),
  };
}

/** No media and no annotations of the system; start and end only of screen recordings. */
function toMetadata(recording: Models.Recording): Models.RecordingMetadata {
  const kept = [
    'id',
    'name',
    'conversationId',
    'path',
    'media',
    'mediaSubtype',
    'mediaSubject',
    'fileState',
    'restoreExpirationTime',
    'archiveDate',
    'archiveMedium',
    'deleteDate',
    'exportDate',
    'exportedDate',
    'maxAllowedRestorationsForOrg',
    'remainingRestorationsAllowedForOrg',
    'sessionId',
    ...(recording.media === 'screen' ? ['startTime', 'endTime'] : []),
  ];
  const metadata: Models.RecordingMetadata = Object.fromEntries(
    Object.entries(recording).filter(([name]) => kept.includes(name)),
  );
  return { ...metadata, region: 'eu-central-1' };
}
