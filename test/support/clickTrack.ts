/**
 * A sound whose times are known: short clicks in silence, on two channels at different times. Compressed copies of it are in
 * `test/fixtures/audio`, made by `test/fixtures/make/clickTracks.mjs`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const clickTrackMs = 4000;
export const clickRateHz = 16_000;

const clickMs = 10;
const amplitude = 24_000;

/** When each click of a channel begins: every half second, on the right a quarter of a second later. */
export function clickTimesMs(channel: number): readonly number[] {
  const first = 500 + 250 * channel;
  return Array.from({ length: 6 }, (_, index) => first + 500 * index);
}

/** A decaying tone of 1 kHz. */
function clickSample(timeMs: number): number {
  return amplitude * Math.exp(-timeMs / 3) * Math.sin(2 * Math.PI * timeMs);
}

/** Interleaved samples of the given channels. */
export function clickTrack(channels: readonly number[], sampleRateHz = clickRateHz): Int16Array {
  const samples = new Int16Array(((clickTrackMs * sampleRateHz) / 1000) * channels.length);
  for (const [index, channel] of channels.entries()) {
    for (const timeMs of clickTimesMs(channel)) {
      const start = (timeMs * sampleRateHz) / 1000;
      for (let frame = 0; frame < (clickMs * sampleRateHz) / 1000; frame++) {
        samples[(start + frame) * channels.length + index] = Math.round(
          clickSample((frame * 1000) / sampleRateHz),
        );
      }
    }
  }
  return samples;
}

/**
 * How far each click is from where it should be, in milliseconds: where the shape of a click fits best within 40 ms around.
 * @param channel whose times they should be.
 */
export function clickErrorsMs(
  samples: Int16Array,
  layout: { readonly channelCount: number; readonly index: number; readonly sampleRateHz: number },
  channel: number,
): readonly number[] {
  const { channelCount, index, sampleRateHz } = layout;
  const length = (clickMs * sampleRateHz) / 1000;
  const shape = Array.from({ length }, (_, frame) => clickSample((frame * 1000) / sampleRateHz));
  const reach = Math.round(sampleRateHz / 50);
  return clickTimesMs(channel).map((timeMs) => {
    const start = Math.round((timeMs * sampleRateHz) / 1000);
    let best = 0;
    let bestFit = 0;
    for (let shift = -reach; shift <= reach; shift++) {
      const fit = shape.reduce(
        (sum, value, frame) =>
          sum + value * (samples[(start + shift + frame) * channelCount + index] ?? 0),
        0,
      );
      if (fit > bestFit) {
        best = shift;
        bestFit = fit;
      }
    }
    return bestFit === 0 ? Number.NaN : (best * 1000) / sampleRateHz;
  });
}

/** Every compressed copy: what it holds, and what `prepareRecording` makes of it. */
export const clickFiles = {
  'clicks.opus': { kind: 'oggOpus', channels: [0, 1], sampleRateHz: 16_000 },
  'clicks.webm': { kind: 'webm', channels: [0, 1], sampleRateHz: 16_000 },
  'clicksLive.webm': { kind: 'webm', channels: [0, 1], sampleRateHz: 16_000 },
  'clicks0.webm': { kind: 'webm', channels: [0], sampleRateHz: 8000 },
  'clicks1.webm': { kind: 'webm', channels: [1], sampleRateHz: 8000 },
  'clicks0.opus': { kind: 'oggOpus', channels: [0], sampleRateHz: 8000 },
  'clicks1.ogg': { kind: 'oggVorbis', channels: [1], sampleRateHz: 8000 },
  'clicks1.mp3': { kind: 'mp3', channels: [1], sampleRateHz: 8000 },
  'clicks.ogg': { kind: 'oggVorbis', channels: [0, 1], sampleRateHz: 16_000 },
  'clicksCbr.mp3': { kind: 'mp3', channels: [0, 1], sampleRateHz: 16_000 },
  'clicksVbr.mp3': { kind: 'mp3', channels: [0, 1], sampleRateHz: 16_000 },
  'clicksVbrNoXing.mp3': { kind: 'mp3', channels: [0, 1], sampleRateHz: 16_000 },
} as const;
export type ClickFile = keyof typeof clickFiles;

/** Without its tag nobody can know of the samples that LAME puts before the sound, nor of those after it. */
export const untaggedDelayMs = ((576 + 529) / 16_000) * 1000;

export const clickFolder = join(import.meta.dirname, '../fixtures/audio');

export async function readClickFile(name: ClickFile): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(clickFolder, name)));
}
