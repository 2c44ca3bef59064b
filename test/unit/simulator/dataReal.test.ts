/** That the real payloads are what the organisation lists: the publishers' values, moved in time by one constant. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fixtureFolder } from '../../simulator/data/realCalls.ts';
import { createSampleOrganisation } from '../../simulator/data/sampleOrganisation.ts';
import { decodeWav, encodeMuLawWav, samplesPerMs } from '../../simulator/data/wav.ts';
import type { SimulatedConversation } from '../../simulator/organisation.ts';

const nowMs = Date.UTC(2026, 10, 20, 15, 3);

suite('real payloads of the sample organisation', () => {
  const organisation = createSampleOrganisation({ seed: 1, conversationCount: 0, nowMs });
  const payload = (name: string): any =>
    JSON.parse(readFileSync(path.join(fixtureFolder, 'genesys', name), 'utf8'));
  const find = (id: string): SimulatedConversation => {
    const found = organisation.conversation(id);
    assert.ok(found);
    return found;
  };

  test('lists the web chat with every value but its times as published', () => {
    const original = payload('real-conversation-detail-1.json');
    const { detail } = find(original.conversationId);
    const byMs =
      Date.parse(detail.conversationStart ?? '') - Date.parse(original.conversationStart);
    assert.ok(byMs > 0);
    assert.deepEqual(moved(detail, -byMs), original);
  });

  test('lists the two recordings with every value but times and links as published', () => {
    const originals = payload('real-recordings-voice-two-channels.json');
    const recordings = find(originals[0].conversationId).recordings();
    const byMs =
      Date.parse(recordings[0]?.recording.startTime ?? '') - Date.parse(originals[0].startTime);
    // JSON leaves out what is undefined.
    const expected = moved(
      originals.map((each: object) => ({ ...each, mediaUris: undefined })),
      0,
    );
    assert.deepEqual(
      moved(
        recordings.map(({ recording }) => recording),
        -byMs,
      ),
      expected,
    );
    assert.deepEqual(
      recordings.map(({ channels }) => channels),
      [
        ['0', '1'],
        ['0', '1'],
      ],
    );
  });

  test('gives the trunk recording sound as long as its times say, without what was cut', async () => {
    const [original] = payload('real-recordings-voice-two-channels.json');
    const [trunk] = find(original.conversationId).recordings();
    assert.ok(trunk);
    // The sound begins before the stated start: the pause is at 8671 on the wall clock and at 9060 in the file.
    const leadMs = 9060 - 8671;
    const lengthMs = Date.parse(original.endTime) - Date.parse(original.startTime) + leadMs - 8139;
    assert.equal(decodeWav(await trunk.media('0', 'WAV')).length, lengthMs * samplesPerMs);
  });

  suite('old transcript', () => {
    const holder = organisation.conversations.find((each) =>
      each.transcripts().some((transcript) => transcript.file().includes('goodbye')),
    );
    const text = holder?.transcripts()[0]?.file() ?? '';
    const file: TranscriptFile = JSON.parse(text);
    const recording = holder?.recordings()[0];

    test('is served with its words and their distances as published, under ids of its own', () => {
      const original: TranscriptFile = payload('real-transcript-quickhits.json');
      const wanted = wordsOf(original);
      const served = wordsOf(file);
      const byMs = (served[0]?.startTimeMs ?? 0) - (wanted[0]?.startTimeMs ?? 0);
      assert.ok(byMs > 0 && served.length > 10);
      assert.deepEqual(
        served,
        wanted.map((word) => ({ ...word, startTimeMs: word.startTimeMs + byMs })),
      );
      assert.equal(file.communicationId, recording?.recording.sessionId);
      assert.ok(!text.includes('12345abc'));
    });

    test('has sound at each of its words', async () => {
      assert.ok(recording);
      const startMs = Date.parse(recording.recording.startTime ?? '');
      const external = decodeWav(await recording.media('0', 'WAV'));
      const internal = decodeWav(await recording.media('1', 'WAV'));
      for (const word of wordsOf(file)) {
        const samples = word.purpose === 'external' ? external : internal;
        const from = (word.startTimeMs - startMs) * samplesPerMs;
        const part = samples.subarray(from, from + word.duration.milliseconds * samplesPerMs);
        assert.ok(Math.max(...part) > 2000, word.word);
      }
    });
  });

  test('has the same sound in the PCM and the mu-law files of real speech', () => {
    for (const channel of ['0', '1']) {
      const file = (name: string): Buffer =>
        readFileSync(path.join(fixtureFolder, 'speech', 'callOne', `${channel}.${name}`));
      assert.deepEqual(Buffer.from(encodeMuLawWav(decodeWav(file('wav')))), file('ulaw.wav'));
    }
  });

  test('keeps fixtures small and their notices with them', () => {
    const files = readdirSync(fixtureFolder, { recursive: true, encoding: 'utf8' });
    const notices = readFileSync(path.join(fixtureFolder, 'NOTICES.md'), 'utf8');
    const real = files.filter((name) => path.basename(name).startsWith('real-'));
    assert.ok(real.length >= 4);
    assert.deepEqual(
      real.filter((name) => !notices.includes(path.basename(name))),
      [],
    );
    const speech = files.filter((name) => name.startsWith('speech') && name.endsWith('.wav'));
    const sizeBytes = speech.reduce(
      (sum, name) => sum + statSync(path.join(fixtureFolder, name)).size,
      0,
    );
    assert.ok(sizeBytes > 1_000_000 && sizeBytes < 2_100_000, String(sizeBytes));
  });
});

interface TranscriptFile {
  readonly communicationId: string;
  readonly transcripts: readonly {
    readonly phrases: readonly {
      readonly participantPurpose: string;
      readonly words: readonly TranscriptWord[];
    }[];
  }[];
}

interface TranscriptWord {
  readonly word: string;
  readonly startTimeMs: number;
  readonly duration: { readonly milliseconds: number };
}

function wordsOf(file: TranscriptFile): readonly (TranscriptWord & { readonly purpose: string })[] {
  return file.transcripts
    .flatMap(({ phrases }) => phrases)
    .flatMap(({ participantPurpose, words }) =>
      words.map((word) => ({ ...word, purpose: participantPurpose })),
    );
}

/** A copy with all ISO times moved. */
function moved(value: unknown, byMs: number): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown): unknown =>
      typeof each === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(each)
        ? new Date(Date.parse(each) + byMs).toISOString()
        : each,
    ),
  );
}
