/** Screen recordings: a WebM file with one black pixel for a picture, valid for every player and different for each name. */

const clusterMs = 30_000;
const frameMs = 1000;
/** A key frame of one pixel. @see RFC 6386 */
const frame = Buffer.from('3001009d012a0100010003003425a400037000fefb940000', 'hex');

/** One frame a second. The same arguments give the same bytes. @see RFC 9559 */
export function screenWebm(name: string, durationMs: number): Uint8Array {
  const header = element(
    0x1a45dfa3,
    element(0x4286, uint(1)),
    element(0x42f7, uint(1)),
    element(0x42f2, uint(4)),
    element(0x42f3, uint(8)),
    element(0x4282, Buffer.from('webm')),
    element(0x4287, uint(2)),
    element(0x4285, uint(2)),
  );
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(durationMs);
  const info = element(
    0x1549a966,
    element(0x2ad7b1, uint(1_000_000)),
    element(0x4489, duration),
    element(0x7ba9, Buffer.from(`Screen ${name}`)),
    element(0x4d80, Buffer.from('simulator')),
    element(0x5741, Buffer.from('simulator')),
  );
  const video = element(0xe0, element(0xb0, uint(1)), element(0xba, uint(1)));
  const track = element(
    0xae,
    element(0xd7, uint(1)),
    element(0x73c5, uint(1)),
    element(0x83, uint(1)),
    element(0x86, Buffer.from('V_VP8')),
    video,
  );
  const clusterCount = Math.max(1, Math.ceil(durationMs / clusterMs));
  const clusters = Array.from({ length: clusterCount }, (_, index) =>
    cluster(index * clusterMs, Math.min(durationMs, (index + 1) * clusterMs)),
  );
  return Buffer.concat([
    header,
    element(0x18538067, info, element(0x1654ae6b, track), ...clusters),
  ]);
}

function cluster(startMs: number, endMs: number): Buffer {
  const count = Math.max(1, Math.ceil((endMs - startMs) / frameMs));
  const blocks = Array.from({ length: count }, (_, index) => {
    const head = Buffer.from([0x81, 0, 0, 0x80]);
    head.writeInt16BE(index * frameMs, 1);
    return element(0xa3, head, frame);
  });
  return element(0x1f43b675, element(0xe7, uint(startMs)), ...blocks);
}

/** An EBML element: its id as written, its size in one byte or eight, its content. @see RFC 8794 */
function element(id: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const idHex = id.toString(16);
  return Buffer.concat([Buffer.from(idHex, 'hex'), sizeOf(content.byteLength), content]);
}

function sizeOf(byteLength: number): Buffer {
  if (byteLength < 127) {
    return Buffer.from([0x80 | byteLength]);
  }
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(byteLength) | (1n << 56n));
  return size;
}

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
