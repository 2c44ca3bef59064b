import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WaveformData from 'waveform-data';
import { baseSamplesPerPixel, decodePeaks, PeaksBuilder } from '../../../src/audio/peaksFile.ts';
import { createSampleDecoder } from '../../../src/audio/sampleDecoder.ts';
import { probeWav } from '../../../src/audio/wav.ts';
import { prepareRecording, type PreparedRecording } from '../../../src/archive/prepareRecording.ts';
import { isCancellation } from '../../../src/base/appError.ts';
import {
  clickErrorsMs,
  clickFiles,
  clickTimesMs,
  clickTrackMs,
  readClickFile,
  untaggedDelayMs,
  type ClickFile,
} from '../../support/clickTrack.ts';
import { decodeByFfmpeg, isFfmpegThere } from '../../support/ffmpeg.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { concat, pcm16, wavFile } from '../../support/wavFile.ts';

const never = new AbortController().signal;
let folder = '';

/** Prepares files of these contents as the channels of one recording. */
async function prepare(
  contents: readonly Uint8Array[],
  signal: AbortSignal = never,
): Promise<PreparedRecording> {
  for (const [index, bytes] of contents.entries()) {
    await writeFile(join(folder, `${String(index)}.media`), bytes);
  }
  return await prepareRecording(
    {
      files: contents.map((_, index) => ({
        channel: String(index),
        path: join(folder, `${String(index)}.media`),
        peaksPath: join(folder, `${String(index)}.dat`),
      })),
      playablePath: join(folder, 'play.wav'),
    },
    signal,
  );
}

async function readCopy(): Promise<{
  readonly channelCount: number;
  readonly sampleRateHz: number;
  readonly samples: Int16Array;
}> {
  const bytes = await readFile(join(folder, 'play.wav'));
  const probe = probeWav(bytes);
  assert.ok(probe.isComplete);
  const { format } = probe;
  assert.equal(format.dataLengthBytes, bytes.length - format.dataOffsetBytes);
  return {
    channelCount: format.channelCount,
    sampleRateHz: format.sampleRateHz,
    samples: createSampleDecoder(format).decode(bytes.subarray(format.dataOffsetBytes)),
  };
}

/** Middles of the peaks that are loud, per channel, in milliseconds. */
async function loudTimesMs(index: number, channel: number): Promise<readonly number[]> {
  const peaks = decodePeaks(await readFile(join(folder, `${String(index)}.dat`)));
  const times: number[] = [];
  for (let pixel = 0; pixel < peaks.lengthPixels; pixel++) {
    const at = (pixel * peaks.channelCount + channel) * 2;
    if ((peaks.data[at + 1] ?? 0) > 10_000) {
      times.push((pixel * 1000 * peaks.samplesPerPixel) / peaks.sampleRateHz);
    }
  }
  return times;
}

const names = Object.keys(clickFiles) as ClickFile[];

