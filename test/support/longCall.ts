/**
 * Writes an archived call of hours with two channels and a transcript of a hundred thousand words straight to disk, as a
 * download leaves it, with its waveform cached: what the player's benchmark opens.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeManifest, readManifest, type ManifestFile } from '../../src/archive/manifest.ts';
import { prepareRecording } from '../../src/archive/prepareRecording.ts';
import { parseCommunicationId, parseRecordingId } from '../../src/model/ids.ts';
import { idOf, openArchive, putConversation, recordingOf, sha256 } from './archiveOnDisk.ts';
import { writeSpeechLikeWav } from './longWav.ts';
import { createRandom } from './random.ts';
import { createSpeechCorpus } from './speechCorpus.ts';

export interface LongCall {
  readonly durationMs: number;
  readonly wordCount: number;
}

const startMs = Date.UTC(2026, 10, 5, 9, 30);
const never = new AbortController().signal;
const id = idOf(1);
const communicationId = parseCommunicationId(id.replace('c0000000', 'a0000000'));
const recordingId = parseRecordingId(recordingOf(id));

/** The archive's folder is made; it then holds this one conversation. */
export async function writeLongCall(archiveRoot: string, call: LongCall): Promise<void> {
  const archive = await openArchive(archiveRoot);
  const endMs = startMs + call.durationMs;
  const folder = await putConversation(archive, { id, startMs, endMs });
  const wavPath = `recordings/${recordingId}.all.wav`;
  await mkdir(join(folder, 'recordings'), { recursive: true });
  await writeSpeechLikeWav(join(folder, wavPath), {
    codec: 'pcm16',
    channelCount: 2,
    durationMs: call.durationMs,
  });
  const objectPath = `recordings/${recordingId}.json.gz`;
  const object = await store(folder, objectPath, {
    id: recordingId,
    conversationId: id,
    sessionId: communicationId,
    media: 'audio',
    fileState: 'AVAILABLE',
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(endMs).toISOString(),
    outputDurationMs: call.durationMs,
  });
  const transcript = await store(
    folder,
    `transcripts/${communicationId}.json.gz`,
    transcriptOf(call),
  );
  const manifest = await readManifest(folder, never);
  if (manifest === undefined) {
    throw new Error('The conversation was not written');
  }
  const files: readonly ManifestFile[] = [
    ...manifest.files,
    { ...object, recordingId },
    { ...transcript, communicationId },
    // Nobody hashes the sound here.
    { ...object, path: wavPath, recordingId, channel: 'all' },
  ];
  await writeFile(join(folder, 'manifest.json'), encodeManifest({ ...manifest, files }));
  await prepareRecording(
    {
      files: [
        {
          channel: 'all',
          path: join(folder, wavPath),
          peaksPath: join(folder, `recordings/${recordingId}.all.dat`),
        },
      ],
      playablePath: join(folder, 'unused.wav'),
    },
    never,
  );
}

async function store(folder: string, path: string, value: unknown): Promise<ManifestFile> {
  const content = Buffer.from(JSON.stringify(value));
  const stored = gzipSync(content);
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), stored);
  return {
    path,
    storedBytes: stored.length,
    storedSha256: sha256(stored),
    contentBytes: content.length,
    contentSha256: sha256(content),
    source: 'GET /bench',
    fetchedAtMs: startMs,
    verifiedAgainst: ['ownHash'],
    recordingId: undefined,
    communicationId: undefined,
    channel: undefined,
    validator: undefined,
  };
}

/** The platform's file: phrases in turns over the whole call, each word with its time and confidence. */
function transcriptOf({ durationMs, wordCount }: LongCall): unknown {
  const random = createRandom(6);
  const corpus = createSpeechCorpus(random);
  const stepMs = durationMs / wordCount;
  const at = (timeMs: number, lengthMs: number): object => ({
    startTimeMs: startMs + Math.round(timeMs),
    duration: { milliseconds: Math.round(lengthMs) },
  });
  const phrases: object[] = [];
  for (let spoken = 0; spoken < wordCount;) {
    const texts = corpus.phrase();
    const firstMs = spoken * stepMs;
    const text = texts.join(' ');
    phrases.push({
      phraseIndex: phrases.length,
      text,
      decoratedText: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`,
      stability: 1,
      confidence: 0.9,
      participantPurpose: phrases.length % 2 === 0 ? 'external' : 'internal',
      ...at(firstMs, (texts.length - 0.5) * stepMs),
      words: texts.map((word, index) => ({
        word,
        confidence: Math.round((0.5 + random.next() / 2) * 100) / 100,
        ...at(firstMs + index * stepMs, stepMs * 0.8),
      })),
    });
    spoken += texts.length;
  }
  const marks = Array.from({ length: 500 }, (_, index) => ({
    participant: 'external',
    sentiment: index % 3 === 0 ? -0.6 : 0.7,
    topicName: `Topic ${String(index % 20)}`,
    ...at((index * durationMs) / 500, 10_000),
  }));
  return {
    conversationId: id,
    communicationId,
    mediaType: 'call',
    startTime: startMs,
    transcripts: [
      {
        transcriptId: 't-1',
        language: 'en-US',
        startTime: startMs,
        analytics: { sentiment: marks, topics: marks },
        phrases,
      },
    ],
  };
}
