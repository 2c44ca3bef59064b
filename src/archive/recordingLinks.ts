/** Signed links of a conversation's recordings and attachments, fetched anew once for all when they expire. Never stored. */
import { errors } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { RecordingId } from '../model/ids.ts';
import type { Recording, RecordingAttachment } from '../model/recording.ts';
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
    return await this.find(
      id,
      ({ files }) => files.find((file) => file.channel === channel),
      stale,
    );
  }

  /** The link of an attachment, likewise. `index` is its position in the recording as it was listed first. */
  async attachmentLink(
    id: RecordingId,
    { attachment, index }: { readonly attachment: RecordingAttachment; readonly index: number },
    stale: MediaLink | undefined,
  ): Promise<MediaLink> {
    const isSame = (other: RecordingAttachment | undefined): boolean =>
      other !== undefined &&
      other.messageId === attachment.messageId &&
      other.attachmentId === attachment.attachmentId &&
      other.name === attachment.name;
    const linkOf = ({ attachments }: Recording): MediaLink | undefined => {
      const there = attachments[index];
      const { url, expiresAtMs } = (isSame(there) ? there : attachments.find(isSame)) ?? {};
      return url === undefined ? undefined : { url, expiresAtMs };
    };
    return await this.find(id, linkOf, stale);
  }

  private async find(
    id: RecordingId,
    linkOf: (recording: Recording) => MediaLink | undefined,
    stale: MediaLink | undefined,
  ): Promise<MediaLink> {
    const current = (): MediaLink | undefined => {
      const recording = this.recordings.find((each) => each.id === id);
      return recording === undefined ? undefined : linkOf(recording);
    };
    if (stale !== undefined && current()?.url === stale.url) {
      this.pending ??= this.refresh();
      await this.pending;
    }
    const link = current();
    if (link === undefined) {
      throw errors.notFound('The platform does not offer this media file any more');
    }
    return link;
  }

  private async refresh(): Promise<void> {
    try {
      this.recordings = (await this.refetch()).map(({ value }) => value);
    } finally {
      this.pending = undefined;
    }
  }
}
