/** That words are heard where transcripts say they are: in made-up calls and in those of real human speech. */
import assert from 'node:assert/strict';
import type { Models } from 'purecloud-platform-client-v2';
import { realCallNames } from '../../simulator/data/realCalls.ts';
import { createSampleOrganisation } from '../../simulator/data/sampleOrganisation.ts';
import type { Burst } from '../../simulator/data/channelAudio.ts';
import { synthesise } from '../../simulator/data/synthesis.ts';
import { decodeWav, samplesPerMs } from '../../simulator/data/wav.ts';
import type { SimulatedConversation, SimulatedRecording } from '../../simulator/organisation.ts';

const nowMs = Date.UTC(2026, 10, 20, 15, 3);
const seed = Math.floor(Math.random() * 1e9);
const realCallIds = realCallNames.map(
  (_, index) => `0a1f5c52-7a7e-4c0e-8a53-6c1f8f3d9b0${String(index + 1)}`,
);

interface Phrase {
  readonly participantPurpose: string;
  readonly startTimeMs: number;
  readonly duration: { readonly milliseconds: number };
  readonly words: readonly {
    readonly word: string;
    readonly startTimeMs: number;
    readonly duration: { readonly milliseconds: number };
  }[];
}

suite('sample audio', () => {
  const organisation = createSampleOrganisation({ seed, conversationCount: 300, nowMs });

  suiteSetup(() => {
    process.stdout.write(`    seed ${String(seed)}\n`);
  });

  test('has every word of a made-up call on its speaker’s channel, and only a noise floor elsewhere', async () => {
    const calls = organisation.conversations
      .filter((call) => spoken(call) !== undefined && !isReal(call))
      .slice(0, 6);
    assert.equal(calls.length, 6);
    for (const call of calls) {
      const { levels, silence } = await levelsOf(call);
      assert.ok(levels.length > 5);
      assert.deepEqual(
        levels.filter(({ level }) => level < 900),
        [],
        call.detail.conversationId ?? '',
      );
      assert.ok(
        silence < 60,
        `${String(call.detail.conversationId)}: silence at ${String(silence)}`,
      );
    }
  });

  for (const [index, name] of realCallNames.entries()) {
    test(`has every word of the real speech of ${name} on its speaker’s channel`, async () => {
      const call = organisation.conversation(realCallIds[index] ?? '');
      assert.ok(call);
      const { levels, silence } = await levelsOf(call);
      assert.ok(levels.length > 45);
      // The weakest are reduced vowels; between turns the line is digitally silent.
      assert.deepEqual(
        levels.filter(({ level }) => level < 300),
        [],
      );
      assert.equal(silence, 0);
    });
  }

  test('notices when a transcript of real speech is half a second off', async () => {
    const call = organisation.conversation(realCallIds[0] ?? '');
    assert.ok(call);
    const { levels } = await levelsOf(call, 500);
    assert.ok(levels.filter(({ level }) => level < 300).length >= 5);
  });

  test('really cuts what is paused out of the audio', async () => {
    let cutCount = 0;
    for (const call of organisation.conversations) {
      for (const each of call
        .recordings()
        .filter(({ channels }) => channels.length === 2)
        .slice(0, 1)) {
        const { startTime, endTime, annotations = [] } = each.recording;
        const pauses = annotations.filter(({ type }) => type === 'Pause');
        if (
          pauses.length === 0 ||
          each.recording.id === 'a28330ff-4174-46da-ba62-af1b29ec0671' ||
          cutCount > 8
        ) {
          continue;
        }
        cutCount += 1;
        const cutMs = pauses.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
        const wholeMs = Date.parse(endTime ?? '') - Date.parse(startTime ?? '');
        const samples = decodeWav(await each.media('0', 'WAV'));
        assert.equal(samples.length, (wholeMs - cutMs) * samplesPerMs);
      }
    }
    assert.ok(cutCount > 3);
  });

  test('is well-formed as PCM and as mu-law, which differ by the steps of G.711 only', async () => {
    const [call] = organisation.conversations.flatMap((each) => spoken(each) ?? []);
    assert.ok(call);
    const [pcm, coded] = [
      Buffer.from(await call.media('1', 'WAV')),
      Buffer.from(await call.media('1', 'WAV_ULAW')),
    ];
    assert.deepEqual(
      [pcm.readUInt16LE(20), pcm.readUInt32LE(24), pcm.readUInt16LE(34)],
      [1, 8000, 16],
    );
    assert.deepEqual(
      [coded.readUInt16LE(20), coded.readUInt32LE(24), coded.readUInt16LE(34)],
      [7, 8000, 8],
    );
    assert.equal(coded.toString('latin1', 38, 42), 'fact');
    assert.deepEqual(
      [pcm.readUInt32LE(4) + 8, coded.readUInt32LE(4) + 8],
      [pcm.length, coded.length],
    );
    const [original, decoded] = [decodeWav(pcm), decodeWav(coded)];
    assert.equal(coded.readUInt32LE(46), original.length);
    assert.equal(decoded.length, original.length);
    original.forEach((sample, index) => {
      const error = Math.abs(sample - (decoded[index] ?? 0));
      assert.ok(
        error <= 8 + Math.abs(sample) / 16,
        `${String(sample)} became ${String(decoded[index])}`,
      );
    });
  });

  test('previews silence at a half and speech around it', () => {
    for (const call of organisation.conversations
      .flatMap((each) => spoken(each) ?? [])
      .slice(0, 10)) {
      const waveform = call.waveform('0');
      assert.ok(waveform.length >= 1000 && waveform.length <= 2600);
      assert.ok(waveform.every((value) => value >= 0 && value <= 1));
      assert.ok(waveform.some((value) => value === 0.5));
      assert.ok(waveform.some((value) => value > 0.6) && waveform.some((value) => value < 0.4));
    }
  });

  test('makes five minutes of a channel in less than 300 ms of processor time', () => {
    const bursts = Array.from({ length: 700 }, (_, index): Burst => ({
      startMs: index * 425,
      durationMs: 350,
      pitchHz: 120,
      loudness: 0.8,
      syllableCount: 2,
      timbre: index,
    }));
    const before = process.cpuUsage();
    const samples = synthesise({ durationMs: 300_000, bursts, music: [] });
    const { user, system } = process.cpuUsage(before);
    assert.equal(samples.length, 300_000 * samplesPerMs);
    assert.ok(user + system < 300_000, `${String((user + system) / 1000)} ms`);
  });

  test('refuses a channel that is not there', async () => {
    const [call] = organisation.conversations.flatMap((each) => spoken(each) ?? []);
    await assert.rejects(call?.media('7', 'WAV') ?? Promise.resolve(), /no channel/u);
  });
});

