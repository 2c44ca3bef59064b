import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  encodeWavHeader,
  maxWavDataBytes,
  measureSound,
  probeWav,
  type WavFormat,
} from '../../../src/audio/wav.ts';
import { createRandom } from '../../support/random.ts';
import { chunk, concat, formatChunk, pcm16, wavFile } from '../../support/wavFile.ts';

function formatOf(bytes: Uint8Array): WavFormat {
  const probe = probeWav(bytes);
  assert.ok(probe.isComplete, 'the header must be complete');
  return probe.format;
}

const samples = pcm16([1, -2, 3, -4]);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

suite('WAV probe', () => {
  test('reads codec, channels, rate, bits and where the sound is', () => {
    assert.deepEqual(formatOf(wavFile({ data: samples, channelCount: 2, sampleRateHz: 16_000 })), {
      codec: 'pcm16',
      channelCount: 2,
      sampleRateHz: 16_000,
      bitsPerSample: 16,
      frameSizeBytes: 4,
      dataOffsetBytes: 44,
      dataLengthBytes: 8,
    });
  });

  test('knows every codec of the platform, plain and in the extensible form', () => {
    const cases = [
      [1, 8, 'pcm8'],
      [1, 16, 'pcm16'],
      [1, 24, 'pcm24'],
      [6, 8, 'aLaw'],
      [7, 8, 'muLaw'],
    ] as const;
    for (const [tag, bitsPerSample, codec] of cases) {
      for (const isExtensible of [false, true]) {
        const file = wavFile({ tag, bitsPerSample, isExtensible, data: samples });
        assert.equal(formatOf(file).codec, codec);
      }
    }
  });

  test('passes over other chunks, of odd length and whether padded or not', () => {
    const unpadded = chunk('LIST', text('odd')).subarray(0, 11);
    for (const before of [
      [chunk('LIST', text('odd'))],
      [unpadded],
      [chunk('fact', text('1234'))],
    ]) {
      const file = wavFile({ data: samples, before });
      const { dataOffsetBytes } = formatOf(file);
      assert.deepEqual(file.subarray(dataOffsetBytes, dataOffsetBytes + 8), samples);
    }
  });

  test('finds a format that comes after the data', () => {
    const head = wavFile({ data: samples }).subarray(0, 12);
    const format = formatOf(concat([head, chunk('data', samples), formatChunk({ tag: 1 })]));
    assert.equal(format.dataOffsetBytes, 20);
    assert.equal(format.codec, 'pcm16');
  });

  test('takes the length of RF64 from its ds64 chunk', () => {
    const body = new Uint8Array(28);
    new DataView(body.buffer).setBigUint64(8, 5_000_000_000n, true);
    const file = wavFile({
      magic: 'RF64',
      before: [chunk('ds64', body)],
      data: samples,
      statedBytes: 0xffff_ffff,
    });
    assert.equal(formatOf(file).dataLengthBytes, 5_000_000_000);
  });

  test('asks for more of every incomplete head, and never for more than the file has', () => {
    const file = wavFile({ data: samples, before: [chunk('LIST', new Uint8Array(501))] });
    for (let length = 0; length < file.length; length++) {
      let head = file.subarray(0, length);
      for (let turn = 0; ; turn++) {
        assert.ok(turn < 10, 'the probe must make progress');
        const probe = probeWav(head);
        if (probe.isComplete) {
          assert.deepEqual(probe.format, formatOf(file));
          break;
        }
        assert.ok(probe.neededBytes > head.length && probe.neededBytes <= file.length);
        head = file.subarray(0, probe.neededBytes);
      }
    }
  });

  test('refuses what is no WAV as corrupt and what it cannot decode as unsupported', () => {
    const refused = [
      [text('<!DOCTYPE html><html>'), 'corrupt'],
      [wavFile({ data: samples, channelCount: 0 }), 'corrupt'],
      [wavFile({ data: samples, channelCount: 65_535 }), 'corrupt'],
      [wavFile({ data: samples, sampleRateHz: 0 }), 'corrupt'],
      [wavFile({ data: samples, magic: 'RIFX' }), 'unsupported'],
      [wavFile({ data: samples, tag: 0x11, bitsPerSample: 4 }), 'unsupported'],
      [wavFile({ data: samples, tag: 3, bitsPerSample: 32 }), 'unsupported'],
      [
        concat([wavFile({ data: samples }).subarray(0, 12), chunk('fmt ', text('short!'))]),
        'corrupt',
      ],
    ] as const;
    for (const [bytes, code] of refused) {
      assert.throws(
        () => probeWav(bytes),
        (error) => isAppError(error, code),
      );
    }
  });

  test('survives random damage: it answers, asks for more or refuses, and never anything else', () => {
    const random = createRandom();
    const file = wavFile({
      data: samples,
      before: [chunk('LIST', text('abc'))],
      isExtensible: true,
    });
    for (let round = 0; round < 5000; round++) {
      const bytes = file.slice(0, random.integer(file.length + 1));
      for (let hit = random.integer(4); hit > 0 && bytes.length > 0; hit--) {
        bytes[random.integer(bytes.length)] = random.integer(256);
      }
      try {
        probeWav(bytes);
      } catch (error) {
        assert.ok(
          isAppError(error, 'corrupt') || isAppError(error, 'unsupported'),
          `${random.label}, round ${String(round)}: ${String(error)}`,
        );
      }
    }
  });
});

