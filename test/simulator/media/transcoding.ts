/** Remembers how often media was asked for, since the platform answers 202 until it is transcoded. */
import type { SimulatedRecording } from '../organisation.ts';
import type { MadeFormat } from './mediaFormats.ts';

export class Transcoding {
  private readonly pollsByMedia = new Map<string, number>();

  /** Counts one request for the media of a conversation; true once it is there. */
  isDone(
    conversationId: string,
    format: MadeFormat,
    recordings: readonly SimulatedRecording[],
  ): boolean {
    const key = `${conversationId} ${format}`;
    const polls = this.pollsByMedia.get(key) ?? 0;
    const needed = Math.max(0, ...recordings.map((recording) => recording.transcodePolls));
    if (polls >= needed) {
      return true;
    }
    this.pollsByMedia.set(key, polls + 1);
    return false;
  }

  /** All media must be transcoded again. */
  clear(): void {
    this.pollsByMedia.clear();
  }
}
