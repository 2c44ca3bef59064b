/** Zip files without compression, as small as the format allows: the form in which batches bring chats, messages and e-mails. */
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every entry is dated 1980-01-01, so that the same entries give the same bytes. @see APPNOTE 6.3 */
export function storedZip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const common = commonHeader(name, bytes);
    const local = Buffer.concat([uint32(0x04034b50), common, Buffer.from(name), bytes]);
    files.push(local);
    directory.push(
      uint32(0x02014b50),
      uint16(20),
      common,
      Buffer.alloc(10),
      uint32(offset),
      Buffer.from(name),
    );
    offset += local.byteLength;
  }
  const central = Buffer.concat(directory);
  const count = uint16(entries.length);
  return Buffer.concat([
    ...files,
    central,
    uint32(0x06054b50),
    Buffer.alloc(4),
    count,
    count,
    uint32(central.byteLength),
    uint32(offset),
    uint16(0),
  ]);
}

/** What an entry's local header and its line in the directory share: version to length of the extra field. */
const commonHeader = (name: string, bytes: Uint8Array): Buffer =>
  Buffer.concat([
    uint16(20),
    uint16(0),
    uint16(0),
    uint16(0),
    uint16(0x21),
    uint32(crc32(bytes)),
    uint32(bytes.byteLength),
    uint32(bytes.byteLength),
    uint16(Buffer.byteLength(name)),
    uint16(0),
  ]);

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
