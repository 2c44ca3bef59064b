/** Wires a sync to the signed-in client, the archive and its audit log. Starts nothing. */
import type { Archive } from '../../archive/archive.ts';
import type { AuditPort, SyncDeps } from '../../archive/sync/syncPorts.ts';
import type { SyncScope } from '../../archive/sync/syncRequest.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import {
  abandonDiscovery,
  discoverConversations,
  type DiscoveryScope,
} from '../../genesys/conversationDiscovery.ts';
import { decodeConversationFilters } from '../../query/storedFilters.ts';
import { toPacking } from '../downloads/downloadService.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { SignedIn } from '../session/session.ts';

export async function createSyncDeps(
  archive: Archive,
  { account, api: foreground }: SignedIn,
  {
    clock,
    log,
    settings,
  }: {
    readonly clock: Clock;
    readonly log: Log;
    readonly settings: Pick<SettingsReader, 'get'>;
  },
): Promise<SyncDeps> {
  const api = foreground.background();
  const bulk = await api.bulk();
  const { readDeletedIds } = await import('../archives/archiveModule.ts');
  return {
    archive,
    source: {
      fetchConversation: (id, signal) => api.fetchConversation(id, signal),
      fetchRecordings: (id, options, signal) => api.fetchRecordings(id, options, signal),
      fetchTranscriptLinks: (id, communicationId, signal) =>
        api.fetchTranscriptLinks(id, communicationId, signal),
      openMedia: (url, options, signal) => api.openMedia(url, options, signal),
      createRecordingBatch: (items, signal) => bulk.createRecordingBatch(items, signal),
      fetchRecordingBatch: (id, signal) => bulk.fetchRecordingBatch(id, signal),
    },
    names: api.names,
    discover: (scope, position, signal) =>
      discoverConversations({ api, bulk, clock, log }, toDiscoveryScope(scope), position, signal),
    abandonDiscovery: (position) => abandonDiscovery({ bulk, log }, position),
    packing: toPacking(settings),
    audit: createAudit(archive, clock),
    deletedIds: await readDeletedIds(archive.rootPath),
    clientKey: [account.clientId, account.person?.id ?? ''].join(' '),
    clock,
    log,
  };
}

/** @throws AppError `protocol` when the stored filters cannot be read */
function toDiscoveryScope(scope: SyncScope): DiscoveryScope {
  return scope.kind === 'query'
    ? { interval: scope.interval, filters: decodeConversationFilters(scope.filters) }
    : { ids: scope.conversationIds, interval: scope.interval };
}

/** Opened with the first event, which is after the sync has the writer lock. */
function createAudit(archive: Archive, clock: Clock): AuditPort {
  let opened: Promise<AuditPort> | undefined;
  return {
    append: async (kind, details, signal) => {
      if (!archive.isAudited) {
        return;
      }
      opened ??= import('../archives/archiveModule.ts').then(({ AuditLog }) =>
        AuditLog.open(archive.rootPath, { clock }, signal),
      );
      opened.catch(() => {
        opened = undefined;
      });
      await (await opened).append(kind, details, signal);
    },
  };
}
