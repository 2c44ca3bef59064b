/** The four bytes before every frame of MPEG audio, layer III. */

export interface Mp3Header {
  /** Of the whole frame, header included. */
  readonly sizeBytes: number;
  readonly sampleRateHz: number;
  readonly channelCount: 1 | 2;
  /** Of the decoded frame: 576 or 1 152. */
  readonly frameCount: number;
  readonly bitrateKbps: number;
  /** Where the frame's side information ends, after which a Xing header stands in the place of sound. */
  readonly sideInfoEndBytes: number;
}

const bitratesKbps = {
  version1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  version2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const sampleRatesHz = [44_100, 48_000, 32_000] as const;
/** By version field: what divides the table's sample rates. 0 is version 2.5, 1 is reserved. */
const rateDivisors = [4, undefined, 2, 1] as const;

/**
 * Undefined for what is no header, and for frames that do not say their length ("free format").
 * @see ISO/IEC 11172-3 section 2.4.1.3, 13818-3 for the lower sample rates
 */
export function decodeMp3Header(bytes: Uint8Array, offset: number): Mp3Header | undefined {
  if (bytes[offset] !== 0xff || offset + 4 > bytes.length) {
    return undefined;
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset + offset, 4).getUint32(0);
  const version = (header >>> 19) & 3;
  const isVersion1 = version === 3;
  const divisor = rateDivisors[version];
  const bitrateKbps =
    bitratesKbps[isVersion1 ? 'version1' : 'version2'][((header >>> 12) & 15) - 1];
  const rateHz = sampleRatesHz[(header >>> 10) & 3];
  const isLayer3 = header >>> 21 === 0x7ff && ((header >>> 17) & 3) === 1;
  return isLayer3 && divisor !== undefined && rateHz !== undefined && bitrateKbps !== undefined
    ? describe(header, isVersion1, rateHz / divisor, bitrateKbps)
    : undefined;
}

function describe(
  header: number,
  isVersion1: boolean,
  sampleRateHz: number,
  bitrateKbps: number,
): Mp3Header {
  const frameCount = isVersion1 ? 1152 : 576;
  const channelCount = ((header >>> 6) & 3) === 3 ? 1 : 2;
  const sideInfoBytes = isVersion1 ? [17, 32] : [9, 17];
  return {
    sizeBytes: Math.floor((frameCount * 125 * bitrateKbps) / sampleRateHz) + ((header >>> 9) & 1),
    sampleRateHz,
    channelCount,
    frameCount,
    bitrateKbps,
    sideInfoEndBytes: 4 + (sideInfoBytes[channelCount - 1] ?? 0),
  };
}
