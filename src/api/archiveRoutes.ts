/** The routes over one archive and its catalogue, with the field names of the tutorials where these had them. */
import type { Archive } from '../archive/archive.ts';
import { contentPath } from '../archive/compression.ts';
import { toReadableText } from '../archive/exports/readableText.ts';
import { readManifest } from '../archive/manifest.ts';
import { filesOf } from '../archive/reports/availabilityReport.ts';
import { errors, isAppError } from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ConversationHits, SearchHits } from '../catalogue/catalogueSearch.ts';
import { parseConversationId } from '../model/ids.ts';
import { archiveFailures } from './archiveFailures.ts';
import type { ApiParameter } from './apiRequest.ts';
import type { ApiRoute, JsonSchema } from './apiRoute.ts';
import { retrieveRoute } from './retrieveRoute.ts';

export interface ArchiveRoutesDeps {
  /** Opened anew for each request: the folder may have moved. @throws AppError `notFound` | `storage` */
  readonly openArchive: (signal: AbortSignal) => Promise<Archive>;
  readonly openCatalogue: () => Promise<Catalogue>;
  readonly clock: Clock;
}

const maxTranscriptLength = 65_536;
const text: JsonSchema = { type: 'string' };
const time: JsonSchema = { type: 'string', format: 'date-time' };

const metadataSchema: JsonSchema = {
  type: 'object',
  properties: {
    startTime: time,
    endTime: time,
    mediaType: text,
    direction: text,
    queues: { type: 'array', items: text },
    agents: { type: 'array', items: text },
    wrapUpCodes: { type: 'array', items: text },
    tags: { type: 'array', items: text },
  },
  required: ['startTime', 'mediaType', 'queues', 'agents', 'wrapUpCodes', 'tags'],
};

const snippetSchema: JsonSchema = {
  type: 'object',
  properties: {
    text,
    speaker: { type: 'string', enum: ['agent', 'customer', 'system', 'note'] },
    startTime: time,
    highlights: { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
  },
  required: ['text', 'speaker', 'startTime', 'highlights'],
};

const query: ApiParameter = {
  name: 'q',
  in: 'query',
  type: 'string',
  description:
    'As in Search Archive: words (also as prefix*), "phrases", AND, OR, NOT, speaker:, queue:, agent:, after:, before:, …',
};
const paging: readonly ApiParameter[] = [
  {
    name: 'limit',
    in: 'query',
    type: 'integer',
    minimum: 1,
    maximum: 100,
    description: 'Most hits of a page; 20 when left out',
  },
  { name: 'after', in: 'query', type: 'string', description: 'next of the page before' },
];

export function archiveRoutes(deps: ArchiveRoutesDeps): readonly ApiRoute[] {
  return [
    searchRoute(deps),
    listRoute(deps),
    detailRoute(deps),
    retrieveRoute(deps),
    availabilityRoute(deps),
  ];
}

function searchRoute({ openArchive, openCatalogue }: ArchiveRoutesDeps): ApiRoute {
  return {
    path: '/api/v1/archive/search',
    summary: 'Finds what was said and written, newest first; one entry a conversation',
    parameters: [{ ...query, isRequired: true }, ...paging],
    responses: {
      ...archiveFailures,
      200: {
        description: 'One page; hits of one conversation may go on in the next',
        schema: pageSchema('hits', {
          type: 'object',
          properties: {
            interactionId: text,
            transcript: text,
            isTranscriptCut: { type: 'boolean' },
            metadata: metadataSchema,
            checksum: text,
            snippets: { type: 'array', items: snippetSchema },
          },
          required: ['interactionId', 'transcript', 'metadata', 'checksum', 'snippets'],
        }),
      },
    },
    answer: async ({ text: { q = '', after }, number }, signal) => {
      const archive = await openArchive(signal);
      const page = (await openCatalogue()).search(q, pageOf(number['limit'], after));
      const hits = [];
      for (const found of page.conversations) {
        const { conversationId } = found;
        const folder = await archive.find(conversationId, signal);
        // Deleted since the catalogue looked: it is not told any more.
        if (folder !== undefined) {
          hits.push({
            interactionId: conversationId,
            ...(await transcriptOf(folder, signal)),
            metadata: toMetadata(found),
            checksum: await checksumOf(folder, signal),
            snippets: found.phrases.map(({ text: said, side, startMs, highlights }) => ({
              text: said,
              speaker: side,
              startTime: new Date(startMs).toISOString(),
              highlights,
            })),
          });
        }
      }
      return { kind: 'json', status: 200, body: { hits, ...nextOf(page) } };
    },
  };
}

function listRoute({ openArchive, openCatalogue }: ArchiveRoutesDeps): ApiRoute {
  return {
    path: '/api/v1/archive/conversations',
    summary: 'Lists conversations of the archive, newest first',
    parameters: [query, ...paging],
    responses: {
      ...archiveFailures,
      200: {
        description: 'One page',
        schema: pageSchema('conversations', {
          type: 'object',
          properties: { interactionId: text, metadata: metadataSchema },
          required: ['interactionId', 'metadata'],
        }),
      },
    },
    answer: async ({ text: { q = '', after }, number }, signal) => {
      await openArchive(signal);
      const catalogue = await openCatalogue();
      const page = await catalogue.conversations(q, pageOf(number['limit'], after), signal);
      const conversations = page.conversations.map((found) => ({
        interactionId: found.conversationId,
        metadata: toMetadata(found),
      }));
      return { kind: 'json', status: 200, body: { conversations, ...nextOf(page) } };
    },
  };
}

function detailRoute({ openArchive }: ArchiveRoutesDeps): ApiRoute {
  return {
    path: '/api/v1/archive/conversations/{id}',
    summary:
      'One conversation: its files with their hashes, what is missing and why, the detail as the platform sent it',
    parameters: [
      { name: 'id', in: 'path', type: 'string', description: 'Conversation id', isRequired: true },
    ],
    responses: {
      ...archiveFailures,
      200: {
        description: 'The conversation',
        schema: {
          type: 'object',
          properties: {
            interactionId: text,
            files: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  path: text,
                  sizeBytes: { type: 'integer' },
                  sha256: text,
                  recordingId: text,
                  channel: text,
                },
                required: ['path', 'sizeBytes', 'sha256'],
              },
            },
            missing: {
              type: 'array',
              items: {
                type: 'object',
                properties: { item: text, reason: text, message: text },
                required: ['item', 'reason', 'message'],
              },
            },
            detail: { type: 'object', properties: {} },
          },
          required: ['interactionId', 'files', 'missing', 'detail'],
        },
      },
      404: { description: 'Not in the archive, or no archive in the folder' },
    },
    answer: async ({ text: { id = '' } }, signal) => {
      const conversationId = parseConversationId(id, 'person');
      const archive = await openArchive(signal);
      const folder = await archive.find(conversationId, signal);
      if (folder === undefined) {
        throw errors.notFound('This conversation is not in the archive');
      }
      const { manifest, rawJson } = await archive.read(folder, signal);
      const detail: unknown = JSON.parse(rawJson);
      return {
        kind: 'json',
        status: 200,
        body: {
          interactionId: conversationId,
          files: manifest.files.map((file) => ({
            path: file.path,
            sizeBytes: file.storedBytes,
            sha256: file.storedSha256,
            recordingId: file.recordingId,
            channel: file.channel,
          })),
          missing: manifest.absent.map(({ item, reason, message }) => ({ item, reason, message })),
          detail,
        },
      };
    },
  };
}

