/** A made-up two-party call whose sound, peaks and transcript agree to the millisecond: words are bursts of tone. */
import { gzipSync } from 'node:zlib';
import { encodePeaks, PeaksBuilder } from '../../src/audio/peaksFile.ts';
import type { ConversationSnapshot } from '../../src/protocol/conversationView.ts';

const callStartMs = Date.UTC(2026, 10, 5, 9, 30);
const sampleRateHz = 8000;

const lines: readonly (readonly [string, string])[] = [
  ['acd', 'Thank you for calling, all agents are busy, please hold.'],
  ['internal', 'Thank you for calling billing, this is Dana, how can I help?'],
  ['external', 'Hi Dana, I was charged twice for my subscription in October.'],
  ['internal', "I'm sorry about that. Could you give me the invoice number, please?"],
  ['external', 'Sure, it is four seven one one, dash twenty six.'],
  ['internal', 'Thanks. I can see both payments here, one of them is a duplicate.'],
  ['external', 'So when will I get the money back?'],
  ['internal', 'The refund takes three to five working days to reach your account.'],
  ['external', 'Okay, that works for me. Will there be an e-mail?'],
  ['internal', 'Yes, you will get a confirmation within the next ten minutes.'],
  ['external', 'Perfect, thank you very much for your help.'],
  ['internal', 'You are welcome. Is there anything else I can do for you today?'],
  ['external', 'No, that was all. Have a nice day!'],
  ['internal', 'You too, goodbye.'],
];

export interface SyntheticWord {
  readonly word: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly confidence: number;
}

export interface SyntheticPhrase {
  readonly role: string;
  readonly text: string;
  readonly words: readonly SyntheticWord[];
}

export interface SyntheticCall {
  readonly phrases: readonly SyntheticPhrase[];
  readonly durationMs: number;
}

