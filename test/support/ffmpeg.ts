/** An independent decoder and encoder for tests and benchmarks, when it is installed. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** False on most machines: what needs it is skipped by name. */
export function isFfmpegThere(): boolean {
  return spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;
}

/** Samples as ffmpeg decodes them: 16 bits, interleaved. Only for files of a few minutes. */
export async function decodeByFfmpeg(path: string, sampleRateHz: number): Promise<Int16Array> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-i', path, '-f', 's16le', '-ar', String(sampleRateHz), '-'],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  return new Int16Array(new Uint8Array(stdout).buffer);
}

/** Runs ffmpeg on one thread. */
export async function runFfmpeg(args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-y', '-threads', '1', ...args]);
}