suite('WAV length', () => {
  const measure = (file: Uint8Array): unknown => {
    const format = formatOf(file);
    const end = format.dataOffsetBytes + (format.dataLengthBytes ?? 0);
    return measureSound(format, file.length, file.subarray(end, end + 9));
  };

  test('believes a true header, with and without chunks after the data', () => {
    const exact = { frameCount: 4, finding: 'exact' };
    assert.deepEqual(measure(wavFile({ data: samples })), exact);
    assert.deepEqual(
      measure(wavFile({ data: samples, after: [chunk('LIST', text('name'))] })),
      exact,
    );
    const odd = wavFile({ tag: 7, data: text('odd'), after: [chunk('id3 ', text('name'))] });
    assert.deepEqual(measure(odd), { frameCount: 3, finding: 'exact' });
  });

  test('takes all there is when the header does not know', () => {
    for (const statedBytes of [0, 0xffff_ffff]) {
      assert.deepEqual(measure(wavFile({ data: samples, statedBytes })), {
        frameCount: 4,
        finding: 'streamed',
      });
    }
  });

  test('finds cut files, understated lengths and headers without sound', () => {
    assert.deepEqual(measure(wavFile({ data: samples, statedBytes: 1000 })), {
      frameCount: 4,
      finding: 'truncated',
    });
    assert.deepEqual(measure(wavFile({ data: new Uint8Array(400).fill(1), statedBytes: 8 })), {
      frameCount: 200,
      finding: 'understated',
    });
    for (const statedBytes of [0, 320, 0xffff_ffff]) {
      assert.deepEqual(measure(wavFile({ data: new Uint8Array(0), statedBytes })), {
        frameCount: 0,
        finding: 'noSound',
      });
    }
  });
});

suite('WAV header', () => {
  test('is read back as it was meant', () => {
    const header = encodeWavHeader({ channelCount: 2, sampleRateHz: 8000, frameCount: 10 });
    assert.deepEqual(formatOf(header), {
      codec: 'pcm16',
      channelCount: 2,
      sampleRateHz: 8000,
      bitsPerSample: 16,
      frameSizeBytes: 4,
      dataOffsetBytes: 44,
      dataLengthBytes: 40,
    });
    assert.equal(new DataView(header.buffer).getUint32(4, true), 44 - 8 + 40);
  });

  test('is refused beyond 4 GB', () => {
    assert.throws(
      () =>
        encodeWavHeader({
          channelCount: 1,
          sampleRateHz: 8000,
          frameCount: maxWavDataBytes / 2 + 1,
        }),
      (error) => isAppError(error, 'unsupported'),
    );
  });
});
