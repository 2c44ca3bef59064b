/** Small WAV files that are all different and follow from a name: noise that costs microseconds to make. */

const headerBytes = 44;

/** PCM16 at 8 kHz; `sizeBytes` with the header, rounded down to whole frames. The same arguments give the same bytes. */
export function bulkMedia(name: string, channelCount: number, sizeBytes: number): Uint8Array {
  const frameBytes = 2 * channelCount;
  const frameCount = Math.max(1, Math.floor((sizeBytes - headerBytes) / frameBytes));
  const dataBytes = frameCount * frameBytes;
  const wordCount = Math.ceil((headerBytes + dataBytes) / 4);
  const words = new Uint32Array(wordCount);
  let state = seedOf(name);
  for (let index = headerBytes / 4; index < wordCount; index++) {
    // xorshift32 by George Marsaglia
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // Two samples of at most an eighth of full scale, so that nobody's ears suffer.
    words[index] = state & 0x0fff0fff;
  }
  const file = Buffer.from(words.buffer, 0, headerBytes + dataBytes);
  writeHeader(file, channelCount, dataBytes);
  return file;
}

/** How long a file of one channel plays. */
export const bulkMediaMs = (sizeBytes: number): number =>
  Math.floor(Math.max(1, Math.floor((sizeBytes - headerBytes) / 2)) / 8);

/** FNV-1a; never zero, where xorshift would stay. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash === 0 ? 1 : hash;
}

function writeHeader(file: Buffer, channelCount: number, dataBytes: number): void {
  const rateHz = 8000;
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(headerBytes - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channelCount, 22);
  file.writeUInt32LE(rateHz, 24);
  file.writeUInt32LE(rateHz * 2 * channelCount, 28);
  file.writeUInt16LE(2 * channelCount, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
}
