/** Counts what a sync asks of the platform, by what it is for, and remembers whether the network failed. */
import { isAppError } from '../../base/appError.ts';
import type { SyncSource } from './syncPorts.ts';
import type { SyncCalls } from './syncSnapshot.ts';

export class CallCounter {
  private readonly counts = {
    batchesMade: 0,
    batchPolls: 0,
    singleGets: 0,
    recordingLists: 0,
    transcriptLinks: 0,
    details: 0,
  };

  get calls(): SyncCalls {
    return { ...this.counts };
  }

  /** The same source, counted. Requests for recordings with media are single gets, those without are lists. */
  count(source: SyncSource): SyncSource {
    const { counts } = this;
    return {
      fetchConversation: (id, signal) => {
        counts.details++;
        return source.fetchConversation(id, signal);
      },
      fetchRecordings: (id, options, signal) => {
        counts[options.format === 'NONE' ? 'recordingLists' : 'singleGets']++;
        const onTranscoding = (waitMs: number): void => {
          counts.singleGets++;
          options.onTranscoding?.(waitMs);
        };
        return source.fetchRecordings(id, { ...options, onTranscoding }, signal);
      },
      fetchTranscriptLinks: (id, communicationId, signal) => {
        counts.transcriptLinks++;
        return source.fetchTranscriptLinks(id, communicationId, signal);
      },
      openMedia: (url, options, signal) => source.openMedia(url, options, signal),
      createRecordingBatch: (items, signal) => {
        counts.batchesMade++;
        return source.createRecordingBatch(items, signal);
      },
      fetchRecordingBatch: (batchId, signal) => {
        counts.batchPolls++;
        return source.fetchRecordingBatch(batchId, signal);
      },
    };
  }
}

/** Watches calls of the API for failures of the network, which say nothing against a conversation. */
export class NetworkWatch {
  private failed = false;

  get hasFailed(): boolean {
    return this.failed;
  }

  async watch<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  note(error: unknown): void {
    this.failed ||= isAppError(error, 'network');
  }
}
