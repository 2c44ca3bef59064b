/**
 * The content delivery network: signed files with ranges and validators. It is no part of the API: no rate headers, no
 * correlation id, errors in XML, and a bearer token is refused, so that a client that leaks it is caught.
 */
import { createHash } from 'node:crypto';

import type { SimulatorParts } from '../apiContext.ts';
import type { Incoming } from '../http/incoming.ts';
import { emptyReply, xmlErrorReply, type Reply } from '../http/reply.ts';
import { defineRoutes, type PathParameters, type Route } from '../http/router.ts';
import type { SimulatedFile, SimulatedOrganisation, SimulatedRecording } from '../organisation.ts';
import { parseByteRange } from './byteRange.ts';
import { formatOfFile, readMedia } from './mediaFormats.ts';

type FindFile = (
  path: PathParameters,
  parts: SimulatorParts,
) => SimulatedFile | undefined | Promise<SimulatedFile | undefined>;

export const downloadRoutes = defineRoutes<SimulatorParts>([
  ...route('/downloads/MediaCache/{conversationId}/{recordingId}/{variant}/{file}', findMedia),
  ...route(
    '/downloads/transcriptsCache/{organisationId}/{conversationId}/{communicationId}/{file}',
    findTranscript,
  ),
  ...route('/downloads/batch/{conversationId}/{recordingId}/{file}', findOriginal),
  ...route(
    '/downloads/attachments/{conversationId}/{recordingId}/{attachmentId}',
    (path, { organisation }) =>
      findRecording(path, organisation)?.attachment?.(path('attachmentId')),
  ),
]);

/** Moved media is the same file under another path, whose signature covers the path it was moved from. */
export const movedPrefix = '/downloads/moved';

function route(template: string, find: FindFile): readonly Route<SimulatorParts>[] {
  return (['GET', 'HEAD'] as const).map((method) => ({
    method,
    template,
    access: {},
    handle: (request, path, parts) => serve(request, path, parts, find),
  }));
}

async function serve(
  request: Incoming,
  path: PathParameters,
  parts: SimulatorParts,
  find: FindFile,
): Promise<Reply> {
  if (request.headers.authorization !== undefined) {
    return xmlErrorReply(
      400,
      'InvalidArgument',
      'Only one auth mechanism allowed: the link is signed, send no Authorization header.',
    );
  }
  const verdict = parts.links.verify(request.path, request.parameters);
  if (verdict !== 'good') {
    return verdict === 'expired'
      ? expiredReply()
      : xmlErrorReply(403, verdict === 'unsigned' ? 'MissingKey' : 'AccessDenied', 'Access denied');
  }
  const file = await find(path, parts);
  return file === undefined
    ? xmlErrorReply(404, 'NoSuchKey', 'The specified key does not exist.')
    : answerFile(request, file);
}

/** What the network says of a link whose time is over. */
export const expiredReply = (): Reply => xmlErrorReply(403, 'AccessDenied', 'Request has expired');

function answerFile(request: Incoming, { bytes, contentType }: SimulatedFile): Reply {
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  const disposition = request.parameters.get('response-content-disposition');
  const headers = {
    'Content-Type': contentType,
    'Accept-Ranges': 'bytes',
    ETag: etag,
    // A bucket behind the network: then the ETag is the MD5.
    Server: 'AmazonS3',
    ...(disposition !== null && { 'Content-Disposition': disposition }),
  };
  const ifRange = request.headers['if-range'];
  const isUnchanged = ifRange === undefined || ifRange === etag;
  const range = isUnchanged ? parseByteRange(request.headers.range, bytes.byteLength) : undefined;
  if (range === 'unsatisfiable') {
    return emptyReply(416, { 'Content-Range': `bytes */${String(bytes.byteLength)}` });
  }
  return range === undefined
    ? { status: 200, headers, body: bytes }
    : {
        status: 206,
        headers: {
          ...headers,
          'Content-Range': `bytes ${String(range.first)}-${String(range.last)}/${String(bytes.byteLength)}`,
        },
        body: bytes.subarray(range.first, range.last + 1),
      };
}

async function findMedia(
  path: PathParameters,
  { organisation }: SimulatorParts,
): Promise<SimulatedFile | undefined> {
  const asked = formatOfFile(path('file'));
  const recording = findRecording(path, organisation);
  return asked !== undefined && recording?.channels.includes(asked.channel) === true
    ? await readMedia(recording, asked.channel, asked.format)
    : undefined;
}

async function findOriginal(
  path: PathParameters,
  { organisation }: SimulatorParts,
): Promise<SimulatedFile | undefined> {
  const recording = findRecording(path, organisation);
  return recording?.originalFormat === undefined
    ? undefined
    : { bytes: await recording.original(), contentType: recording.originalFormat.contentType };
}

const findRecording = (
  path: PathParameters,
  organisation: SimulatedOrganisation,
): SimulatedRecording | undefined =>
  organisation
    .conversation(path('conversationId'))
    ?.recordings()
    .find((one) => one.recording.id === path('recordingId'));

function findTranscript(
  path: PathParameters,
  { organisation }: SimulatorParts,
): SimulatedFile | undefined {
  const transcript = organisation
    .conversation(path('conversationId'))
    ?.transcripts()
    .find(
      (one) =>
        one.communicationId === path('communicationId') &&
        `${one.recordingId ?? 'all'}.json` === path('file'),
    );
  return transcript === undefined
    ? undefined
    : { bytes: Buffer.from(transcript.file()), contentType: 'application/json' };
}
