/** What turns packets into samples, whatever the codec. */
import type { AudioPacket } from '../packets.ts';

/** One stream of sound. Owned by who creates it, who must `free` it. */
export interface PacketDecoder {
  /**
   * Samples of consecutive packets, interleaved by channel: exactly `frameCountAt` frames for each, where what cannot be
   * decoded is silent. Neither skips nor gaps are applied. Valid until the next call.
   */
  decode(packets: readonly AudioPacket[]): Int16Array;
  /** True once something could not be decoded. */
  readonly hasFailed: boolean;
  free(): void;
}
