/** How loud each channel of the sound is. Made when it is first needed: until then the element plays by itself. */
import type { Disposable } from '../../base/disposable.ts';

export class ChannelMixer implements Disposable {
  private readonly audio: HTMLAudioElement;
  private readonly context = new AudioContext();
  private readonly source: MediaElementAudioSourceNode;
  private gains: readonly GainNode[] = [];

  /** From here on the element is heard through this mixer only. */
  constructor(audio: HTMLAudioElement) {
    this.audio = audio;
    this.source = this.context.createMediaElementSource(audio);
  }

  /** @param levels one a channel of the file, 0 to 1 */
  setLevels(levels: readonly number[]): void {
    if (levels.length !== this.gains.length) {
      this.connect(levels.length);
    }
    levels.forEach((level, index) => {
      const gain = this.gains[index]?.gain;
      if (gain !== undefined) {
        gain.value = level;
      }
    });
    this.resume();
  }

  /** A context made before the person touched the page waits to be let go. */
  resume(): void {
    if (this.context.state === 'suspended' && !this.audio.paused) {
      void this.context.resume();
    }
  }

  dispose(): void {
    void this.context.close();
  }

  private connect(channelCount: number): void {
    this.source.disconnect();
    for (const gain of this.gains) {
      gain.disconnect();
    }
    this.gains = Array.from({ length: channelCount }, () => this.context.createGain());
    const [first] = this.gains;
    if (channelCount <= 1) {
      // One channel is heard on both sides.
      this.source.connect(first ?? this.context.destination);
      first?.connect(this.context.destination);
      return;
    }
    const splitter = this.context.createChannelSplitter(channelCount);
    const merger = this.context.createChannelMerger(channelCount);
    this.source.connect(splitter);
    this.gains.forEach((gain, index) => {
      splitter.connect(gain, index).connect(merger, 0, index);
    });
    merger.connect(this.context.destination);
  }
}
