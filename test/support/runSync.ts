/** Runs the shipped sync in a process of its own, as kills need it. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncMainOptions, SyncMainResult } from './syncMain.ts';

export interface SyncProcessEnd {
  /** Undefined when it was killed before it had one. */
  readonly syncId: string | undefined;
  /** Undefined when the process was killed. */
  readonly result: SyncMainResult | undefined;
}

/**
 * V8 gives its space for young objects back in a lull and takes it again: a step of 20 MB at some moment of a run. Held at its usual
 * size, what is left is the growth of the sync.
 */
const memoryFlags = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];

/** @param killAfterMs when given, the process is killed so long after its start, wherever it is */
export async function runSync(
  options: SyncMainOptions,
  killAfterMs?: number,
): Promise<SyncProcessEnd> {
  const main = join(import.meta.dirname, 'syncMain.ts');
  const limits = {
    maxBuffer: 16 << 20,
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'genesys-archive-sync-main') },
    ...(killAfterMs !== undefined && { timeout: killAfterMs, killSignal: 'SIGKILL' as const }),
  };
  return await new Promise((resolve, reject) => {
    const flags = options.samplesMemory === true ? memoryFlags : [];
    const args = [...flags, main, JSON.stringify(options)];
    execFile(process.execPath, args, limits, (error, stdout, stderr) => {
      const lines = stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '');
      const syncId =
        lines[0] === undefined ? undefined : (JSON.parse(lines[0]) as { syncId: string }).syncId;
      if (error === null) {
        resolve({ syncId, result: JSON.parse(lines.at(-1) ?? '') as SyncMainResult });
      } else if (error.signal === 'SIGKILL') {
        resolve({ syncId, result: undefined });
      } else {
        reject(new Error(`The sync failed: ${stderr}`));
      }
    });
  });
}
