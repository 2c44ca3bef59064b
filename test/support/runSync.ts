/** Runs the shipped sync in a process of its own, as kills need it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { SyncMainOptions, SyncMainResult } from './syncMain.ts';

export interface SyncProcessEnd {
  /** Undefined when it was killed before it had one. */
  readonly syncId: string | undefined;
  /** Undefined when the process was killed. */
  readonly result: SyncMainResult | undefined;
}

export async function runSync(options: SyncMainOptions): Promise<SyncProcessEnd> {
  const main = join(import.meta.dirname, 'syncMain.ts');
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [main, JSON.stringify(options)], (error, stdout, stderr) => {
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
