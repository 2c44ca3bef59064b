import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodePeaks } from '../../../src/audio/peaksFile.ts';
import { createSampleDecoder } from '../../../src/audio/sampleDecoder.ts';
import { probeWav } from '../../../src/audio/wav.ts';
import {
  prepareRecording,
  type PrepareRecordingParams,
  type PreparedRecording,
} from '../../../src/archive/prepareRecording.ts';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { pcm16, wavFile } from '../../support/wavFile.ts';

const never = new AbortController().signal;
let folder = '';

async function put(channel: string, bytes: Uint8Array): Promise<void> {
  await writeFile(join(folder, `${channel}.wav`), bytes);
}

function paramsOf(...channels: readonly string[]): PrepareRecordingParams {
  return {
    files: channels.map((channel) => ({
      channel,
      path: join(folder, `${channel}.wav`),
      peaksPath: join(folder, `${channel}.dat`),
    })),
    playablePath: join(folder, 'play.wav'),
  };
}

const prepare = (...channels: readonly string[]): Promise<PreparedRecording> =>
  prepareRecording(paramsOf(...channels), never);

/** Samples of the playable copy, and its header's facts. */
async function readCopy(): Promise<{ readonly channelCount: number; readonly samples: number[] }> {
  const bytes = await readFile(join(folder, 'play.wav'));
  const probe = probeWav(bytes);
  assert.ok(probe.isComplete);
  const { format } = probe;
  assert.equal(format.codec, 'pcm16');
  assert.equal(format.dataLengthBytes, bytes.length - format.dataOffsetBytes);
  const samples = createSampleDecoder(format).decode(bytes.subarray(format.dataOffsetBytes));
  return { channelCount: format.channelCount, samples: [...samples] };
}

const ramp = (length: number, from = 0): number[] =>
  Array.from({ length }, (_, index) => ((from + index) % 2000) - 1000);

