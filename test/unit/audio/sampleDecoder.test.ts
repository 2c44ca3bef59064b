import assert from 'node:assert/strict';
import { createSampleDecoder } from '../../../src/audio/sampleDecoder.ts';
import { sampleSizeBytes, wavCodecs, type WavCodec } from '../../../src/audio/wav.ts';
import { createRandom } from '../../support/random.ts';

const allCodes = Uint8Array.from({ length: 256 }, (_, code) => code);

function decodeAll(codec: WavCodec, bytes: Uint8Array): readonly number[] {
  return [...createSampleDecoder({ codec, channelCount: 1 }).decode(bytes)];
}

function hashOf(samples: readonly number[]): number {
  return samples.reduce((hash, sample) => (hash * 31 + sample) | 0, 0);
}

suite('sample decoder', () => {
  test('expands mu-law as SoX does, all 256 codes', () => {
    const samples = decodeAll('muLaw', allCodes);
    assert.deepEqual(
      [0, 1, 42, 85, 127, 128, 170, 213, 255].map((code) => samples[code]),
      [-32124, -31100, -5372, -716, 0, 32124, 5372, 716, 0],
    );
    assert.equal(hashOf(samples), 1854144512);
  });

  test('expands A-law as SoX does, all 256 codes', () => {
    const samples = decodeAll('aLaw', allCodes);
    assert.deepEqual(
      [0, 1, 42, 85, 127, 128, 170, 213, 255].map((code) => samples[code]),
      [-5504, -5248, -32256, -8, -848, 5504, 32256, 8, 848],
    );
    assert.equal(hashOf(samples), -67108864);
  });

  test('brings 8 and 24 bits to the 16-bit range', () => {
    assert.deepEqual(decodeAll('pcm8', Uint8Array.of(0, 127, 128, 255)), [-32768, -256, 0, 32512]);
    assert.deepEqual(
      decodeAll('pcm24', Uint8Array.of(0xff, 0xff, 0x7f, 0, 0, 0x80, 0xff, 0xff, 0xff)),
      [32767, -32768, -1],
    );
  });

  test('gives the same samples however the bytes are split', () => {
    const random = createRandom();
    for (let round = 0; round < 500; round++) {
      const codec = random.pick(wavCodecs);
      const channelCount = 1 + random.integer(3);
      const frameBytes = channelCount * sampleSizeBytes[codec];
      const bytes = Uint8Array.from({ length: random.integer(200) }, () => random.integer(256));
      const whole = [...createSampleDecoder({ codec, channelCount }).decode(bytes)];
      const decoder = createSampleDecoder({ codec, channelCount });
      const pieces: number[] = [];
      for (let start = 0; start < bytes.length;) {
        const end = Math.min(bytes.length, start + random.integer(9));
        // An odd byte offset now and then, and memory that is used again.
        const chunk = new Uint8Array(32).subarray(random.integer(2)).subarray(0, end - start);
        chunk.set(bytes.subarray(start, end));
        const samples = decoder.decode(chunk);
        assert.equal(samples.length % channelCount, 0);
        pieces.push(...samples);
        chunk.fill(0x55);
        start = end;
      }
      const where = `${random.label}, round ${String(round)}`;
      assert.deepEqual(pieces, whole, where);
      assert.equal(decoder.pendingBytes, bytes.length % frameBytes, where);
    }
  });
});
