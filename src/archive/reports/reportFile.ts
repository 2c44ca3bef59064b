/**
 * Writes a report in several renderings at once while its items pass by, in constant memory: bodies first, heads (which know
 * the sums) last, joined under the final names only when all is done. Knows nothing of what the reports say.
 */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import { ensureFolder, partialSuffix, PartialWriter, renameDurably } from '../durableFile.ts';
import { CountingHash } from '../fileHash.ts';
import { guardStorage } from '../storageError.ts';

const reportsName = 'reports';

/** One form of a report. `head` and `tail` are asked for after the last item. */
export interface Rendering<Item> {
  readonly extension: 'json' | 'md' | 'csv';
  /** Text of an item, or undefined when this form leaves it out. */
  item(item: Item): string | undefined;
  head(): string;
  tail(): string;
}

export interface WrittenReport {
  readonly jsonPath: string;
  readonly markdownPath: string;
  readonly csvPath: string;
  /** Of the JSON file, lower-case hexadecimal. */
  readonly sha256: string;
}

interface Part<Item> {
  readonly rendering: Rendering<Item>;
  readonly bodyPath: string;
  readonly body: PartialWriter;
}

/**
 * Writes `reports/<baseName>.json`, `.md` and `.csv` of the archive; files of that name are replaced. A failure or an aborted
 * signal leaves none of them half.
 * @throws AppError `storage`, and what `items` throws
 */
export async function writeReport<Item>(
  rootPath: string,
  baseName: string,
  renderings: readonly Rendering<Item>[],
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): Promise<WrittenReport> {
  return await guardStorage(async () => {
    const folderPath = await ensureFolder(rootPath, [reportsName]);
    const pathOf = (extension: string): string => join(folderPath, `${baseName}.${extension}`);
    const parts: Part<Item>[] = [];
    try {
      for (const rendering of renderings) {
        const bodyPath = `${pathOf(rendering.extension)}.body${partialSuffix}`;
        parts.push({ rendering, bodyPath, body: await PartialWriter.create(bodyPath) });
      }
      for await (const item of items) {
        throwIfCancelled(signal);
        for (const { rendering, body } of parts) {
          const text = rendering.item(item);
          if (text !== undefined) {
            await body.append(Buffer.from(text));
          }
        }
      }
      let sha256 = '';
      for (const part of parts) {
        const { extension } = part.rendering;
        const hash = await joinParts(part, pathOf(extension) + partialSuffix, signal);
        sha256 = extension === 'json' ? hash : sha256;
      }
      throwIfCancelled(signal);
      for (const { rendering } of parts) {
        const path = pathOf(rendering.extension);
        await renameDurably(path + partialSuffix, path);
      }
      return {
        jsonPath: pathOf('json'),
        markdownPath: pathOf('md'),
        csvPath: pathOf('csv'),
        sha256,
      };
    } finally {
      for (const { rendering, body, bodyPath } of parts) {
        await body.close().catch(() => undefined);
        await rm(bodyPath, { force: true });
        await rm(pathOf(rendering.extension) + partialSuffix, { force: true });
      }
    }
  });
}

/** Head, body, tail into one flushed file; its SHA-256. */
async function joinParts<Item>(
  { rendering, body, bodyPath }: Part<Item>,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  await body.sync();
  const hash = new CountingHash();
  const whole = await PartialWriter.create(path);
  try {
    const append = async (chunk: Uint8Array): Promise<void> => {
      hash.update(chunk);
      await whole.append(chunk);
    };
    await append(Buffer.from(rendering.head()));
    for await (const chunk of createReadStream(bodyPath, { signal })) {
      await append(chunk as Uint8Array);
    }
    await append(Buffer.from(rendering.tail()));
    await whole.sync();
  } finally {
    await whole.close();
  }
  return hash.finish().sha256;
}

/**
 * The JSON form: an object of `fields`, which may hold sums, and a list under `listName` with one item a line.
 * @param fields asked for after the last item; may not be empty
 */
export function jsonRendering<Item>(
  fields: () => Readonly<Record<string, unknown>>,
  listName: string,
  encode: (item: Item) => unknown,
): Rendering<Item> {
  let isFirst = true;
  return {
    extension: 'json',
    item: (item) => {
      const text = `${isFirst ? '' : ','}\n    ${JSON.stringify(encode(item))}`;
      isFirst = false;
      return text;
    },
    head: () => {
      const text = JSON.stringify(fields(), undefined, 2);
      return `${text.slice(0, text.lastIndexOf('\n}'))},\n  ${JSON.stringify(listName)}: [`;
    },
    tail: () => (isFirst ? ']\n}\n' : '\n  ]\n}\n'),
  };
}

/** `2026-11-05T14-03-20Z`: a time as a part of a file name. */
export function fileStamp(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}
