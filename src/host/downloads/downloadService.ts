/** Downloads conversations into an archive, one after another, with progress; counts what is under way for the status bar. */
import type { Archive } from '../../archive/archive.ts';
import {
  downloadConversation,
  type DownloadProgress,
  type DownloadReport,
  type DownloadRequest,
} from '../../archive/downloadConversation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { Log } from '../../base/log.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { SettingsReader } from '../ports/settings.ts';

export interface DownloadServiceDeps {
  readonly settings: SettingsReader;
  readonly clock: Clock;
  readonly log: Log;
}

/** What to fetch of a conversation; the detail always comes along. */
export type DownloadSelection = Pick<
  DownloadRequest,
  'parts' | 'recordingIds' | 'communicationIds'
>;

export const wholeConversation: DownloadSelection = { parts: ['recordings', 'transcripts'] };

export class DownloadService implements Disposable {
  private readonly deps: DownloadServiceDeps;
  private readonly changed = new Emitter<number>();
  /** Fires with the number of downloads under way. */
  readonly onDidChange = this.changed.event;
  private count = 0;

  constructor(deps: DownloadServiceDeps) {
    this.deps = deps;
  }

  get activeCount(): number {
    return this.count;
  }

  /** Downloads one conversation. @throws AppError as `downloadConversation` does; AbortError leaves only whole files and resumable partials. */
  async download(
    api: GenesysApi,
    archive: Archive,
    id: ConversationId,
    selection: DownloadSelection,
    onProgress: (progress: DownloadProgress) => void,
    signal: AbortSignal,
  ): Promise<DownloadReport> {
    const { settings, clock, log } = this.deps;
    this.setCount(this.count + 1);
    try {
      return await downloadConversation(
        { source: api, archive, clock, log: log.child('download') },
        {
          conversationId: id,
          ...selection,
          format: settings.get('recordings.format'),
          maxTranscodeWaitMs: settings.get('recordings.maxTranscodeWaitSeconds') * 1000,
        },
        onProgress,
        signal,
      );
    } finally {
      this.setCount(this.count - 1);
    }
  }

  dispose(): void {
    this.changed.dispose();
  }

  private setCount(count: number): void {
    this.count = count;
    this.changed.fire(count);
  }
}
