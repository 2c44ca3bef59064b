/** Downloads conversations into an archive, one after another, counted for the status bar. */
import type { Archive } from '../../archive/archive.ts';
import type { Packing } from '../../archive/compression.ts';
import type {
  DownloadProgress,
  DownloadReport,
  DownloadRequest,
} from '../../archive/downloadConversation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { TransferCounter } from '../transferActivity.ts';

export interface DownloadServiceDeps {
  readonly settings: SettingsReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly transfers: TransferCounter;
}

/** What to fetch of a conversation; the detail always comes along. */
export type DownloadSelection = Pick<
  DownloadRequest,
  'parts' | 'recordingIds' | 'communicationIds'
>;

export const wholeConversation: DownloadSelection = { parts: ['recordings', 'transcripts'] };

/** How the settings want new files to be packed. */
export function toPacking(settings: Pick<SettingsReader, 'get'>): Packing {
  return {
    json: settings.get('archive.jsonCompression'),
    isWavPacked: settings.get('archive.compressWav'),
  };
}

export class DownloadService {
  private readonly deps: DownloadServiceDeps;

  constructor(deps: DownloadServiceDeps) {
    this.deps = deps;
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
    const { downloadConversation } = await import('../archives/archiveModule.ts');
    const transfer = this.deps.transfers.begin();
    try {
      return await downloadConversation(
        {
          source: api,
          names: api.names,
          archive,
          clock,
          log: log.child('download'),
          // The cache is read at once, and by the player only.
          packing: archive.isAudited ? toPacking(settings) : undefined,
        },
        {
          conversationId: id,
          ...selection,
          format: settings.get('recordings.format'),
          includeScreen: settings.get('recordings.includeScreen'),
          maxTranscodeWaitMs: settings.get('recordings.maxTranscodeWaitSeconds') * 1000,
        },
        onProgress,
        signal,
      );
    } finally {
      transfer.dispose();
    }
  }
}
