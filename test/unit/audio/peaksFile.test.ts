import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  PeaksBuilder,
  baseSamplesPerPixel,
  decodePeaks,
  encodePeaks,
  type Peaks,
} from '../../../src/audio/peaksFile.ts';
import { createRandom } from '../../support/random.ts';
import { concat, pcm16 } from '../../support/wavFile.ts';

/** 32-bit little-endian header fields. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  return bytes;
}

const peaks: Peaks = {
  sampleRateHz: 8000,
  samplesPerPixel: 80,
  channelCount: 2,
  lengthPixels: 2,
  data: Int16Array.of(-1, 2, -3, 4, -32768, 32767, 0, 0),
};

suite('peaks file', () => {
  test('is written as audiowaveform documents version 2', () => {
    assert.deepEqual(encodePeaks(peaks), concat([words(2, 0, 8000, 80, 2, 2), pcm16(peaks.data)]));
  });

  test('is read back as it was written, at any position in memory', () => {
    const bytes = encodePeaks(peaks);
    const moved = new Uint8Array(bytes.length + 1).subarray(1);
    moved.set(bytes);
    assert.deepEqual(decodePeaks(moved), peaks);
  });

  test('reads 8-bit values and version 1, which has one channel', () => {
    const file = concat([words(1, 1, 8000, 80, 1), signedBytes(-128, 127)]);
    assert.deepEqual(decodePeaks(file), {
      sampleRateHz: 8000,
      samplesPerPixel: 80,
      channelCount: 1,
      lengthPixels: 1,
      data: Int16Array.of(-32768, 127 * 256),
    });
  });

  test('refuses lengths that are not the file’s, without allocating for them', () => {
    const data = new Uint8Array(8);
    const hostile = [
      words(2, 0, 8000, 80, 0xffff_ffff, 2),
      words(2, 0, 8000, 80, 2, 0x7fff_ffff),
      words(2, 0, 8000, 80, 3, 1),
      words(2, 0, 8000, 80, 1, 1),
      words(2, 0, 8000, 80, 2, 0),
      words(2, 0, 8000, 80, 2, 0xffff_ffff),
      words(2, 0, 0, 80, 2, 1),
      words(2, 0, 8000, 0, 2, 1),
    ];
    for (const header of hostile) {
      assert.throws(
        () => decodePeaks(concat([header, data])),
        (error) => isAppError(error, 'corrupt'),
      );
    }
    assert.throws(
      () => decodePeaks(words(3, 0, 8000, 80, 0, 1)),
      (error) => isAppError(error, 'unsupported'),
    );
  });

  test('refuses every truncation', () => {
    const bytes = encodePeaks(peaks);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(
        () => decodePeaks(bytes.subarray(0, length)),
        (error) => isAppError(error, 'corrupt'),
      );
    }
  });
});

suite('peaks builder', () => {
  test('makes pixels of 10 ms', () => {
    assert.deepEqual([8000, 16_000, 11_025, 1].map(baseSamplesPerPixel), [80, 160, 110, 1]);
  });

  test('equals the plain definition for random sound, splits and drains', () => {
    const random = createRandom();
    for (let round = 0; round < 300; round++) {
      const channelCount = 1 + random.integer(3);
      const samplesPerPixel = 1 + random.integer(7);
      const frameCount = random.integer(60);
      const sound = Int16Array.from(
        { length: frameCount * channelCount + 1 },
        () => random.integer(65_536) - 32_768,
      );
      // Frames begin at any sample of the memory.
      const samples = sound.subarray(random.integer(2)).subarray(0, frameCount * channelCount);
      const builder = new PeaksBuilder({ sampleRateHz: 8000, channelCount, samplesPerPixel });
      const values: number[] = [];
      for (let frame = 0; frame < frameCount;) {
        const end = Math.min(frameCount, frame + random.integer(20));
        builder.push(samples.subarray(frame * channelCount, end * channelCount));
        if (random.integer(2) === 0) {
          values.push(...builder.drain(random.integer(10)));
        }
        frame = end;
      }
      const { data, ...header } = builder.finish();
      values.push(...data);
      const where = `${random.label}, round ${String(round)}`;
      assert.deepEqual(values, plainPeaks(samples, channelCount, samplesPerPixel), where);
      assert.equal(header.lengthPixels, Math.ceil(frameCount / samplesPerPixel), where);
    }
  });
});

function plainPeaks(
  samples: Int16Array,
  channelCount: number,
  samplesPerPixel: number,
): readonly number[] {
  const values: number[] = [];
  for (let start = 0; start < samples.length; start += samplesPerPixel * channelCount) {
    const pixel = [...samples.subarray(start, start + samplesPerPixel * channelCount)];
    for (let channel = 0; channel < channelCount; channel++) {
      const own = pixel.filter((_, index) => index % channelCount === channel);
      values.push(Math.min(...own), Math.max(...own));
    }
  }
  return values;
}

function signedBytes(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int8Array.from(values).buffer);
}
