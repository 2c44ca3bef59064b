/**
 * What it takes to make a recording ready for the player: waveform, and a playable copy where the format needs one. Two hours
 * of WAV are compared with plainly reading the same bytes, half an hour of each compressed format with ffmpeg's decoding on
 * one thread, when it is there. Each case runs in a process of its own, so that its peak memory is its own, and as the product
 * does it: by the host's client in the built archive worker with its limits. The process is bundled too, without the compiler that
 * Node needs for TypeScript and that alone takes some 60 MB.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { root } from '../../scripts/setUp.mjs';
import { silentLog } from '../../src/base/log.ts';
import { ArchiveWorkerClient } from '../../src/host/archives/archiveWorkerClient.ts';
import type { PrepareRecordingParams } from '../../src/protocol/archiveWorker.ts';
import { isFfmpegThere, runFfmpeg } from '../support/ffmpeg.ts';
import { median, report } from '../support/measurement.ts';
import { writeSpeechLikeWav } from '../support/longWav.ts';

const wavDurationMs = 2 * 3_600_000;
const compressedDurationMs = 1_800_000;
const runCount = 3;

interface WavCase {
  readonly kind: 'wav';
  readonly codec: 'muLaw' | 'pcm16';
  readonly channelCounts: readonly number[];
}

interface CompressedCase {
  readonly kind: 'compressed';
  /** What ffmpeg makes the file with. */
  readonly encoder: readonly string[];
}

/** Metrics of single cases begin with their name. */
const cases = {
  /** One file with both sides: copied to PCM16, since browsers may not play mu-law. */
  muLaw: { kind: 'wav', codec: 'muLaw', channelCounts: [2] },
  /** One file that is played as it is: only the waveform is made. */
  pcm16: { kind: 'wav', codec: 'pcm16', channelCounts: [2] },
  /** One file for each side, as the platform delivers dual-channel recordings. */
  muLawByChannel: { kind: 'wav', codec: 'muLaw', channelCounts: [1, 1] },
  mp3: { kind: 'compressed', encoder: ['-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3'] },
  vorbis: { kind: 'compressed', encoder: ['-c:a', 'libvorbis', '-q:a', '1', '-f', 'ogg'] },
  /** The platform's default. Expanded to PCM16, since desktop VS Code has no Opus. */
  opus: { kind: 'compressed', encoder: ['-c:a', 'libopus', '-b:a', '32k', '-f', 'webm'] },
} as const satisfies Readonly<Record<string, WavCase | CompressedCase>>;
type CaseName = keyof typeof cases;

interface CaseResult {
  /** Waveform and copy. */
  readonly prepareMs: readonly number[];
  /** The waveform alone, the copy being there. */
  readonly peaksMs: readonly number[];
  /** Reading the files without doing anything; of compressed ones decoding by ffmpeg. */
  readonly referenceMs: readonly number[];
  readonly rssPeakBytes: number;
}

interface Measured {
  readonly prepareFactor: number;
  readonly peaksFactor: number;
  readonly referenceFactor: number;
  readonly rssPeakBytes: number;
}

const builtWorker = join(root, 'dist/archiveWorker.cjs');
const never = new AbortController().signal;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await action();
  return performance.now() - startedMs;
}

/** In the child: files are written by the parent, so that making them does not count. */
async function measure(
  name: CaseName,
  workerScript: string,
  folder: string,
  paths: readonly string[],
): Promise<CaseResult> {
  const { kind } = cases[name];
  const durationMs = kind === 'wav' ? wavDurationMs : compressedDurationMs;
  const prepareMs: number[] = [];
  const peaksMs: number[] = [];
  const referenceMs: number[] = [];
  let rssPeakBytes = 0;
  const worker = new ArchiveWorkerClient(workerScript, silentLog);
  // The client lets a process end while its worker works.
  const alive = setInterval(() => undefined, 60_000);
  for (let run = 0; run < runCount; run++) {
    const paramsOf = (kindOfPeaks: string): PrepareRecordingParams => ({
      files: paths.map((path, index) => ({
        channel: String(index),
        path,
        peaksPath: join(folder, `${kindOfPeaks}${String(run)}.${String(index)}.dat`),
      })),
      playablePath: join(folder, `${String(run)}.wav`),
    });
    const prepare = async (params: PrepareRecordingParams): Promise<void> => {
      const prepared = await worker.prepareRecording(params, never);
      if (prepared.problems.length > 0 || Math.abs(prepared.durationMs - durationMs) > 100) {
        throw new Error(`The recording was not prepared: ${prepared.problems.join(' ')}`);
      }
    };
    // References in between, so that all see the same load of the machine.
    prepareMs.push(await timed(() => prepare(paramsOf('all'))));
    // Of one recording: later ones begin before the garbage of the first is collected.
    rssPeakBytes ||= await readRssPeakBytes();
    referenceMs.push(await timed(() => (kind === 'wav' ? readAll(paths) : decodeAll(paths))));
    peaksMs.push(await timed(() => prepare(paramsOf('peaks'))));
    await rm(paramsOf('').playablePath, { force: true });
  }
  worker.dispose();
  clearInterval(alive);
  return { prepareMs, peaksMs, referenceMs, rssPeakBytes };
}