/** Phrases one after the other, with pauses; the lines repeat. */
export function createCall(phraseCount: number): SyntheticCall {
  let timeMs = 1200;
  const phrases: SyntheticPhrase[] = [];
  for (let index = 0; index < phraseCount; index++) {
    const [role, text] = lines[index % lines.length] ?? ['internal', ''];
    const words = text.split(' ').map((word, wordIndex): SyntheticWord => {
      const durationMs = 140 + 35 * Math.min(8, word.length);
      const startMs = timeMs;
      timeMs += durationMs + 60;
      const confidence = (index * 7 + wordIndex * 3) % 19 === 0 ? 0.52 : 0.94;
      return {
        word: word.toLowerCase().replaceAll(/[^a-z']/gu, ''),
        startMs,
        durationMs,
        confidence,
      };
    });
    phrases.push({ role, text, words });
    timeMs += 350 + ((index * 331) % 700);
  }
  return { phrases, durationMs: timeMs + 800 };
}

/** The transcript file as the platform makes it, packed. */
export function encodeTranscript({ phrases }: SyntheticCall): Uint8Array {
  const spanOf = (words: readonly SyntheticWord[]): { startMs: number; durationMs: number } => {
    const [first, last] = [words[0], words.at(-1)];
    const startMs = first?.startMs ?? 0;
    return { startMs, durationMs: (last?.startMs ?? 0) + (last?.durationMs ?? 0) - startMs };
  };
  const mark = (index: number, participant: string, more: object): object => {
    const { startMs, durationMs } = spanOf(phrases[index]?.words ?? []);
    return {
      participant,
      startTimeMs: callStartMs + startMs,
      duration: { milliseconds: durationMs },
      ...more,
    };
  };
  const file = {
    conversationId: 'c-1',
    communicationId: 's-1',
    mediaType: 'call',
    startTime: callStartMs,
    transcripts: [
      {
        analytics: {
          sentiment: [
            mark(4, 'external', { sentiment: -0.7 }),
            mark(10, 'external', { sentiment: 0.8 }),
          ],
          topics: [mark(7, 'internal', { topicName: 'Refund' })],
        },
        transcriptId: 't-1',
        language: 'en-US',
        startTime: callStartMs,
        phrases: phrases.map(({ role, text, words }, phraseIndex) => {
          const { startMs, durationMs } = spanOf(words);
          return {
            phraseIndex,
            text: words.map(({ word }) => word).join(' '),
            decoratedText: text,
            stability: 1,
            confidence: 0.9,
            startTimeMs: callStartMs + startMs,
            duration: { milliseconds: durationMs },
            participantPurpose: role,
            words: words.map((word) => ({
              word: word.word,
              confidence: word.confidence,
              startTimeMs: callStartMs + word.startMs,
              duration: { milliseconds: word.durationMs },
            })),
          };
        }),
      },
    ],
  };
  return gzipSync(JSON.stringify(file));
}

/** Interleaved samples: left the customer, right the agent and the announcements. */
function createSamples(call: SyntheticCall): Int16Array {
  const frames = Math.ceil((call.durationMs * sampleRateHz) / 1000);
  const samples = new Int16Array(frames * 2);
  for (const { role, words } of call.phrases) {
    const channel = role === 'external' ? 0 : 1;
    const loudness = role === 'external' ? 9000 : 17_000;
    for (const { startMs, durationMs } of words) {
      const first = Math.round((startMs * sampleRateHz) / 1000);
      const count = Math.round((durationMs * sampleRateHz) / 1000);
      for (let index = 0; index < count; index++) {
        const envelope =
          Math.sin((Math.PI * index) / count) * (0.55 + 0.45 * Math.sin(index / 260 + startMs));
        const tone = Math.sin((index * (180 + (startMs % 90)) * 2 * Math.PI) / sampleRateHz);
        samples[(first + index) * 2 + channel] = envelope * tone * loudness;
      }
    }
  }
  return samples;
}

/** PCM WAV and its peaks file. */
function encodeSound(call: SyntheticCall): {
  readonly wav: Uint8Array;
  readonly peaks: Uint8Array;
} {
  const samples = createSamples(call);
  const header = Buffer.alloc(44);
  const dataBytes = samples.byteLength;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  const builder = new PeaksBuilder({ sampleRateHz, channelCount: 2 });
  builder.push(samples);
  return {
    wav: Buffer.concat([header, Buffer.from(samples.buffer)]),
    peaks: encodePeaks(builder.finish()),
  };
}

/** The host's snapshot of the call, with resource addresses below `/files`. */
export function createSnapshot(call: SyntheticCall): ConversationSnapshot {
  const { durationMs } = call;
  const at = (ratio: number): number => callStartMs + durationMs * ratio;
  return {
    conversationId: 'c-1',
    title: 'Voice · Billing EMEA · Dana Example',
    mediaType: 'voice',
    startMs: callStartMs,
    endMs: callStartMs + durationMs,
    facts: [
      { label: 'Queue', value: 'Billing EMEA' },
      { label: 'Agent', value: 'Dana Example' },
      { label: 'From', value: '+49 30 5550 117' },
      { label: 'Direction', value: 'Inbound' },
      { label: 'Started', value: '5 Nov 2026, 09:30' },
      { label: 'Wrap-up', value: 'Refund granted' },
    ],
    recordings: [
      {
        recordingId: 'r-1',
        communicationId: 's-1',
        label: 'Customer experience',
        startMs: callStartMs,
        durationMs,
        audioUrl: '/files/call.wav',
        channels: [
          { label: 'Customer', peaksUrl: '/files/call.dat', indexInFile: 0, preview: [] },
          { label: 'Dana Example', peaksUrl: '/files/call.dat', indexInFile: 1, preview: [] },
        ],
        cuts: [],
        problems: [],
      },
    ],
    transcripts: [{ communicationId: 's-1', recordingId: 'r-1', url: '/files/transcript.json.gz' }],
    texts: [],
    attachments: [],
    isOutbound: false,
    segments: [
      { startMs: at(0), endMs: at(0.06), type: 'ivr', label: 'Main IVR', purpose: 'ivr' },
      {
        startMs: at(0.06),
        endMs: at(0.11),
        type: 'interact',
        label: 'Billing EMEA',
        purpose: 'acd',
      },
      {
        startMs: at(0.11),
        endMs: at(0.5),
        type: 'interact',
        label: 'Dana Example',
        purpose: 'agent',
      },
      { startMs: at(0.5), endMs: at(0.58), type: 'hold', label: 'Hold', purpose: 'agent' },
      {
        startMs: at(0.58),
        endMs: at(0.96),
        type: 'interact',
        label: 'Dana Example',
        purpose: 'agent',
      },
      { startMs: at(0.96), endMs: at(1.2), type: 'wrapup', label: 'Wrap-up', purpose: 'agent' },
      {
        startMs: at(0),
        endMs: at(1),
        type: 'interact',
        label: '+49 30 5550 117',
        purpose: 'customer',
      },
    ],
    speakers: [
      { role: 'internal', name: 'Dana Example', startMs: at(0), endMs: undefined },
      { role: 'acd', name: 'Billing EMEA', startMs: at(0), endMs: undefined },
    ],
    notices: [],
    notes: { notes: [], problem: undefined, canDownload: false },
  };
}

/** All files that the snapshot names. */
export function createFiles(call: SyntheticCall): ReadonlyMap<string, Uint8Array | number> {
  const { wav, peaks } = encodeSound(call);
  return new Map<string, Uint8Array | number>([
    ['/files/call.wav', wav],
    ['/files/call.dat', peaks],
    ['/files/transcript.json.gz', encodeTranscript(call)],
  ]);
}
