/** Makes WAV files for tests: PCM16 mono 8 kHz with a tone whose pitch depends on the seed, so that files differ. */

export function makeWav(sizeBytes: number, seed: number): Buffer {
  const wav = Buffer.alloc(Math.max(44, sizeBytes - (sizeBytes % 2)));
  const dataBytes = wav.length - 44;
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
  let state = seed;
  for (let offset = 44; offset + 1 < wav.length; offset += 2) {
    state = (state * 1103515245 + 12345) % 2147483648;
    wav.writeInt16LE((state % 20000) - 10000, offset);
  }
  return wav;
}
