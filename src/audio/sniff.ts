/** Says what a file is by its first bytes, whatever its name or content type claimed. Knows nothing of files or players. */

/** What to show, store and serve a file as. */
export interface Container {
  readonly kind: ContainerKind;
  /** Without the dot; safe as a part of a file name. */
  readonly extension: string;
  readonly mediaType: string;
  /** True for sound (or a container that may hold sound), false for error pages, documents and the unknown. */
  readonly isAudio: boolean;
}

/** `[kind, extension, media type, is audio]` */
const table = {
  wav: ['wav', 'audio/wav', true],
  mp3: ['mp3', 'audio/mpeg', true],
  oggOpus: ['opus', 'audio/ogg; codecs=opus', true],
  oggVorbis: ['ogg', 'audio/ogg; codecs=vorbis', true],
  ogg: ['ogg', 'audio/ogg', true],
  webm: ['webm', 'audio/webm', true],
  flac: ['flac', 'audio/flac', true],
  mp4: ['mp4', 'audio/mp4', true],
  html: ['html', 'text/html', false],
  xml: ['xml', 'application/xml', false],
  json: ['json', 'application/json', false],
  zip: ['zip', 'application/zip', false],
  empty: ['bin', 'application/octet-stream', false],
  unknown: ['bin', 'application/octet-stream', false],
} as const satisfies Record<string, readonly [string, string, boolean]>;

export type ContainerKind = keyof typeof table;

/** How many bytes of a file are enough for `sniffContainer`. */
export const sniffLengthBytes = 4096;

/**
 * Container by magic bytes. `head` is the start of the file, `sniffLengthBytes` of it or all there is; an empty `head` is
 * the kind `empty`.
 * @see https://mimesniff.spec.whatwg.org/ for the text kinds
 */
export function sniffContainer(head: Uint8Array): Container {
  const kind = kindOf(head);
  const [extension, mediaType, isAudio] = table[kind];
  return { kind, extension, mediaType, isAudio };
}

function kindOf(head: Uint8Array): ContainerKind {
  if (head.length === 0) {
    return 'empty';
  }
  return binaryKindOf(head) ?? textKindOf(latin1(head, 0, 1024)) ?? 'unknown';
}

/** Kinds whose first four bytes say all. */
const plainMagics: ReadonlyMap<string, ContainerKind> = new Map([
  ['fLaC', 'flac'],
  ['PK\u0003\u0004', 'zip'],
]);
const riffMagics: ReadonlySet<string> = new Set(['RIFF', 'RF64', 'BW64']);
const ebmlMagic = '\u001aE\u00df\u00a3';

function binaryKindOf(head: Uint8Array): ContainerKind | undefined {
  const magic = latin1(head, 0, 4);
  if (riffMagics.has(magic)) {
    return latin1(head, 8, 12) === 'WAVE' ? 'wav' : undefined;
  }
  if (magic === 'OggS') {
    return oggKindOf(latin1(head, 0, 512));
  }
  if (magic === ebmlMagic) {
    return latin1(head, 0, 64).includes('webm') ? 'webm' : undefined;
  }
  if (latin1(head, 4, 8) === 'ftyp') {
    return 'mp4';
  }
  const isMp3 = magic.startsWith('ID3') || isMp3FrameSequence(head);
  return isMp3 ? 'mp3' : plainMagics.get(magic);
}

function oggKindOf(firstPage: string): ContainerKind {
  if (firstPage.includes('OpusHead')) {
    return 'oggOpus';
  }
  return firstPage.includes('\u0001vorbis') ? 'oggVorbis' : 'ogg';
}

function textKindOf(text: string): ContainerKind | undefined {
  const start = text.replace(/^\u00ef\u00bb\u00bf/u, '').trimStart();
  if (/^<(?:!doctype html|html|head|body|script|title)\b/iu.test(start)) {
    return 'html';
  }
  if (/^(?:<\?xml|<!--|<!doctype)/iu.test(start)) {
    return /<html\b/iu.test(start) ? 'html' : 'xml';
  }
  if (/^<[a-z_]/iu.test(start)) {
    return 'xml';
  }
  return /^(?:\{\s*(?:"|\}|$)|\[\s*(?:["{[\]\-\dtfn]|$))/u.test(start) ? 'json' : undefined;
}

const mp3BitratesKbps = {
  version1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  version2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
/** By version field: bytes of a frame for each kbit/s at 1 Hz, and what divides the table's sample rates. */
const mp3FrameSizes: Readonly<Record<number, readonly [number, number]>> = {
  0: [72_000, 4],
  2: [72_000, 2],
  3: [144_000, 1],
};
const mp3SampleRatesHz = [44_100, 48_000, 32_000] as const;

/** True when two layer III frames follow each other, or one fills the head: a lone sync word occurs in any noise. */
function isMp3FrameSequence(head: Uint8Array): boolean {
  const lengthBytes = mp3FrameLength(head, 0);
  return (
    lengthBytes !== undefined &&
    (lengthBytes >= head.length || mp3FrameLength(head, lengthBytes) !== undefined)
  );
}

/** @see ISO/IEC 11172-3 section 2.4.1.3, 13818-3 for the lower sample rates */
function mp3FrameLength(bytes: Uint8Array, offset: number): number | undefined {
  if (offset + 4 > bytes.length) {
    return undefined;
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset + offset, 4).getUint32(0);
  const isLayer3 = header >>> 21 === 0x7ff && ((header >>> 17) & 3) === 1;
  const version = (header >>> 19) & 3; // 0 is 2.5, 1 is reserved, 2 is version 2, 3 is version 1
  const bitrates = mp3BitratesKbps[version === 3 ? 'version1' : 'version2'];
  const bitrateKbps = bitrates[((header >>> 12) & 15) - 1];
  const rateHz = mp3SampleRatesHz[(header >>> 10) & 3];
  const size = mp3FrameSizes[version];
  if (!isLayer3 || size === undefined || rateHz === undefined || bitrateKbps === undefined) {
    return undefined;
  }
  const [bytesPerKbit, divisor] = size;
  return Math.floor((bytesPerKbit * bitrateKbps * divisor) / rateHz) + ((header >>> 9) & 1);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