function availabilityRoute({ openArchive, clock }: ArchiveRoutesDeps): ApiRoute {
  return {
    path: '/api/v1/archive/report/availability',
    summary: 'Every file of the archive as it lies on the disk now',
    parameters: [],
    responses: {
      ...archiveFailures,
      200: {
        description:
          'The report; totalFiles comes last, since files are listed while they are counted',
        schema: {
          type: 'object',
          properties: {
            generatedAt: time,
            totalFiles: { type: 'integer' },
            records: {
              type: 'array',
              items: {
                type: 'object',
                properties: { filename: text, sizeBytes: { type: 'integer' }, lastModified: time },
                required: ['filename', 'sizeBytes', 'lastModified'],
              },
            },
          },
          required: ['generatedAt', 'totalFiles', 'records'],
        },
      },
    },
    answer: async (_request, signal) => ({
      kind: 'stream',
      pieces: availability(await openArchive(signal), clock.nowMs(), signal),
    }),
  };
}

async function* availability(
  archive: Archive,
  generatedAtMs: number,
  signal: AbortSignal,
): AsyncIterable<string> {
  yield `{"generatedAt":${JSON.stringify(new Date(generatedAtMs).toISOString())},"records":[`;
  let totalFiles = 0;
  for await (const { folderPath } of archive.list(signal)) {
    for await (const { filename, sizeBytes, lastModifiedMs } of filesOf(
      archive.rootPath,
      folderPath,
      signal,
    )) {
      const lastModified = new Date(lastModifiedMs).toISOString();
      yield `${totalFiles === 0 ? '' : ','}${JSON.stringify({ filename, sizeBytes, lastModified })}`;
      totalFiles++;
    }
  }
  yield `],"totalFiles":${String(totalFiles)}}\n`;
}

function pageOf(limit = 20, after?: string): { readonly limit: number; readonly after?: string } {
  return { limit, ...(after === undefined ? {} : { after }) };
}

function nextOf({ next }: SearchHits): { readonly next?: string } {
  return next === undefined ? {} : { next };
}

function pageSchema(name: string, items: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { [name]: { type: 'array', items }, next: text },
    required: [name],
  };
}

function toMetadata(found: ConversationHits): unknown {
  const namesOf = (kind: string): readonly string[] =>
    found.labels.filter((label) => label.kind === kind).map(({ name }) => name);
  return {
    startTime: new Date(found.startMs).toISOString(),
    ...(found.endMs === undefined ? {} : { endTime: new Date(found.endMs).toISOString() }),
    mediaType: found.media,
    ...(found.direction === undefined ? {} : { direction: found.direction }),
    queues: namesOf('queue'),
    agents: namesOf('agent'),
    wrapUpCodes: namesOf('wrapup'),
    tags: namesOf('tag'),
  };
}

/** Bounded: a page of whole days of talk would not fit into memory. The rest is had by `retrieve`. */
async function transcriptOf(
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly transcript: string; readonly isTranscriptCut?: true }> {
  try {
    const whole = await toReadableText(folder, signal);
    return whole.length <= maxTranscriptLength
      ? { transcript: whole }
      : { transcript: whole.slice(0, maxTranscriptLength).toWellFormed(), isTranscriptCut: true };
  } catch (error) {
    if (isAppError(error)) {
      return { transcript: '' };
    }
    throw error;
  }
}

/** SHA-256 of the conversation's detail as received; empty when the manifest does not say. */
async function checksumOf(folder: string, signal: AbortSignal): Promise<string> {
  const manifest = await readManifest(folder, signal).catch(() => undefined);
  return (
    manifest?.files.find(({ path }) => contentPath(path) === 'conversation.json')?.contentSha256 ??
    ''
  );
}
