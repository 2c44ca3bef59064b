/** The platform's preview of a channel: signed samples mapped to 0..1, silence at 0.5, evenly spread over the file. */
import type { ChannelAudio } from './channelAudio.ts';
import { wordEnvelope } from './synthesis.ts';

const minimumCount = 1024;
const maximumCount = 2600;
const swing = 0.5;

/** Computed from the planned words, so that listing recordings needs no sound. 1024 to 2600 values. */
export function toWaveform(audio: ChannelAudio): readonly number[] {
  const count = Math.min(maximumCount, Math.max(minimumCount, Math.round(audio.durationMs / 170)));
  const stepMs = audio.durationMs / count;
  const values = new Array<number>(count).fill(0.5);
  const put = (index: number, loudness: number): void => {
    if (index >= 0 && index < count) {
      const sign = index % 2 === 0 ? 1 : -1;
      values[index] = rounded(
        0.5 + sign * swing * loudness * (0.55 + 0.4 * Math.abs(Math.sin(index * 12.9898))),
      );
    }
  };
  for (const span of audio.music) {
    for (let index = Math.ceil(span.startMs / stepMs); index * stepMs < span.endMs; index++) {
      put(index, 0.08);
    }
  }
  for (const burst of audio.bursts) {
    const first = Math.ceil(burst.startMs / stepMs);
    const endMs = burst.startMs + burst.durationMs;
    for (let index = first; index * stepMs < endMs; index++) {
      put(index, wordEnvelope(burst, index * stepMs - burst.startMs));
    }
  }
  return values;
}

/** The same preview of samples that exist already: the strongest sample of each stretch. */
export function sampleWaveform(samples: Int16Array): readonly number[] {
  const stretch = samples.length / minimumCount;
  return Array.from({ length: minimumCount }, (_, index) => {
    const part = samples.subarray(Math.floor(index * stretch), Math.floor((index + 1) * stretch));
    const peak = part.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    return rounded(0.5 + (swing * peak) / 32768);
  });
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
