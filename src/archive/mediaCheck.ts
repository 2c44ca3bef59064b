/**
 * Tells from its bytes what a downloaded media file is, and whether it can be what it claims: container by first bytes, and a
 * walk over the chunks of a WAV. Knows nothing of where the file came from.
 */
import { open, type FileHandle } from 'node:fs/promises';

export interface MediaCheck {
  /** `wav`, `webm`, `ogg`, `mp3`, `flac`, `m4a` or `zip`; undefined when the file is refused. */
  readonly extension: string | undefined;
  /** Why the file is refused, as the end of a sentence. */
  readonly problem: string | undefined;
  /** Play time, where the container tells it cheaply (WAV). */
  readonly durationMs: number | undefined;
  /** True when the container's own lengths agree with the file. */
  readonly isContainerSound: boolean;
}

const headBytes = 512;
const maxWavChunks = 256;
/** As much as the player looks through for the start of the sound. */
const maxHeadBytes = 1024 * 1024;
/** Writers that stream do not know the length and put this, or zero. */
const unknownLength = 0xffff_ff00;

/** Looks at the head of a file, and through a WAV's chunks. Reads a few hundred bytes whatever the size. */
export async function checkMedia(path: string, contentType?: string): Promise<MediaCheck> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await check({ sizeBytes: size, read: (...at) => readAt(file, ...at) }, contentType);
  } finally {
    await file.close();
  }
}

/** Checks media that are in memory, as `checkMedia` does a file. */
export async function checkMediaContent(
  content: Uint8Array,
  contentType: string | undefined,
): Promise<MediaCheck> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const read = (position: number, length: number): Promise<Buffer> =>
    Promise.resolve(bytes.subarray(position, position + length));
  return await check({ sizeBytes: bytes.length, read }, contentType);
}

/** Checks media that pass by, unpacked, as `checkMedia` does a file. Keeps their first megabyte. */
export class MediaHead {
  private readonly head = Buffer.alloc(maxHeadBytes);
  private sizeBytes = 0;

  push(chunk: Uint8Array): void {
    if (this.sizeBytes < maxHeadBytes) {
      this.head.set(chunk.subarray(0, maxHeadBytes - this.sizeBytes), this.sizeBytes);
    }
    this.sizeBytes += chunk.length;
  }

  async finish(): Promise<MediaCheck> {
    const { head, sizeBytes } = this;
    const known = head.subarray(0, sizeBytes);
    return await check({
      sizeBytes,
      read: (position, length) =>
        Promise.resolve(
          position + length > maxHeadBytes && position + length <= sizeBytes
            ? undefined
            : known.subarray(position, position + length),
        ),
    });
  }
}

interface MediaBytes {
  readonly sizeBytes: number;
  /** Fewer bytes only at the end; undefined for what is not at hand. */
  readonly read: (position: number, length: number) => Promise<Buffer | undefined>;
}

async function check(media: MediaBytes, contentType?: string): Promise<MediaCheck> {
  if (media.sizeBytes === 0) {
    return refused('is empty');
  }
  const head = (await media.read(0, headBytes)) ?? Buffer.alloc(0);
  const extension = sniffExtension(head);
  if (extension === 'wav') {
    return await checkWav(media);
  }
  if (extension !== undefined) {
    return media.sizeBytes < 64
      ? refused('holds no sound')
      : { extension, problem: undefined, durationMs: undefined, isContainerSound: false };
  }
  return refused(describeStranger(head, contentType));
}

/** File name extension for the container that starts with these bytes; undefined for anything else. */
export function sniffExtension(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WAVE') {
    return 'wav';
  }
  if (text.startsWith('OggS')) {
    return 'ogg';
  }
  if (text.startsWith('\x1a\x45\xdf\xa3')) {
    return 'webm';
  }
  if (text.startsWith('fLaC')) {
    return 'flac';
  }
  if (text.startsWith('PK\x03\x04')) {
    return 'zip';
  }
  if (text.slice(4, 8) === 'ftyp') {
    return 'm4a';
  }
  return text.startsWith('ID3') || isMp3Frame(head) ? 'mp3' : undefined;
}

/** Sync word, a layer, a bit rate and a sample rate that exist: text never starts like this. */
function isMp3Frame(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const bitRate = third >> 4;
  return (
    first === 0xff &&
    (second & 0xe0) === 0xe0 &&
    (second & 0x18) !== 0x08 &&
    (second & 0x06) !== 0 &&
    bitRate !== 0 &&
    bitRate !== 15 &&
    (third & 0x0c) !== 0x0c
  );
}

function describeStranger(head: Uint8Array, contentType: string | undefined): string {
  const text = Buffer.from(head).toString('latin1').replace(/^ï»¿/u, '').trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) {
    return 'is a web page, not a recording';
  }
  if (text.startsWith('<?xml') || text.startsWith('<error')) {
    return 'is an error message in XML, not a recording';
  }
  if (text.startsWith('{') || text.startsWith('[')) {
    return 'is JSON, not a recording';
  }
  return contentType?.startsWith('text/') === true
    ? 'is text, not a recording'
    : 'is in no audio format that is known';
}

interface WavLayout {
  readonly byteRate: number | undefined;
  readonly data: { readonly startByte: number; readonly statedBytes: number } | undefined;
}

async function checkWav(media: MediaBytes): Promise<MediaCheck> {
  const layout = await readWavLayout(media);
  if (layout === undefined) {
    return { extension: 'wav', problem: undefined, durationMs: undefined, isContainerSound: false };
  }
  const { byteRate, data } = layout;
  if (byteRate === undefined || byteRate === 0) {
    return refused('is a WAV without a format');
  }
  if (data === undefined) {
    return refused('is a WAV that holds no sound');
  }
  const presentBytes = media.sizeBytes - data.startByte;
  if (presentBytes <= 0) {
    return refused('is a WAV that holds no sound, only a header');
  }
  const isLengthKnown = data.statedBytes > 0 && data.statedBytes < unknownLength;
  if (isLengthKnown && data.statedBytes > presentBytes) {
    return refused('is a WAV that is cut short');
  }
  const soundBytes = isLengthKnown ? data.statedBytes : presentBytes;
  return {
    extension: 'wav',
    problem: undefined,
    durationMs: (soundBytes / byteRate) * 1000,
    isContainerSound: isLengthKnown,
  };
}

/** Undefined when the sound begins beyond what is at hand. */
async function readWavLayout({ sizeBytes, read }: MediaBytes): Promise<WavLayout | undefined> {
  let byteRate: number | undefined;
  let offset = 12;
  for (let count = 0; count < maxWavChunks && offset + 8 <= sizeBytes; count++) {
    const header = await read(offset, Math.min(24, sizeBytes - offset));
    if (header === undefined) {
      return undefined;
    }
    const id = header.toString('latin1', 0, 4);
    const statedBytes = header.readUInt32LE(4);
    if (id === 'data') {
      return { byteRate, data: { startByte: offset + 8, statedBytes } };
    }
    if (id === 'fmt ' && header.length >= 20) {
      byteRate = header.readUInt32LE(16);
    }
    offset += 8 + statedBytes + (statedBytes % 2);
  }
  return { byteRate, data: undefined };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function refused(problem: string): MediaCheck {
  return { extension: undefined, problem, durationMs: undefined, isContainerSound: false };
}
