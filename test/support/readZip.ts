/** Reads a zip back with another library than the one that wrote it, every entry checked by its CRC. */
import { buffer } from 'node:stream/consumers';
import { open, type Entry } from 'yauzl';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isStored: boolean;
}

/** The entries in their order, wholly in memory. */
export async function readZip(path: string): Promise<readonly ZipEntry[]> {
  return await new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, validateEntrySizes: true }, (openError, zip) => {
      if (openError !== null) {
        reject(openError);
        return;
      }
      const entries: ZipEntry[] = [];
      zip.on('error', reject);
      zip.on('end', () => {
        resolve(entries);
      });
      zip.on('entry', (entry: Entry) => {
        zip.openReadStream(entry, (error, stream) => {
          if (error !== null) {
            reject(error);
            return;
          }
          buffer(stream).then((bytes) => {
            entries.push({ name: entry.fileName, bytes, isStored: entry.compressionMethod === 0 });
            zip.readEntry();
          }, reject);
        });
      });
      zip.readEntry();
    });
  });
}
