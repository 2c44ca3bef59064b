/** Runs the shipped download in a process of its own, as two windows and kills need it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { DownloadMainOptions, DownloadMainResult } from './downloadMain.ts';

/** Undefined when the process was killed. */
export async function runDownload(
  options: DownloadMainOptions,
): Promise<DownloadMainResult | undefined> {
  const main = join(import.meta.dirname, 'downloadMain.ts');
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [main, JSON.stringify(options)], (error, stdout, stderr) => {
      if (error === null) {
        resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as DownloadMainResult);
      } else if (error.signal === 'SIGKILL') {
        resolve(undefined);
      } else {
        reject(new Error(`The download failed: ${stderr}`));
      }
    });
  });
}