suite('prepare a compressed recording', () => {
  leakCheck();

  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prepare-compressed-'));
  });

  teardown(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  for (const name of names) {
    const { channels, sampleRateHz } = clickFiles[name];
    const delayMs = name === 'clicksVbrNoXing.mp3' ? untaggedDelayMs : 0;

    test(`draws ${name}, and expands it for players that lack it or seek wrongly in it`, async () => {
      const prepared = await prepare([await readClickFile(name)]);
      assert.deepEqual(prepared.problems, []);
      assert.equal(prepared.playablePath, join(folder, 'play.wav'));
      assert.equal(prepared.channels.length, channels.length);
      for (const [index, channel] of channels.entries()) {
        // A click that begins late in one peak goes on in the next.
        const times = await loudTimesMs(0, index);
        const starts = times.filter((timeMs) => !times.includes(timeMs - 10));
        const expected = clickTimesMs(channel).map((timeMs) => timeMs + delayMs);
        assert.deepEqual(
          starts,
          expected.map((timeMs) => Math.floor(timeMs / 10) * 10),
        );
      }
      const copy = await readCopy();
      assert.equal(copy.sampleRateHz, sampleRateHz);
      assert.equal(
        (copy.samples.length * 1000) / copy.channelCount / sampleRateHz,
        prepared.durationMs,
      );
      const skipped = Math.round((delayMs * sampleRateHz) / 1000) * copy.channelCount;
      for (const [index, channel] of channels.entries()) {
        const layout = { channelCount: copy.channelCount, index, sampleRateHz };
        const errorsMs = clickErrorsMs(copy.samples.subarray(skipped), layout, channel);
        assert.ok(
          errorsMs.every((errorMs) => Math.abs(errorMs) <= 1),
          errorsMs.join(' '),
        );
      }
    });
  }

  test('joins two channel files to one stereo copy in step, whatever their codecs', async () => {
    const pairs: readonly (readonly [ClickFile, ClickFile])[] = [
      ['clicks0.webm', 'clicks1.webm'],
      ['clicks1.webm', 'clicksCbr.mp3'],
    ];
    for (const pair of pairs) {
      const prepared = await prepare([await readClickFile(pair[0]), await readClickFile(pair[1])]);
      assert.deepEqual(prepared.problems, []);
      assert.equal(prepared.playablePath, join(folder, 'play.wav'));
      assert.equal(prepared.durationMs, clickTrackMs);
      const copy = await readCopy();
      const heard = pair.flatMap((name) => [...clickFiles[name].channels]);
      assert.equal(copy.channelCount, heard.length);
      for (const [index, channel] of heard.entries()) {
        const layout = { ...copy, index };
        const errorsMs = clickErrorsMs(copy.samples, layout, channel);
        assert.ok(
          errorsMs.every((errorMs) => Math.abs(errorMs) <= 1),
          errorsMs.join(' '),
        );
      }
    }
  });

  test('mixes a compressed channel with one that is WAV', async () => {
    const wav = wavFile({ data: pcm16(new Array<number>(32_000).fill(500)) });
    const prepared = await prepare([await readClickFile('clicks0.webm'), wav]);
    assert.deepEqual(prepared.problems, []);
    const { samples } = await readCopy();
    assert.equal(samples.length, 64_000);
    assert.ok(samples.every((sample, index) => index % 2 === 0 || sample === 500));
  });

  test('makes what is missing only once, and leaves nothing behind when aborted', async () => {
    const contents = [await readClickFile('clicks.opus')];
    const first = await prepare(contents);
    assert.deepEqual(await prepare(contents), first);
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'prepare-compressed-'));
    const early = new AbortController();
    early.abort();
    await assert.rejects(prepare(contents, early.signal), isCancellation);
    assert.deepEqual(await readdir(folder), ['0.media']);
  });

  const damaged: readonly (readonly [
    string,
    ClickFile,
    (bytes: Uint8Array) => Uint8Array,
    RegExp,
  ])[] = [
    ['a cut file', 'clicks.webm', (bytes) => bytes.subarray(0, 4000), /is cut/u],
    ['a cut MP3 file', 'clicksCbr.mp3', (bytes) => bytes.subarray(0, 9001), /is cut/u],
    ['a file with a hole', 'clicks.opus', (bytes) => bytes.fill(7, 2500, 2600), /are damaged/u],
    [
      'packets that make no sense',
      'clicksVbr.mp3',
      (bytes) => concat([bytes.subarray(0, 6000), bytes.subarray(6400)]),
      /damaged|cut/u,
    ],
  ];
  for (const [what, name, damage, sentence] of damaged) {
    test(`uses what is there of ${what}, and says so`, async () => {
      const prepared = await prepare([damage(await readClickFile(name))]);
      assert.match(prepared.problems.join('\n'), sentence);
      assert.equal(prepared.playablePath, join(folder, 'play.wav'));
      assert.ok(prepared.durationMs > 1000 && prepared.durationMs <= clickTrackMs);
      assert.equal(prepared.channels[0]?.peaksPath, join(folder, '0.dat'));
      assert.equal((await readCopy()).samples.length / 32, prepared.durationMs);
    });
  }

  for (const name of ['clicks.opus', 'clicks.webm', 'clicks.ogg', 'clicksCbr.mp3'] as const) {
    test(`explains the lone header of ${name}`, async () => {
      const header = (await readClickFile(name)).subarray(0, name === 'clicksCbr.mp3' ? 30 : 120);
      const prepared = await prepare([header]);
      assert.match(prepared.problems.join('\n'), /No sound could be found|no audio format/u);
      assert.equal(prepared.channels[0]?.peaksPath, undefined);
      assert.deepEqual(await readdir(folder), ['0.media']);
    });
  }

  test('writes waveforms that other tools read', async () => {
    await prepare([await readClickFile('clicks.ogg')]);
    const file = await readFile(join(folder, '0.dat'));
    const waveform = WaveformData.create(new Uint8Array(file).buffer);
    assert.equal(waveform.channels, 2);
    assert.equal(waveform.sample_rate, 16_000);
    assert.equal(waveform.scale, 160);
    assert.equal(waveform.duration * 1000, clickTrackMs);
    const { data } = decodePeaks(file);
    const right = waveform.channel(1);
    assert.deepEqual(
      right.max_array(),
      Array.from({ length: 400 }, (_, pixel) => data[pixel * 4 + 3]),
    );
    assert.ok(Math.max(...right.max_array()) > 10_000);
  });

  /** Of 65 536. Opus is decoded straight to the rate of the recording here, and resampled by ffmpeg. */
  const toleranceOf = (name: ClickFile): number => (/opus|webm/u.test(name) ? 600 : 2);
  for (const name of names) {
    const title = `draws ${name} as ffmpeg decodes it (needs ffmpeg)`;
    (isFfmpegThere() ? test : test.skip)(title, async () => {
      await prepare([await readClickFile(name)]);
      const peaks = decodePeaks(await readFile(join(folder, '0.dat')));
      const { sampleRateHz, channelCount } = peaks;
      const reference = await decodeByFfmpeg(join(folder, '0.media'), sampleRateHz);
      const builder = new PeaksBuilder({ sampleRateHz, channelCount });
      builder.push(reference);
      const expected = builder.finish();
      assert.equal(peaks.samplesPerPixel, baseSamplesPerPixel(sampleRateHz));
      assert.ok(Math.abs(peaks.lengthPixels - expected.lengthPixels) <= 1);
      let worst = 0;
      for (let index = 0; index < Math.min(peaks.data.length, expected.data.length); index++) {
        worst = Math.max(worst, Math.abs((peaks.data[index] ?? 0) - (expected.data[index] ?? 0)));
      }
      assert.ok(worst <= toleranceOf(name), String(worst));
    });
  }
});
