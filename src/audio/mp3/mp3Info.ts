/** What encoders say about an MP3 file in its first frame, which holds no sound. */
import type { Mp3Header } from './mp3Header.ts';

export interface Mp3Info {
  /** Frames of sound in the file, if it says so. */
  readonly packetCount: number | undefined;
  /** Samples at the start and at the end that are not of the recording. */
  readonly skipFrames: number;
  readonly dropFrames: number;
}

/** What every decoder of layer III adds: 528 samples and one. */
const decoderDelayFrames = 529;

/**
 * Undefined for a frame of sound.
 * @see http://gabriel.mp3-tech.org/mp3infotag.html for Xing and LAME; VBRI as Fraunhofer's encoders write it
 */
export function decodeMp3Info(frame: Uint8Array, header: Mp3Header): Mp3Info | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const offset = header.sideInfoEndBytes;
  const tag = fourCc(frame, offset);
  if (fourCc(frame, 36) === 'VBRI' && frame.length >= 54) {
    return { packetCount: view.getUint32(50), skipFrames: 0, dropFrames: 0 };
  }
  if ((tag !== 'Xing' && tag !== 'Info') || frame.length < offset + 8) {
    return undefined;
  }
  const flags = view.getUint32(offset + 4);
  const hasCount = (flags & 1) !== 0 && frame.length >= offset + 12;
  const fieldBytes = [4, 4, 100, 4].map((size, bit) => ((flags >> bit) & 1) * size);
  const encoder = offset + 8 + fieldBytes.reduce((sum, size) => sum + size, 0);
  const isKnown = /^(?:LAME|Lavf|Lavc)/u.test(fourCc(frame, encoder));
  const delays =
    isKnown && frame.length >= encoder + 24 ? view.getUint32(encoder + 20) & 0xff_ffff : undefined;
  return {
    packetCount: hasCount ? view.getUint32(offset + 8) : undefined,
    skipFrames: delays === undefined ? 0 : (delays >> 12) + decoderDelayFrames,
    dropFrames: delays === undefined ? 0 : Math.max(0, (delays & 0xfff) - decoderDelayFrames),
  };
}

function fourCc(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