suite('prepare a recording', () => {
  leakCheck();

  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prepare-recording-'));
  });

  teardown(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('plays a PCM file as it is and computes its waveform', async () => {
    await put('all', wavFile({ data: pcm16(ramp(1600)), channelCount: 2 }));
    assert.deepEqual(await prepare('all'), {
      durationMs: 100,
      channels: [
        { fileChannel: 'all', indexInFile: 0, peaksPath: join(folder, 'all.dat') },
        { fileChannel: 'all', indexInFile: 1, peaksPath: join(folder, 'all.dat') },
      ],
      playablePath: join(folder, 'all.wav'),
      problems: [],
    });
    const { data, ...header } = decodePeaks(await readFile(join(folder, 'all.dat')));
    assert.deepEqual(header, {
      sampleRateHz: 8000,
      samplesPerPixel: 80,
      channelCount: 2,
      lengthPixels: 10,
    });
    assert.deepEqual([...data.subarray(0, 4)], [-1000, -842, -999, -841]);
    assert.deepEqual((await readdir(folder)).sort(), ['all.dat', 'all.wav']);
  });

  test('interleaves two channel files into one and pads the shorter with silence', async () => {
    await put('0', wavFile({ data: pcm16(ramp(5)) }));
    await put('1', wavFile({ data: pcm16([7, 8]) }));
    const prepared = await prepare('0', '1');
    assert.equal(prepared.playablePath, join(folder, 'play.wav'));
    assert.deepEqual(prepared.problems, []);
    assert.deepEqual(await readCopy(), {
      channelCount: 2,
      samples: [-1000, 7, -999, 8, -998, 0, -997, 0, -996, 0],
    });
  });

  test('says so when a channel is noticeably shorter', async () => {
    await put('0', wavFile({ data: pcm16(ramp(16_000)) }));
    await put('1', wavFile({ data: pcm16(ramp(4000)) }));
    assert.deepEqual((await prepare('0', '1')).problems, [
      'Channel 1: It is 1.5 s shorter than the longest channel; silence follows its end',
    ]);
  });

  test('expands G.711, over more than one block', async () => {
    const codes = Uint8Array.from({ length: 400_001 }, (_, index) => (index * 7) % 256);
    await put('0', wavFile({ tag: 7, data: codes }));
    const prepared = await prepare('0');
    assert.equal(prepared.durationMs, 400_001 / 8);
    const { samples } = await readCopy();
    const expected = createSampleDecoder({ codec: 'muLaw', channelCount: 1 }).decode(codes);
    assert.deepEqual(samples, [...expected]);
    const peaks = decodePeaks(await readFile(join(folder, '0.dat')));
    assert.equal(peaks.lengthPixels, Math.ceil(400_001 / 80));
    const expectedPixel = [...expected.subarray(399_920, 400_000)];
    assert.deepEqual(
      [...peaks.data.subarray(4999 * 2, 5000 * 2)],
      [Math.min(...expectedPixel), Math.max(...expectedPixel)],
    );
  });

  test('brings channels of different rates to the higher one, in step to the end', async () => {
    await put('0', wavFile({ sampleRateHz: 8000, data: pcm16(ramp(80_000)) }));
    await put('1', wavFile({ sampleRateHz: 16_000, data: pcm16(ramp(160_000)) }));
    const { samples } = await readCopyOf('0', '1');
    assert.equal(samples.length, 320_000);
    assert.deepEqual(samples.slice(-4), [
      ramp(80_000).at(-1),
      ramp(160_000).at(-2),
      ramp(80_000).at(-1),
      ramp(160_000).at(-1),
    ]);
    const left = samples.filter((_, index) => index % 4 === 0);
    assert.deepEqual(left, ramp(80_000));
  });

  async function readCopyOf(...channels: readonly string[]): ReturnType<typeof readCopy> {
    await prepare(...channels);
    return await readCopy();
  }

  test('reuses what is newer than the sound, and makes it again when the sound changes', async () => {
    await put('0', wavFile({ data: pcm16(ramp(800)) }));
    await put('1', wavFile({ data: pcm16(ramp(800)) }));
    const first = await prepare('0', '1');
    const made = async (): Promise<readonly number[]> =>
      await Promise.all(
        ['0.dat', '1.dat', 'play.wav'].map(async (name) => (await stat(join(folder, name))).ino),
      );
    const before = await made();
    assert.deepEqual(await prepare('0', '1'), first);
    assert.deepEqual(await made(), before);

    const later = new Date(Date.now() + 60_000);
    await utimes(join(folder, '1.wav'), later, later);
    await prepare('0', '1');
    const after = await made();
    assert.deepEqual(
      after.map((inode, index) => inode === before[index]),
      [true, false, false],
    );
  });

  test('makes damaged waveforms and copies again', async () => {
    await put('0', wavFile({ tag: 6, data: new Uint8Array(800) }));
    await prepare('0');
    for (const name of ['0.dat', 'play.wav']) {
      const good = await readFile(join(folder, name));
      await writeFile(join(folder, name), good.subarray(0, good.length - 1));
      await prepare('0');
      assert.deepEqual(await readFile(join(folder, name)), good);
    }
  });

  const broken: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      'a page instead of sound',
      new TextEncoder().encode('<html>Denied</html>'),
      /message of the server/u,
    ],
    ['an XML error', new TextEncoder().encode('<Error/>'), /message of the server/u],
    ['an empty file', new Uint8Array(0), /empty/u],
    ['a lone header', wavFile({ data: new Uint8Array(0) }), /header without sound/u],
    [
      'a header cut in two',
      wavFile({ data: new Uint8Array(0) }).subarray(0, 30),
      /ends within its WAV header/u,
    ],
    ['another codec', wavFile({ tag: 0x11, data: new Uint8Array(9) }), /IMA ADPCM/u],
    ['noise', new Uint8Array(50).fill(3), /no audio format/u],
  ];
  for (const [what, bytes, sentence] of broken) {
    test(`explains ${what}, and writes nothing for it`, async () => {
      await put('0', bytes);
      const prepared = await prepare('0');
      assert.match(prepared.problems.join('\n'), sentence);
      assert.equal(prepared.playablePath, undefined);
      assert.deepEqual(prepared.channels, [
        { fileChannel: '0', indexInFile: 0, peaksPath: undefined },
      ]);
      assert.deepEqual(await readdir(folder), ['0.wav']);
    });
  }

  test('keeps a broken channel silent and the other one audible', async () => {
    await put('0', new TextEncoder().encode('<html>'));
    await put('1', wavFile({ data: pcm16([5, 6]) }));
    const prepared = await prepare('0', '1', 'missing');
    assert.deepEqual((await readCopy()).samples, [0, 5, 0, 0, 6, 0]);
    assert.deepEqual(
      prepared.channels.map(({ peaksPath }) => peaksPath),
      [undefined, join(folder, '1.dat'), undefined],
    );
    assert.deepEqual(
      prepared.problems.map((problem) => problem.slice(0, 40)),
      ['Channel 0: The file is no audio but a me', 'Channel missing: The file is missing. Do'],
    );
  });

  test('uses what a cut file holds and says how much is missing', async () => {
    await put('0', wavFile({ data: pcm16(ramp(8000)), statedBytes: 32_000 }));
    const prepared = await prepare('0');
    assert.equal(prepared.durationMs, 1000);
    assert.equal(prepared.playablePath, join(folder, 'play.wav'));
    assert.match(prepared.problems.join(), /promises 2\.0 s, it holds 1\.0 s/u);
    assert.equal((await readCopy()).samples.length, 8000);
  });

  test('hands on formats that it cannot decode, with a warning where VS Code may not play them or no sound is in them', async () => {
    await put('0', new TextEncoder().encode('fLaC'));
    assert.deepEqual(await prepare('0'), {
      durationMs: 0,
      channels: [{ fileChannel: '0', indexInFile: 0, peaksPath: undefined }],
      playablePath: join(folder, '0.wav'),
      problems: [],
    });
    const others: readonly (readonly [string, RegExp])[] = [
      ['\0\0\0\u0020ftypM4A ', /Desktop VS Code may not/u],
      ['\u001aE\u00df\u00a3webm', /No sound could be found/u],
    ];
    for (const [text, problem] of others) {
      await put(
        '0',
        Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      );
      const other = await prepare('0');
      assert.equal(other.playablePath, join(folder, '0.wav'));
      assert.match(other.problems.join(), problem);
    }
  });

  test('still plays when nothing can be written', async () => {
    await put('0', wavFile({ tag: 7, data: new Uint8Array(800) }));
    const nowhere = join(folder, 'missing', 'folder');
    const prepared = await prepareRecording(
      {
        files: [{ channel: '0', path: join(folder, '0.wav'), peaksPath: join(nowhere, '0.dat') }],
        playablePath: join(nowhere, 'play.wav'),
      },
      never,
    );
    assert.equal(prepared.playablePath, join(folder, '0.wav'));
    assert.equal(prepared.channels[0]?.peaksPath, undefined);
    assert.deepEqual(
      prepared.problems.map((problem) => problem.split(';')[0]),
      ['Could not write the waveform', 'Could not write the playable copy'],
    );
    assert.match(prepared.problems.join(), /ENOENT/u);
  });

  test('leaves nothing behind when it is aborted', async () => {
    await put('0', wavFile({ tag: 7, data: new Uint8Array(4_000_000) }));
    const early = new AbortController();
    early.abort();
    await assert.rejects(prepareRecording(paramsOf('0'), early.signal), isCancellation);
    const during = new AbortController();
    const running = prepareRecording(paramsOf('0'), during.signal);
    while (!(await readdir(folder)).some((name) => name.endsWith('.partial'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    during.abort();
    await assert.rejects(running, isCancellation);
    assert.deepEqual(await readdir(folder), ['0.wav']);
  });

  test('refuses a recording without files', async () => {
    await assert.rejects(prepare(), (error) => isAppError(error, 'input'));
  });

  /** Packed under the names that `paramsOf` has: what a file is, its bytes say. */
  const putPacked = (channel: string, bytes: Uint8Array): Promise<void> =>
    put(channel, gzipSync(bytes));

  test('unpacks a packed recording once and plays that, with the waveform of the sound inside', async () => {
    await putPacked('all', wavFile({ data: pcm16(ramp(1600)), channelCount: 2 }));
    const unpackedPath = join(folder, 'play.all.unpacked.wav');
    const first = await prepare('all');
    assert.deepEqual([first.durationMs, first.problems], [100, []]);
    assert.equal(first.playablePath, unpackedPath);
    assert.deepEqual(
      await readFile(unpackedPath),
      Buffer.from(wavFile({ data: pcm16(ramp(1600)), channelCount: 2 })),
    );
    const { data } = decodePeaks(await readFile(join(folder, 'all.dat')));
    assert.deepEqual([...data.subarray(0, 4)], [-1000, -842, -999, -841]);
    const states = async (): Promise<readonly number[]> =>
      Promise.all(
        [unpackedPath, join(folder, 'all.dat')].map(async (path) => (await stat(path)).ino),
      );
    const before = await states();
    assert.deepEqual(await prepare('all'), first);
    assert.deepEqual(await states(), before, 'nothing is made again');
    await rm(unpackedPath);
    await prepare('all');
    assert.equal((await states())[1], before[1], 'the waveform outlives the unpacked copy');
  });

  test('mixes packed and plain channels, and expands packed G.711', async () => {
    await putPacked('0', wavFile({ data: pcm16(ramp(5)) }));
    await put('1', wavFile({ data: pcm16([7, 8]) }));
    assert.equal((await prepare('0', '1')).playablePath, join(folder, 'play.wav'));
    assert.deepEqual((await readCopy()).samples, [-1000, 7, -999, 8, -998, 0, -997, 0, -996, 0]);
    await rm(join(folder, 'play.wav'));
    await putPacked('2', wavFile({ tag: 7, data: Uint8Array.from([0, 128, 255]) }));
    await prepare('2');
    assert.deepEqual((await readCopy()).samples, [-32124, 32124, 0]);
  });

  test('explains a packed recording that is damaged or cannot be unpacked, and leaves nothing of it', async () => {
    const packed = gzipSync(wavFile({ data: pcm16(ramp(16_000)) }));
    await put('0', packed.subarray(0, packed.length - 20));
    const prepared = await prepare('0');
    assert.deepEqual(prepared.problems, [
      'The packed recording is damaged: it does not unpack. Download it again',
    ]);
    assert.deepEqual(await readdir(folder), ['0.wav']);
    await put('0', packed);
    const params = { ...paramsOf('0'), playablePath: join(folder, 'missing', 'play.wav') };
    const { problems } = await prepareRecording(params, never);
    assert.match(problems.join(), /could not be unpacked for playing.*ENOENT/u);
    const stop = new AbortController();
    const aborted = prepareRecording(paramsOf('0'), stop.signal);
    stop.abort();
    await assert.rejects(aborted, isCancellation);
    assert.deepEqual(await readdir(folder), ['0.wav']);
  });

  test('explains a folder in the place of a file', async () => {
    await mkdir(join(folder, '0.wav'));
    const prepared = await prepare('0');
    assert.match(prepared.problems.join(), /cannot be read: EISDIR/u);
  });
});
