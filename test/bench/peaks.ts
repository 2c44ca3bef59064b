/**
 * What it takes to make a two-hour recording ready for the player: waveform, and a playable copy where the format needs one.
 * Each case runs in a process of its own, so that its peak memory is its own; the reference is a plain read of the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  prepareRecording,
  type PrepareRecordingParams,
} from '../../src/archive/prepareRecording.ts';
import { median, report } from '../support/measurement.ts';
import { writeSpeechLikeWav } from '../support/longWav.ts';

const durationMs = 2 * 3_600_000;
const runCount = 3;

/** Metrics begin with the case; those without one are of the slowest and of the largest. */
const cases = {
  /** One file with both sides: copied to PCM16, since browsers may not play mu-law. */
  muLaw: { codec: 'muLaw', channelCounts: [2] },
  /** One file that is played as it is: only the waveform is made. */
  pcm16: { codec: 'pcm16', channelCounts: [2] },
  /** One file for each side, as the platform delivers dual-channel recordings. */
  muLawByChannel: { codec: 'muLaw', channelCounts: [1, 1] },
} as const;

interface CaseResult {
  readonly prepareMs: readonly number[];
  readonly readMs: readonly number[];
  readonly rssPeakBytes: number;
}

interface Measured {
  readonly realTimeFactor: number;
  /** The same for reading the files without doing anything. */
  readonly readFactor: number;
  readonly rssPeakBytes: number;
}

const never = new AbortController().signal;

/** In the child: files are written by the parent, so that making them does not count. */
async function measure(folder: string, paths: readonly string[]): Promise<CaseResult> {
  const prepareMs: number[] = [];
  const readMs: number[] = [];
  for (let run = 0; run < runCount; run++) {
    const params: PrepareRecordingParams = {
      files: paths.map((path, index) => ({
        channel: String(index),
        path,
        peaksPath: join(folder, `${String(run)}.${String(index)}.dat`),
      })),
      playablePath: join(folder, `${String(run)}.wav`),
    };
    const startedMs = performance.now();
    const prepared = await prepareRecording(params, never);
    prepareMs.push(performance.now() - startedMs);
    if (prepared.problems.length > 0 || Math.abs(prepared.durationMs - durationMs) > 1) {
      throw new Error(`The recording was not prepared: ${prepared.problems.join(' ')}`);
    }
    await rm(params.playablePath, { force: true });
  }
  const rssPeakBytes = process.resourceUsage().maxRSS * 1024;
  for (let run = 0; run < runCount; run++) {
    const startedMs = performance.now();
    for (const path of paths) {
      const file = createReadStream(path, { highWaterMark: 256 * 1024 });
      await finished(file.resume(), { writable: false });
    }
    readMs.push(performance.now() - startedMs);
  }
  return { prepareMs, readMs, rssPeakBytes };
}

async function runCase(name: keyof typeof cases): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'peaks-bench-'));
  try {
    const paths: string[] = [];
    for (const [index, channelCount] of cases[name].channelCounts.entries()) {
      const path = join(folder, `${String(index)}.media`);
      await writeSpeechLikeWav(path, { codec: cases[name].codec, channelCount, durationMs });
      paths.push(path);
    }
    const text = execFileSync(
      process.execPath,
      [import.meta.filename, '--measure', folder, ...paths],
      { encoding: 'utf8' },
    );
    const result = JSON.parse(text) as CaseResult;
    const factorOf = (timesMs: readonly number[]): number =>
      Math.round(durationMs / median(timesMs));
    return {
      realTimeFactor: factorOf(result.prepareMs),
      readFactor: factorOf(result.readMs),
      rssPeakBytes: result.rssPeakBytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportMeasured(prefix: string, measured: Measured): void {
  const { realTimeFactor: value, readFactor: reference, rssPeakBytes } = measured;
  const ratio = value / reference;
  report({ bench: 'peaks', metric: `${prefix}realTimeFactor`, value, unit: 'x', reference, ratio });
  report({
    bench: 'peaks',
    metric: `${prefix}rssPeakBytes`,
    value: rssPeakBytes,
    unit: 'bytes',
  });
}

const [mode, folder = '', ...paths] = process.argv.slice(2);
if (mode === '--measure') {
  process.stdout.write(JSON.stringify(await measure(folder, paths)));
} else {
  const all: Measured[] = [];
  for (const name of ['muLaw', 'pcm16', 'muLawByChannel'] as const) {
    const measured = await runCase(name);
    reportMeasured(`${name}.`, measured);
    all.push(measured);
  }
  const [slowest] = all.sort((a, b) => a.realTimeFactor - b.realTimeFactor);
  if (slowest !== undefined) {
    const rssPeakBytes = Math.max(...all.map((each) => each.rssPeakBytes));
    reportMeasured('', { ...slowest, rssPeakBytes });
  }
}
