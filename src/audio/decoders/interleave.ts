/** Brings an engine's floating-point channels into the 16-bit interleaved form that everything here uses. */

/**
 * Writes `frameCount` frames of `channels` to `output` from frame `outputFrame` on, from frame `inputFrame` of the channels on.
 * A channel that is missing repeats the last one there is; what is louder than 16 bits can say is cut off.
 */
export function interleave(
  channels: readonly Float32Array[],
  inputFrame: number,
  frameCount: number,
  output: Int16Array,
  outputFrame: number,
  channelCount: number,
): void {
  for (let channel = 0; channel < channelCount; channel++) {
    const input = channels[Math.min(channel, channels.length - 1)];
    if (input === undefined) {
      return;
    }
    const end = Math.min(input.length, inputFrame + frameCount);
    let target = outputFrame * channelCount + channel;
    for (let frame = inputFrame; frame < end; frame++) {
      const value = (input[frame] ?? 0) * 32_768;
      output[target] = value >= 32_767 ? 32_767 : value <= -32_768 ? -32_768 : roundOf(value);
      target += channelCount;
    }
  }
}

/** For -32 768 to 32 767; several times faster than Math.round. */
function roundOf(value: number): number {
  return ((value + 32_768.5) | 0) - 32_768;
}
