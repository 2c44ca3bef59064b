/** `GET /archive/retrieve`: one stored file of a conversation as an attachment, or links when several could be meant. */
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGzip } from 'node:zlib';
import type { Archive } from '../archive/archive.ts';
import { compressionOf, contentPath, createUnpacker } from '../archive/compression.ts';
import { isHistory } from '../archive/history.ts';
import { entryPath, readManifest, type ManifestFile } from '../archive/manifest.ts';
import { errors } from '../base/appError.ts';
import { isSafeName, parseConversationId } from '../model/ids.ts';
import { archiveFailures } from './archiveFailures.ts';
import type { ApiAnswer } from './apiRequest.ts';
import type { ApiRoute } from './apiRoute.ts';

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['webm', 'audio/webm'],
  ['mp4', 'video/mp4'],
  ['json', 'application/json'],
]);

const fileTypes: readonly string[] = [
  ...new Set(mediaTypes.values()),
  'application/octet-stream',
  'application/gzip',
];

interface Selection {
  readonly interactionId: string;
  readonly recordingId: string | undefined;
  readonly channel: string | undefined;
  readonly format: string;
}

/** How the archive holds a file, and how it is wanted. */
interface StoredAs {
  /** Of the manifest's entry. */
  readonly path: string;
  readonly format: string;
}

export function retrieveRoute({
  openArchive,
}: {
  readonly openArchive: (signal: AbortSignal) => Promise<Archive>;
}): ApiRoute {
  return {
    path: '/archive/retrieve',
    summary:
      'A stored file as it was received: a recording, or the detail of a conversation without one',
    parameters: [
      {
        name: 'interactionId',
        in: 'query',
        type: 'string',
        description: 'Conversation id',
        isRequired: true,
      },
      { name: 'recordingId', in: 'query', type: 'string', description: 'One of its recordings' },
      { name: 'channel', in: 'query', type: 'string', description: 'One channel, such as 0' },
      {
        name: 'format',
        in: 'query',
        type: 'string',
        values: ['original', 'gzip'],
        description: 'original (with ranges) when left out, or packed by gzip',
      },
    ],
    responses: {
      ...archiveFailures,
      200: {
        description: 'The file, as an attachment',
        mediaTypes: fileTypes,
        headers: { 'Content-Disposition': 'A safe file name' },
      },
      206: {
        description: 'The bytes that Range asks for, of a file that is stored as it is wanted',
        mediaTypes: fileTypes,
        headers: { 'Content-Range': 'Which bytes, of how many' },
      },
      300: {
        description: 'Several files: choose one of the links',
        schema: {
          type: 'object',
          properties: {
            links: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  href: { type: 'string' },
                  recordingId: { type: 'string' },
                  channel: { type: 'string' },
                  sizeBytes: { type: 'integer' },
                },
                required: ['href', 'sizeBytes'],
              },
            },
          },
          required: ['links'],
        },
      },
      404: { description: 'Not in the archive, or no archive in the folder' },
      416: {
        description: 'The file has no such bytes',
        headers: { 'Content-Range': 'How many bytes it has' },
      },
    },
    answer: async ({ text }, signal) => {
      const { interactionId = '', recordingId, channel, format = 'original' } = text;
      return retrieve(
        await openArchive(signal),
        { interactionId, recordingId, channel, format },
        signal,
      );
    },
  };
}

async function retrieve(
  archive: Archive,
  selection: Selection,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const id = parseConversationId(selection.interactionId, 'person');
  const folder = await archive.find(id, signal);
  const manifest = folder === undefined ? undefined : await readManifest(folder, signal);
  const files = candidates(manifest?.files ?? [], selection);
  const [file] = files;
  if (folder === undefined || file === undefined) {
    throw errors.notFound('The archive has no such file of this conversation');
  }
  if (files.length > 1) {
    return { kind: 'json', status: 300, body: { links: files.map((one) => toLink(id, one)) } };
  }
  const path = entryPath(folder, file);
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true) {
    throw errors.corrupt(
      'The manifest lists this file, but it is not there. Download the conversation again',
    );
  }
  return toFile(path, stats.size, { path: file.path, format: selection.format });
}

/** Media that fit; without media and without a wish the detail. */
function candidates(
  files: readonly ManifestFile[],
  { recordingId, channel }: Selection,
): readonly ManifestFile[] {
  const current = files.filter((file) => !isHistory(file));
  const media = current.filter((file) => file.channel !== undefined);
  const fitting = media.filter(
    (file) =>
      (recordingId === undefined || file.recordingId === recordingId) &&
      (channel === undefined || file.channel === channel),
  );
  const isDetailMeant = media.length === 0 && recordingId === undefined && channel === undefined;
  return isDetailMeant
    ? current.filter(({ path }) => contentPath(path) === 'conversation.json')
    : fitting;
}

function toLink(id: string, { recordingId, channel, storedBytes }: ManifestFile): unknown {
  const query = new URLSearchParams({
    interactionId: id,
    ...(recordingId === undefined ? {} : { recordingId }),
    ...(channel === undefined ? {} : { channel }),
  });
  return {
    href: `/archive/retrieve?${query.toString()}`,
    recordingId,
    channel,
    sizeBytes: storedBytes,
  };
}

function toFile(path: string, sizeBytes: number, { path: stored, format }: StoredAs): ApiAnswer {
  const compression = compressionOf(stored);
  const plain = basename(contentPath(stored));
  const isPackedWanted = format === 'gzip';
  const fileName = isPackedWanted ? `${plain}.gz` : plain;
  const isAsWanted = compression === (isPackedWanted ? 'gzip' : undefined);
  return {
    kind: 'file',
    path,
    sizeBytes,
    fileName: isSafeName(fileName) ? fileName : 'recording',
    mediaType: isPackedWanted
      ? 'application/gzip'
      : (mediaTypes.get(plain.split('.').at(-1) ?? '') ?? 'application/octet-stream'),
    through: isAsWanted
      ? []
      : [
          ...(compression === undefined ? [] : [() => createUnpacker(compression)]),
          ...(isPackedWanted ? [() => createGzip()] : []),
        ],
  };
}
