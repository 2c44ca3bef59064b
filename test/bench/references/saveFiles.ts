/**
 * Reference: a bare loop that saves files durably, at a given concurrency: fetch or take, hash, write, fsync, rename. No folder
 * is synced, nothing is checked, nothing is noted.
 */
import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { get } from 'node:http';

/** A file from a server, or one whose content is there already. */
export type FileToSave = { readonly path: string } & (
  { readonly url: string } | { readonly content: Buffer }
);

export async function saveFiles(
  files: readonly FileToSave[],
  concurrency: number,
): Promise<readonly string[]> {
  const hashes: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (;;) {
        const file = files[next++];
        if (file === undefined) {
          return;
        }
        hashes.push(await saveFile(file));
      }
    }),
  );
  return hashes;
}

async function saveFile(file: FileToSave): Promise<string> {
  const content = 'url' in file ? await fetchBody(file.url) : file.content;
  const hash = createHash('sha256').update(content).digest('hex');
  const handle = await open(`${file.path}.partial`, 'wx');
  try {
    await handle.write(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file.path}.partial`, file.path);
  return hash;
}

function fetchBody(url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(Buffer.concat(chunks));
      });
      response.on('error', reject);
    }).on('error', reject);
  });
}
