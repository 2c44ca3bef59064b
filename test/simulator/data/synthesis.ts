/** Speech-like sound: each word is a run of voiced syllables with vowel-like harmonics, so that waveforms look like talk. */
import type { Burst, ChannelAudio } from './channelAudio.ts';
import { samplesPerMs, sampleRateHz } from './wav.ts';

const periodSamples = 256;
const noisePeak = 10;
const speechPeak = 21_000;
const musicPeak = 2600;
const attackMs = 12;
/** First and second formants of five vowels, in hertz. */
const vowels = [
  [730, 1090],
  [530, 1840],
  [300, 2290],
  [570, 840],
  [440, 1020],
] as const;
const musicNotesHz = [262, 330, 392, 523, 392, 330];
const noteMs = 450;

/**
 * Signed 16-bit samples at 8 kHz. Silence is a noise floor of a few units; words peak between 4 000 and 21 000.
 * The same audio gives the same samples.
 */
export function synthesise(audio: ChannelAudio): Int16Array {
  const samples = new Int16Array(Math.round(audio.durationMs * samplesPerMs));
  addNoiseFloor(samples);
  for (const span of audio.music) {
    addMusic(samples, span.startMs, span.endMs);
  }
  for (const burst of audio.bursts) {
    addWord(samples, burst);
  }
  return samples;
}

/** Loudness of a word at a moment within it, 0 to 1: rises fast, dips between its syllables, falls off at its end. */
export function wordEnvelope(burst: Burst, offsetMs: number): number {
  const syllable = Math.abs(
    Math.sin((Math.PI * burst.syllableCount * offsetMs) / burst.durationMs),
  );
  const edge = Math.min(
    1,
    (offsetMs + 2) / attackMs,
    (burst.durationMs - offsetMs) / (attackMs * 2),
  );
  return burst.loudness * Math.max(0, edge) * (0.35 + 0.65 * syllable);
}

function addNoiseFloor(samples: Int16Array): void {
  let state = 12345;
  for (let index = 0; index < samples.length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    samples[index] = ((state >>> 16) % (2 * noisePeak + 1)) - noisePeak;
  }
}

function addWord(samples: Int16Array, burst: Burst): void {
  const start = Math.round(burst.startMs * samplesPerMs);
  const end = Math.min(samples.length, start + Math.round(burst.durationMs * samplesPerMs));
  const perMs = samplesPerMs;
  let phase = 0;
  let gain = 0;
  let table = vowelTable(burst.timbre, burst.pitchHz);
  const syllableSamples = Math.max(1, (end - start) / burst.syllableCount);
  for (let index = start; index < end; index++) {
    const into = index - start;
    if (into % perMs === 0) {
      gain = wordEnvelope(burst, into / perMs) * speechPeak;
      table = vowelTable(burst.timbre + Math.floor(into / syllableSamples), burst.pitchHz);
    }
    // The voice falls by a tenth over a word.
    phase += (burst.pitchHz * (1.05 - (0.1 * into) / (end - start)) * periodSamples) / sampleRateHz;
    const value =
      (samples[index] ?? 0) + gain * (table[Math.floor(phase) & (periodSamples - 1)] ?? 0);
    samples[index] = Math.max(-32767, Math.min(32767, value));
  }
}

function addMusic(samples: Int16Array, startMs: number, endMs: number): void {
  const start = Math.round(startMs * samplesPerMs);
  const end = Math.min(samples.length, Math.round(endMs * samplesPerMs));
  const noteSamples = noteMs * samplesPerMs;
  for (let index = Math.max(0, start); index < end; index++) {
    const into = index - start;
    const note = musicNotesHz[Math.floor(into / noteSamples) % musicNotesHz.length] ?? 262;
    const fade = 1 - (into % noteSamples) / noteSamples;
    samples[index] =
      (samples[index] ?? 0) +
      musicPeak * fade * Math.sin((2 * Math.PI * note * into) / sampleRateHz);
  }
}

const tables = new Map<number, Float32Array>();

/** One period of a vowel at a pitch, peak 1; harmonics near a formant are louder. Kept: there are five vowels and few pitches. */
function vowelTable(timbre: number, pitchHz: number): Float32Array {
  const vowelIndex = timbre % vowels.length;
  const key = vowelIndex * 1000 + Math.round(pitchHz / 10);
  const known = tables.get(key);
  if (known !== undefined) {
    return known;
  }
  const [first, second] = vowels[vowelIndex] ?? vowels[0];
  const table = new Float32Array(periodSamples);
  for (let harmonic = 1; harmonic * pitchHz < 3400; harmonic++) {
    const hz = harmonic * pitchHz;
    const level = 0.08 / harmonic + resonance(hz, first, 110) + 0.5 * resonance(hz, second, 160);
    for (let index = 0; index < periodSamples; index++) {
      table[index] =
        (table[index] ?? 0) +
        level * Math.sin((2 * Math.PI * harmonic * index) / periodSamples + harmonic * harmonic);
    }
  }
  const peak = table.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const scaled = table.map((value) => value / peak);
  tables.set(key, scaled);
  return scaled;
}

function resonance(hz: number, centreHz: number, widthHz: number): number {
  const distance = (hz - centreHz) / widthHz;
  return 1 / (1 + distance * distance);
}