function isReal({ detail }: SimulatedConversation): boolean {
  return realCallIds.includes(detail.conversationId ?? '');
}

/** The first two-channel recording that has a transcript. */
function spoken(conversation: SimulatedConversation): SimulatedRecording | undefined {
  const transcribed = new Set(conversation.transcripts().map(({ recordingId }) => recordingId));
  return conversation
    .recordings()
    .find(({ recording, channels }) => channels.length === 2 && transcribed.has(recording.id));
}

/**
 * How loud each word is (root mean square in the middle four fifths of its time), and how loud the external channel is where
 * nobody speaks on it (of real speech: its quietest second, since clips bring their own room).
 */
async function levelsOf(
  conversation: SimulatedConversation,
  shiftMs = 0,
): Promise<{
  readonly levels: readonly { readonly word: string; readonly level: number }[];
  readonly silence: number;
}> {
  const each = spoken(conversation);
  assert.ok(each);
  const external = decodeWav(await each.media('0', 'WAV'));
  const internal = decodeWav(await each.media('1', 'WAV'));
  const durationMs = external.length / samplesPerMs;
  const words = wordsOf(conversation, each.recording);
  const levels = words.map(({ word, isExternal, atMs, lengthMs }) => {
    assert.ok(atMs >= 0 && atMs + lengthMs <= durationMs, `${word} is outside of the audio`);
    const samples = isExternal ? external : internal;
    return { word, level: rms(samples, atMs + shiftMs + lengthMs / 10, lengthMs * 0.8) };
  });
  for (const { atMs, lengthMs } of words.filter(({ isExternal }) => isExternal)) {
    external.fill(0, atMs * samplesPerMs, (atMs + lengthMs) * samplesPerMs);
  }
  return {
    levels,
    silence: isReal(conversation) ? quietest(external) : rms(external, 0, durationMs),
  };
}

function wordsOf(
  conversation: SimulatedConversation,
  recording: Models.Recording,
): readonly {
  readonly word: string;
  readonly isExternal: boolean;
  readonly atMs: number;
  readonly lengthMs: number;
}[] {
  const transcript = conversation
    .transcripts()
    .find(({ recordingId }) => recordingId === recording.id);
  const file: { readonly transcripts: readonly { readonly phrases: readonly Phrase[] }[] } =
    JSON.parse(transcript?.file() ?? '{}');
  return file.transcripts
    .flatMap(({ phrases }) => phrases)
    .flatMap(({ participantPurpose, words }) =>
      words.map(({ word, startTimeMs, duration }) => ({
        word,
        isExternal: participantPurpose === 'external',
        atMs: toAudio(recording, startTimeMs),
        lengthMs: duration.milliseconds,
      })),
    );
}

/** From the wall clock to the audio, by the annotations alone, as a client has to do it. */
function toAudio(recording: Models.Recording, timeMs: number): number {
  const offsetMs = timeMs - Date.parse(recording.startTime ?? '');
  return (recording.annotations ?? [])
    .filter(({ type, realtimeLocation = 0 }) => type === 'Pause' && realtimeLocation < offsetMs)
    .reduce((left, { durationMs = 0 }) => left - durationMs, offsetMs);
}

function rms(samples: Int16Array, atMs: number, lengthMs: number): number {
  const from = Math.round(atMs * samplesPerMs);
  const part = samples.subarray(from, from + Math.round(lengthMs * samplesPerMs));
  return Math.sqrt(
    part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length),
  );
}

/** The quietest second. */
function quietest(samples: Int16Array): number {
  const seconds = Math.floor(samples.length / samplesPerMs / 1000);
  return Math.min(
    ...Array.from({ length: seconds }, (_, second) => rms(samples, second * 1000, 1000)),
  );
}
