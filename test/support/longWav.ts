/** Writes WAV files of any length in constant memory: bursts of noise with pauses, as speech has. */
import { open } from 'node:fs/promises';

export interface LongWav {
  readonly codec: 'muLaw' | 'pcm16';
  readonly channelCount: number;
  readonly durationMs: number;
}

const sampleRateHz = 8000;
const blockFrames = 8 * sampleRateHz;

/** The same bytes for the same options. Each block of eight seconds is half noise, half silence. */
export async function writeSpeechLikeWav(
  path: string,
  { codec, channelCount, durationMs }: LongWav,
): Promise<void> {
  const sampleBytes = codec === 'pcm16' ? 2 : 1;
  const frameBytes = sampleBytes * channelCount;
  const dataBytes = (durationMs / 1000) * sampleRateHz * frameBytes;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(codec === 'pcm16' ? 1 : 7, 20);
  header.writeUInt16LE(channelCount, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(sampleBytes * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  const block = Buffer.alloc(blockFrames * frameBytes, codec === 'pcm16' ? 0 : 0xff);
  let state = 1;
  for (let offset = 0; offset < block.length / 2; offset++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    block[offset] = state >>> 24;
  }
  const file = await open(path, 'wx');
  try {
    await file.write(header);
    for (let left = dataBytes; left > 0; left -= block.length) {
      await file.write(block, 0, Math.min(left, block.length));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
