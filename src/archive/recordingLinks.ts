/** Signed media links of a conversation's recordings, fetched anew once for all channels when they expire. Never stored. */
import { errors } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { RecordingId } from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import type { MediaLink } from './mediaDownload.ts';

export class RecordingLinks {
  private recordings: readonly Recording[];
  private readonly refetch: () => Promise<readonly Fetched<Recording>[]>;
  private pending: Promise<void> | undefined;

  constructor(
    recordings: readonly Recording[],
    refetch: () => Promise<readonly Fetched<Recording>[]>,
  ) {
    this.recordings = recordings;
    this.refetch = refetch;
  }

  /**
   * The link of a channel; another one than `stale` when that is given.
   * @throws AppError `notFound` when the platform does not offer the file any more, and what fetching throws
   */
  async link(id: RecordingId, channel: string, stale: MediaLink | undefined): Promise<MediaLink> {
    if (stale !== undefined && this.current(id, channel)?.url === stale.url) {
      this.pending ??= this.refresh();
      await this.pending;
    }
    const link = this.current(id, channel);
    if (link === undefined) {
      throw errors.notFound('The platform does not offer this media file any more');
    }
    return link;
  }

  private current(id: RecordingId, channel: string): MediaLink | undefined {
    return this.recordings
      .find((recording) => recording.id === id)
      ?.files.find((file) => file.channel === channel);
  }

  private async refresh(): Promise<void> {
    try {
      this.recordings = (await this.refetch()).map(({ value }) => value);
    } finally {
      this.pending = undefined;
    }
  }
}
