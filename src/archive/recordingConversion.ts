/** One pass over the channel files of a recording: waveforms and the playable copy, block by block. */
import { throwIfCancelled } from '../base/appError.ts';
import { PeaksBuilder, encodePeaksHeader, peaksHeaderBytes } from '../audio/peaksFile.ts';
import { toPcm16Bytes } from '../audio/pcm16.ts';
import { encodeWavHeader } from '../audio/wav.ts';
import { DerivedFile } from './derivedFile.ts';
import type { InspectedSound } from './mediaInspection.ts';
import { PacketReader } from './packetReader.ts';
import { SoundReader, type SampleSource } from './soundReader.ts';

export interface ConversionInput {
  readonly path: string;
  readonly sound: InspectedSound;
  /** Where to put its waveform; undefined when there is one already. */
  readonly peaksPath: string | undefined;
  /** Its first channel within the copy. */
  readonly firstChannel: number;
}

/** The interleaved PCM16 file to write. */
export interface ConversionOutput {
  readonly path: string;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  readonly frameCount: number;
}

export interface ConversionResult {
  /** Paths that could not be written, with the reason. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Inputs that ended before their inspected length. */
  readonly shrunkPaths: readonly string[];
  /** Inputs of which parts could not be decoded. */
  readonly silencedPaths: readonly string[];
}

/**
 * Reads every input once and writes what is asked for. Channels that end early, and channels of the copy that no input
 * fills, are silent. An input with a lower sample rate than the copy repeats samples: good enough for speech, and exact in time.
 * On abort rejects with AbortError and leaves nothing behind; what cannot be written is in `failures`.
 */
export async function convertRecording(
  inputs: readonly ConversionInput[],
  output: ConversionOutput | undefined,
  signal: AbortSignal,
): Promise<ConversionResult> {
  const lanes: Lane[] = [];
  const copy = output === undefined ? undefined : await Copy.create(output);
  const blockSeconds = secondsInBlock(inputs, output);
  try {
    for (const input of inputs) {
      lanes.push(await Lane.open(input, blockSeconds));
    }
    const blockCount = Math.max(0, ...lanes.map((lane) => lane.blockCount));
    for (let block = 0; block < blockCount; block++) {
      throwIfCancelled(signal);
      copy?.startBlock(blockSeconds);
      for (const lane of lanes) {
        const samples = await lane.read();
        copy?.place(samples, lane.input);
      }
      await copy?.endBlock();
    }
    throwIfCancelled(signal);
    return {
      failures: await commitAll(copy === undefined ? lanes : [...lanes, copy]),
      shrunkPaths: pathsOf(lanes.filter(({ source }) => source.hasShrunk)),
      silencedPaths: pathsOf(lanes.filter(({ source }) => source.hasFailed)),
    };
  } finally {
    for (const part of [...lanes, copy]) {
      await part?.dispose();
    }
  }
}

function pathsOf(lanes: readonly Lane[]): readonly string[] {
  return lanes.map(({ input }) => input.path);
}

async function openSource(
  { path, sound: { source, frameCount } }: ConversionInput,
  blockFrames: number,
): Promise<SampleSource> {
  return source.kind === 'wav'
    ? await SoundReader.open(path, { format: source.format, frameCount }, blockFrames)
    : await PacketReader.open(path, source.packets, blockFrames);
}

async function commitAll(
  parts: readonly { commit(): Promise<CommitFailure | undefined> }[],
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  for (const part of parts) {
    const failure = await part.commit();
    if (failure !== undefined) {
      failures.set(failure.path, failure.reason);
    }
  }
  return failures;
}

/** Whole seconds, so that blocks of different sample rates hold whole frames and stay in step. */
function secondsInBlock(
  inputs: readonly ConversionInput[],
  output: ConversionOutput | undefined,
): number {
  const valuesPerSecond = Math.max(
    1,
    (output?.sampleRateHz ?? 0) * (output?.channelCount ?? 0),
    ...inputs.map(({ sound: { format } }) => format.sampleRateHz * format.channelCount),
  );
  return Math.max(1, Math.floor(131_072 / valuesPerSecond));
}

/** Values of a waveform. */
const writtenAtOnce = 32_768;

interface CommitFailure {
  readonly path: string;
  readonly reason: unknown;
}