/** Linux counts into `maxRSS` what the parent had when it started this process; only the process's own figure is right. */
async function readRssPeakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'latin1').catch(() => '');
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/mu.exec(status) ?? [];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}

async function readAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const file = createReadStream(path, { highWaterMark: 256 * 1024 });
    await finished(file.resume(), { writable: false });
  }
}

async function decodeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await runFfmpeg(['-i', path, '-f', 'null', '-']);
  }
}

async function writeFiles(name: CaseName, folder: string): Promise<readonly string[]> {
  const chosen = cases[name];
  const paths: string[] = [];
  if (chosen.kind === 'wav') {
    for (const [index, channelCount] of chosen.channelCounts.entries()) {
      const path = join(folder, `${String(index)}.media`);
      await writeSpeechLikeWav(path, {
        codec: chosen.codec,
        channelCount,
        durationMs: wavDurationMs,
      });
      paths.push(path);
    }
    return paths;
  }
  const wav = join(folder, 'source.wav');
  await writeSpeechLikeWav(wav, {
    codec: 'muLaw',
    channelCount: 2,
    durationMs: compressedDurationMs,
  });
  const path = join(folder, '0.media');
  await runFfmpeg(['-i', wav, ...chosen.encoder, path]);
  return [path];
}

async function bundleThis(folder: string): Promise<string> {
  // Loaded here, since the child has no use for it.
  const { build } = await import('esbuild');
  const outfile = join(folder, 'bench.mjs');
  await build({
    entryPoints: [import.meta.filename],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: ['esbuild'],
  });
  return outfile;
}

async function runCase(name: CaseName): Promise<Measured> {
  const durationMs = cases[name].kind === 'wav' ? wavDurationMs : compressedDurationMs;
  const folder = await mkdtemp(join(tmpdir(), 'peaks-bench-'));
  try {
    const paths = await writeFiles(name, folder);
    const text = execFileSync(
      process.execPath,
      [await bundleThis(folder), '--measure', name, builtWorker, folder, ...paths],
      { encoding: 'utf8' },
    );
    const result = JSON.parse(text) as CaseResult;
    const factorOf = (timesMs: readonly number[]): number =>
      Math.round(durationMs / median(timesMs));
    return {
      prepareFactor: factorOf(result.prepareMs),
      peaksFactor: factorOf(result.peaksMs),
      referenceFactor: factorOf(result.referenceMs),
      rssPeakBytes: result.rssPeakBytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportCase(name: CaseName, measured: Measured): void {
  const { prepareFactor, peaksFactor, referenceFactor: reference, rssPeakBytes } = measured;
  const bench = 'peaks';
  for (const [metric, value] of [
    ['prepareRealtimeFactor', prepareFactor],
    ['peaksRealtimeFactor', peaksFactor],
  ] as const) {
    const ratio = value / reference;
    report({ bench, metric: `${name}.${metric}`, value, unit: 'x', reference, ratio });
  }
  report({ bench, metric: `${name}.rssPeakBytes`, value: rssPeakBytes, unit: 'bytes' });
}

function reportFactor(metric: string, value: number): void {
  report({ bench: 'peaks', metric, value, unit: 'x' });
}

function reportRatio(metric: string, { peaksFactor, referenceFactor }: Measured): void {
  const ratio = peaksFactor / referenceFactor;
  report({
    bench: 'peaks',
    metric,
    value: ratio,
    unit: 'ratio',
    reference: referenceFactor,
    ratio,
  });
}

async function runAll(): Promise<void> {
  execFileSync(process.execPath, [join(root, 'esbuild.js'), '--production'], { cwd: root });
  const rssPeaks: number[] = [];
  const run = async (name: CaseName): Promise<Measured> => {
    const measured = await runCase(name);
    reportCase(name, measured);
    rssPeaks.push(measured.rssPeakBytes);
    return measured;
  };
  const pcm16 = await run('pcm16');
  reportRatio('pcm16ReadRatio', pcm16);
  reportFactor('pcm16RealtimeFactor', pcm16.peaksFactor);
  const muLaw = [await run('muLaw'), await run('muLawByChannel')];
  reportFactor('g711RealtimeFactor', Math.min(...muLaw.map(({ peaksFactor }) => peaksFactor)));
  if (isFfmpegThere()) {
    reportRatio('mp3FfmpegRatio', await run('mp3'));
    reportRatio('vorbisFfmpegRatio', await run('vorbis'));
    reportRatio('opusFfmpegRatio', await run('opus'));
  } else {
    process.stderr.write('No ffmpeg here: MP3, Vorbis and Opus are not measured.\n');
  }
  const value = Math.max(...rssPeaks);
  report({ bench: 'peaks', metric: 'rssPeakBytes', value, unit: 'bytes' });
}

const [mode, name = '', workerScript = '', folder = '', ...paths] = process.argv.slice(2);
if (mode === '--measure') {
  const chosen = (Object.keys(cases) as CaseName[]).find((each) => each === name);
  if (chosen === undefined) {
    throw new Error(`There is no such case: ${name}`);
  }
  process.stdout.write(JSON.stringify(await measure(chosen, workerScript, folder, paths)));
} else {
  await runAll();
}
