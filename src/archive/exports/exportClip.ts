/** A stretch of a recording as files of its own: the sound as WAV, its words beside it. Constant memory. */
import { errors } from '../../base/appError.ts';
import { toPcm16Bytes } from '../../audio/pcm16.ts';
import { encodeWavHeader } from '../../audio/wav.ts';
import type { Interval } from '../../model/interval.ts';
import { inspectMedia } from '../mediaInspection.ts';
import { SoundReader, type FramesOfFile } from '../soundReader.ts';
import { writeWholeFile } from './wholeFile.ts';

export interface ClipExport {
  readonly sizeBytes: number;
  /** As long as the WAV really is: ends with the recording. */
  readonly durationMs: number;
}

const framesPerRead = 16_384;

/**
 * Writes the samples from `clip.startMs` (rounded to the nearest) up to `clip.endMs` as PCM16 with all channels.
 * @param mediaPath the recording's playable file
 * @throws AppError `unsupported` when its samples cannot be read here, `input` when the stretch lies outside, `storage`
 */
export async function exportClip(
  mediaPath: string,
  clip: Interval,
  outputPath: string,
  signal: AbortSignal,
): Promise<ClipExport> {
  const { sound, problem } = await inspectMedia(mediaPath, signal);
  if (sound?.source.kind !== 'wav') {
    throw errors.unsupported(
      `A clip can be cut only out of WAV sound. Download the recording as WAV (setting genesysArchive.recordings.format) and try again${problem === undefined ? '' : `: ${problem}`}`,
    );
  }
  const { format } = sound.source;
  const { sampleRateHz, channelCount } = format;
  const toFrame = (positionMs: number): number =>
    Math.min(sound.frameCount, Math.max(0, Math.round((positionMs * sampleRateHz) / 1000)));
  const startFrame = toFrame(clip.startMs);
  const frameCount = toFrame(clip.endMs) - startFrame;
  if (frameCount <= 0) {
    throw errors.input('There is no sound in what is selected. Select a part of the waveform');
  }
  const header = encodeWavHeader({ channelCount, sampleRateHz, frameCount });
  const sizeBytes = await writeWholeFile(
    outputPath,
    wavOf(
      mediaPath,
      { format, frameCount: startFrame + frameCount, startFrame },
      header,
      frameCount,
    ),
    signal,
  );
  return { sizeBytes, durationMs: (frameCount * 1000) / sampleRateHz };
}

async function* wavOf(
  path: string,
  frames: FramesOfFile,
  header: Uint8Array,
  frameCount: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield header;
  const { channelCount } = frames.format;
  const reader = await SoundReader.open(path, frames, framesPerRead);
  try {
    for (let leftFrames = frameCount; leftFrames > 0;) {
      const samples = await reader.read();
      if (samples.length === 0) {
        throw errors.corrupt('The recording became shorter while it was read. Open it again');
      }
      leftFrames -= samples.length / channelCount;
      // The reader uses its buffer again, the writer keeps what it is given.
      yield toPcm16Bytes(samples.slice());
    }
  } finally {
    await reader.close();
  }
}
