/** An archive of made-up calls on disk, in the product's format, for benchmarks: detail and transcript with every word's time. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SpeechCorpus } from './speechCorpus.ts';

const firstStartMs = Date.UTC(2026, 5, 1);
/** Calls overlap, as in a contact centre. */
const betweenStartsMs = 30_000;
const perPhraseMs = 4_000;
const queueCount = 40;

export interface BenchConversation {
  readonly id: string;
  /** Relative to the archive. */
  readonly folder: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly queueId: string;
  readonly queueName: string;
  readonly phrases: readonly {
    readonly role: 'internal' | 'external';
    readonly words: readonly string[];
    readonly startMs: number;
  }[];
}

export function benchConversation(
  corpus: SpeechCorpus,
  index: number,
  phraseCount: number,
): BenchConversation {
  const startMs = firstStartMs + index * betweenStartsMs;
  const id = uuidOf('c', index);
  const queue = index % queueCount;
  return {
    id,
    folder: ['conversations', ...new Date(startMs).toISOString().slice(0, 10).split('-'), id].join(
      '/',
    ),
    startMs,
    endMs: startMs + phraseCount * perPhraseMs,
    queueId: uuidOf('9', queue),
    queueName: `Queue ${String(queue)} Service`,
    phrases: Array.from({ length: phraseCount }, (_, phrase) => ({
      role: phrase % 2 === 0 ? 'internal' : 'external',
      words: corpus.phrase(),
      startMs: startMs + phrase * perPhraseMs + ((index * 7919 + phrase * 104_729) % 3000),
    })),
  };
}

function uuidOf(kind: string, index: number): string {
  return `${kind}0000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** Makes the folder an archive. */
export async function writeBenchArchiveFile(rootPath: string, archiveId: string): Promise<void> {
  await mkdir(rootPath, { recursive: true });
  await writeFile(
    join(rootPath, 'archive.json'),
    JSON.stringify({
      formatVersion: 1,
      archiveId,
      organisationId: '11111111-0000-4000-8000-000000000001',
      region: 'mypurecloud.com',
      createdAt: new Date(firstStartMs).toISOString(),
    }),
  );
}

/** Writes one conversation. @returns the bytes of its transcript before compression */
export async function writeBenchConversation(
  rootPath: string,
  conversation: BenchConversation,
): Promise<number> {
  const folder = join(rootPath, conversation.folder);
  await mkdir(join(folder, 'transcripts'), { recursive: true });
  const communicationId = conversation.id.replace('c', 'a');
  const transcript = toTranscript(conversation, communicationId);
  const files = [
    ['conversation.json.gz', JSON.stringify(toDetail(conversation, communicationId)), undefined],
    [`transcripts/${communicationId}.json.gz`, transcript, communicationId],
  ] as const;
  const entries = [];
  for (const [path, text, id] of files) {
    const bytes = gzipSync(text, { level: 1 });
    await writeFile(join(folder, path), bytes);
    entries.push({
      path,
      storedBytes: bytes.length,
      storedSha256: '0'.repeat(64),
      contentBytes: Buffer.byteLength(text),
      contentSha256: '0'.repeat(64),
      source: 'GET /bench',
      fetchedAt: new Date(conversation.endMs).toISOString(),
      verifiedAgainst: ['ownHash'],
      communicationId: id,
    });
  }
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify({
      formatVersion: 1,
      conversationId: conversation.id,
      updatedAt: new Date(conversation.endMs).toISOString(),
      files: entries,
      absent: [],
    }),
  );
  return Buffer.byteLength(transcript);
}

function toDetail(conversation: BenchConversation, sessionId: string): object {
  const { id, startMs, endMs, queueId } = conversation;
  const conversationStart = new Date(startMs).toISOString();
  const conversationEnd = new Date(endMs).toISOString();
  return {
    conversationId: id,
    conversationStart,
    conversationEnd,
    originatingDirection: 'inbound',
    participants: [
      {
        participantId: id.replace('c', 'd'),
        purpose: 'customer',
        sessions: [
          {
            sessionId,
            mediaType: 'voice',
            segments: [
              {
                segmentStart: conversationStart,
                segmentEnd: conversationEnd,
                segmentType: 'interact',
                queueId,
              },
            ],
          },
        ],
      },
    ],
  };
}

/** Text of a transcript file as the platform writes it. */
export function toTranscript(conversation: BenchConversation, communicationId: string): string {
  const { id, startMs, endMs, phrases } = conversation;
  const head = `{"conversationId":"${id}","communicationId":"${communicationId}","transcripts":[{"language":"en-US","startTime":${String(startMs)},"duration":{"milliseconds":${String(endMs - startMs)}},"phrases":[`;
  const body = phrases.map((phrase, index) => toPhraseJson(phrase, index, startMs));
  return `${head}${body.join(',')}],"analytics":{"sentiment":[],"topics":[]}}],"participants":[]}`;
}

/** One element of `phrases`. */
export function toPhraseJson(
  { role, words, startMs }: BenchConversation['phrases'][number],
  index: number,
  baseMs: number,
): string {
  const text = words.join(' ');
  const list = words.map((word, position) => {
    const wordStartMs = startMs + position * 300;
    return `{"word":"${word}","confidence":0.9${String(position % 10)},"offset":{"milliseconds":${String(wordStartMs - baseMs)}},"startTimeMs":${String(wordStartMs)},"duration":{"milliseconds":280}}`;
  });
  return `{"phraseIndex":${String(index)},"participantPurpose":"${role}","text":"${text}","decoratedText":"${text}.","stability":1,"confidence":0.9,"offset":{"milliseconds":${String(startMs - baseMs)}},"startTimeMs":${String(startMs)},"duration":{"milliseconds":3500},"words":[${list.join(',')}],"alternatives":[],"type":"spoken"}`;
}
