/** Says what a file is by its first bytes, whatever its name or content type claimed. Knows nothing of files or players. */
import { decodeMp3Header } from './mp3/mp3Header.ts';

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

/** True when two layer III frames follow each other, or one fills the head: a lone sync word occurs in any noise. */
function isMp3FrameSequence(head: Uint8Array): boolean {
  const lengthBytes = decodeMp3Header(head, 0)?.sizeBytes;
  return (
    lengthBytes !== undefined &&
    (lengthBytes >= head.length || decodeMp3Header(head, lengthBytes) !== undefined)
  );
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