/** One input with its waveform. */
class Lane {
  readonly input: ConversionInput;
  readonly source: SampleSource;
  private readonly blockFrames: number;
  private readonly builder: PeaksBuilder;
  private readonly peaksFile: DerivedFile | undefined;

  private constructor(
    input: ConversionInput,
    source: SampleSource,
    blockFrames: number,
    peaksFile: DerivedFile | undefined,
  ) {
    this.input = input;
    this.source = source;
    this.blockFrames = blockFrames;
    this.peaksFile = peaksFile;
    this.builder = new PeaksBuilder(input.sound.format);
  }

  static async open(input: ConversionInput, blockSeconds: number): Promise<Lane> {
    const blockFrames = input.sound.format.sampleRateHz * blockSeconds;
    const source = await openSource(input, blockFrames);
    const peaksFile =
      input.peaksPath === undefined ? undefined : await DerivedFile.create(input.peaksPath);
    await peaksFile?.append(new Uint8Array(peaksHeaderBytes));
    return new Lane(input, source, blockFrames, peaksFile);
  }

  get blockCount(): number {
    return Math.ceil(this.input.sound.frameCount / this.blockFrames);
  }

  async read(): Promise<Int16Array> {
    const samples = await this.source.read();
    if (this.peaksFile !== undefined) {
      this.builder.push(samples);
      const values = this.builder.drain(writtenAtOnce);
      if (values.length > 0) {
        await this.peaksFile.append(toPcm16Bytes(values));
      }
    }
    return samples;
  }

  async commit(): Promise<CommitFailure | undefined> {
    if (this.peaksFile === undefined || this.input.peaksPath === undefined) {
      return undefined;
    }
    const { data, ...header } = this.builder.finish();
    await this.peaksFile.append(toPcm16Bytes(data));
    await this.peaksFile.writeAt(0, encodePeaksHeader(header));
    const isWritten = await this.peaksFile.commit();
    return isWritten ? undefined : { path: this.input.peaksPath, reason: this.peaksFile.failure };
  }

  async dispose(): Promise<void> {
    await this.source.close();
    await this.peaksFile?.discard();
  }
}

/** The playable copy. */
class Copy {
  private readonly output: ConversionOutput;
  private readonly file: DerivedFile;
  private block = new Int16Array(0);
  private leftFrames: number;

  private constructor(output: ConversionOutput, file: DerivedFile) {
    this.output = output;
    this.file = file;
    this.leftFrames = output.frameCount;
  }

  static async create(output: ConversionOutput): Promise<Copy> {
    const header = encodeWavHeader(output);
    const file = await DerivedFile.create(output.path);
    await file.append(header);
    return new Copy(output, file);
  }

  startBlock(blockSeconds: number): void {
    const length = this.output.sampleRateHz * blockSeconds * this.output.channelCount;
    if (this.block.length === length) {
      this.block.fill(0);
    } else {
      this.block = new Int16Array(length);
    }
  }

  place(samples: Int16Array, input: ConversionInput): void {
    const { channelCount: width, sampleRateHz } = input.sound.format;
    const stride = this.output.channelCount;
    const rateHz = this.output.sampleRateHz;
    const frameCount = Math.ceil(((samples.length / width) * rateHz) / sampleRateHz);
    for (let channel = 0; channel < width; channel++) {
      const target = input.firstChannel + channel;
      if (rateHz === sampleRateHz) {
        for (let frame = 0; frame < frameCount; frame++) {
          this.block[frame * stride + target] = samples[frame * width + channel] ?? 0;
        }
      } else {
        for (let frame = 0; frame < frameCount; frame++) {
          const source = Math.floor((frame * sampleRateHz) / rateHz);
          this.block[frame * stride + target] = samples[source * width + channel] ?? 0;
        }
      }
    }
  }

  async endBlock(): Promise<void> {
    const frames = Math.min(this.leftFrames, this.block.length / this.output.channelCount);
    this.leftFrames -= frames;
    await this.file.append(toPcm16Bytes(this.block.subarray(0, frames * this.output.channelCount)));
  }

  async commit(): Promise<CommitFailure | undefined> {
    const isWritten = await this.file.commit();
    return isWritten ? undefined : { path: this.output.path, reason: this.file.failure };
  }

  async dispose(): Promise<void> {
    await this.file.discard();
  }
}
