/** What the commands on syncs do: ask, start, stop, show. Says once how a sync came out; in between the Downloads view speaks. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SyncRun } from '../../archive/sync/syncPorts.ts';
import type { SyncRequest, SyncScope } from '../../archive/sync/syncRequest.ts';
import type { SyncSnapshot } from '../../archive/sync/syncSnapshot.ts';
import { cancellation, errors, isCancellation } from '../../base/appError.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';
import { encodeConversationFilters } from '../../query/storedFilters.ts';
import { formatDateTime } from '../conversations/format.ts';
import { plainMessage } from '../errors/errorText.ts';
import { presentError } from '../errors/presentError.ts';
import { withProgress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { DownloadNode } from './downloadNodes.ts';
import type { DownloadsTree } from './downloadsTree.ts';
import { askIds } from './idListQuestion.ts';
import { standingOf, type SyncEntry, type SyncStanding } from './syncEntry.ts';
import {
  askFilters,
  askInterval,
  askParts,
  estimateCount,
  rememberedParts,
  type ChosenFilters,
  type ChosenParts,
} from './syncQuestions.ts';
import { maxReportedItems, renderSyncReport } from './syncReport.ts';
import type { SyncRuns, SyncRunsDeps } from './syncRuns.ts';
import { progressText, shortTime, summaryText } from './syncText.ts';

/** A sync begins under the eyes of whoever asked for it, and goes on quietly. */
const foregroundMs = 30_000;

export interface SyncCommandsDeps
  extends SyncRunsDeps, Pick<Services, 'settings' | 'workspaceState'> {
  readonly runs: SyncRuns;
  readonly tree: DownloadsTree;
}

export class SyncCommands {
  private readonly deps: SyncCommandsDeps;

  constructor(deps: SyncCommandsDeps) {
    this.deps = deps;
  }

  async syncInterval(): Promise<void> {
    const { sessions, log, runs } = this.deps;
    runs.requireReady();
    const { api } = sessions.require();
    const { interval, title } = await askInterval(this.deps);
    const chosen = await askFilters(this.deps);
    const counting = new AbortController();
    const query = { interval, filters: chosen.filters };
    const parts = await askParts(
      this.deps,
      estimateCount(api, query, log, counting.signal),
    ).finally(() => {
      counting.abort();
    });
    await this.start([title, ...chosen.labels].join(' · '), toScope(query), parts, false);
  }

  async syncNew(): Promise<void> {
    const { clock, runs } = this.deps;
    runs.requireReady();
    const chosen = await askFilters(this.deps);
    const parts = rememberedParts(this.deps) ?? (await this.askPartsOf(undefined));
    const { planNewInterval } = await import('../archives/archiveModule.ts');
    const scope = { filters: encodeConversationFilters(chosen.filters), ...parts };
    const signal = AbortSignal.timeout(60_000);
    const planned = await planNewInterval(
      this.deps.archives.rootPath,
      scope,
      { nowMs: clock.nowMs() },
      signal,
    );
    if (planned.message !== undefined) {
      const show =
        planned.watermark === 'damaged'
          ? vscode.window.showWarningMessage
          : vscode.window.showInformationMessage;
      void show(planned.message);
    }
    const title = [
      vscode.l10n.t('New since {0}', shortTime(planned.interval.startMs)),
      ...chosen.labels,
    ].join(' · ');
    await this.start(title, toScope({ ...planned, filters: chosen.filters }), parts, true);
  }

  async syncSelected(ids: readonly ConversationId[]): Promise<void> {
    this.deps.runs.requireReady();
    await this.startList(ids);
  }

  async syncList(): Promise<void> {
    this.deps.runs.requireReady();
    await this.startList(await askIds());
  }

  async pause(args: readonly unknown[]): Promise<void> {
    const entry = await this.target(
      args,
      ['running'],
      vscode.l10n.t('No sync runs in this window.'),
    );
    this.runOf(entry).pause();
  }

  async resume(args: readonly unknown[]): Promise<void> {
    const { snapshot } = await this.target(
      args,
      ['stopped'],
      vscode.l10n.t('No sync of this archive is to be resumed.'),
    );
    this.accompany(await this.deps.runs.resume(snapshot.syncId));
  }

  async retry(args: readonly unknown[]): Promise<void> {
    const entry = await this.target(
      args,
      ['running', 'stopped', 'settled'],
      vscode.l10n.t('Nothing of a sync has ended without its parts.'),
      ({ snapshot }) => snapshot.endedCount + snapshot.waitingCount > 0,
    );
    const { syncId } = entry.snapshot;
    const ids = conversationIdsOf(args);
    const isRunning = standingOf(entry) === 'running';
    const run = await this.deps.runs.retry(syncId, ids.length === 0 ? undefined : ids);
    if (!isRunning) {
      this.accompany(run);
    }
  }

  /** One that runs stops for good; the queue stays until it is removed. */
  async cancel(args: readonly unknown[]): Promise<void> {
    const entry = await this.target(
      args,
      ['running'],
      vscode.l10n.t('No sync runs in this window.'),
    );
    const accept = vscode.l10n.t('Cancel Sync');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Cancel the sync “{0}”?', entry.snapshot.request.title),
      {
        modal: true,
        detail: vscode.l10n.t(
          'What is downloaded stays. The sync stays in the Downloads view, where it can be resumed or removed.',
        ),
      },
      accept,
    );
    if (answer === accept) {
      this.runOf(entry).cancel();
    }
  }

  async remove(args: readonly unknown[]): Promise<void> {
    const { snapshot } = await this.target(
      args,
      ['stopped', 'settled'],
      vscode.l10n.t('There is no sync that could be removed.'),
    );
    const accept = vscode.l10n.t('Remove');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove the sync “{0}” from the list?', snapshot.request.title),
      {
        modal: true,
        detail: vscode.l10n.t(
          'What it downloaded stays in the archive. What is left to do and its report are forgotten.',
        ),
      },
      accept,
    );
    if (answer === accept) {
      await this.deps.runs.remove(snapshot.syncId);
    }
  }

  async showReport(args: readonly unknown[]): Promise<void> {
    const { snapshot } = await this.target(
      args,
      ['running', 'elsewhere', 'stopped', 'settled'],
      vscode.l10n.t('Nothing was synced into this archive yet.'),
    );
    await this.openReport(snapshot.syncId);
  }

  private async startList(conversationIds: readonly ConversationId[]): Promise<void> {
    const count = conversationIds.length;
    const parts = await this.askPartsOf(count);
    const title =
      count === 1
        ? vscode.l10n.t('One conversation')
        : vscode.l10n.t('{0} conversations', count.toLocaleString());
    await this.start(title, { kind: 'conversations', conversationIds }, parts, false);
  }

  private askPartsOf(count: number | undefined): Promise<ChosenParts> {
    return askParts(this.deps, Promise.resolve(count));
  }

  private async start(
    title: string,
    scope: SyncScope,
    chosen: ChosenParts,
    isIncremental: boolean,
  ): Promise<void> {
    const waitSeconds = this.deps.settings.get('recordings.maxTranscodeWaitSeconds');
    const request: SyncRequest = {
      title,
      scope,
      ...chosen,
      maxTranscodeWaitMs: waitSeconds * 1000,
      isIncremental,
    };
    this.accompany(await this.deps.runs.start(request));
  }

  /** Shows a sync that began, and says how it came out. Returns at once. */
  private accompany(run: SyncRun): void {
    const { tree, log } = this.deps;
    tree.reveal(run.syncId).catch((error: unknown) => {
      log.debug('The sync could not be brought into sight', { error });
    });
    const stopped = this.showProgress(run);
    void run.ended.then(
      async (snapshot) => {
        await this.announce(snapshot, await stopped);
      },
      () => undefined,
    );
  }

  /** A notification for the first while. Resolves to whether it was there that the person stopped the sync. */
  private async showProgress(run: SyncRun): Promise<boolean> {
    const { clock } = this.deps;
    const isOver = new AbortController();
    const over = (): void => {
      isOver.abort();
    };
    let isStopped = false;
    const title = vscode.l10n.t('Syncing “{0}”', run.snapshot.request.title);
    await withProgress(title, {}, async (report, signal) => {
      const listener = run.onDidChange((snapshot) => {
        const entry: SyncEntry = { snapshot, worker: 'thisWindow', speed: undefined };
        report(progressText(entry, clock.nowMs(), vscode.l10n));
      });
      const stop = (): void => {
        isStopped = true;
        run.pause();
      };
      signal.addEventListener('abort', stop, { once: true });
      void run.ended.then(over, over);
      await clock.delay(foregroundMs, isOver.signal).catch(() => undefined);
      signal.removeEventListener('abort', stop);
      listener.dispose();
    });
    return isStopped;
  }

  private async announce(snapshot: SyncSnapshot, isStopped: boolean): Promise<void> {
    const { syncId, phase, failure } = snapshot;
    const report = vscode.l10n.t('Show Report');
    const resume = vscode.l10n.t('Resume');
    let answer: string | undefined;
    if (phase === 'finished') {
      const isWhole = snapshot.endedCount + snapshot.waitingCount + snapshot.undecodableCount === 0;
      const message = plainMessage(summaryText(snapshot, vscode.l10n));
      answer = isWhole
        ? await vscode.window.showInformationMessage(message, report)
        : await vscode.window.showWarningMessage(message, report);
    } else if (phase === 'failed' && failure !== undefined) {
      const signIn = vscode.l10n.t('Sign In');
      const message = plainMessage(vscode.l10n.t('The sync stopped: {0}', failure.message));
      const first = failure.code === 'auth' ? signIn : resume;
      answer = await vscode.window.showErrorMessage(message, first, report);
      if (answer === signIn) {
        await vscode.commands.executeCommand('genesysArchive.signIn');
      }
    } else if (phase === 'paused' && isStopped) {
      answer = await vscode.window.showInformationMessage(
        vscode.l10n.t(
          'The sync “{0}” is paused; nothing is lost. The Downloads view resumes or removes it.',
          plainMessage(snapshot.request.title),
        ),
        resume,
      );
    }
    await this.follow(
      answer === report ? 'report' : answer === resume ? 'resume' : undefined,
      syncId,
    );
  }

  private async follow(action: 'report' | 'resume' | undefined, syncId: string): Promise<void> {
    try {
      if (action === 'report') {
        await this.openReport(syncId);
      } else if (action === 'resume') {
        this.accompany(await this.deps.runs.resume(syncId));
      }
    } catch (error) {
      if (!isCancellation(error)) {
        presentError(error, this.deps.log);
      }
    }
  }

  private async openReport(syncId: string): Promise<void> {
    const { runs } = this.deps;
    const { rootPath } = runs;
    const entry = runs.get(syncId);
    if (rootPath === undefined || entry === undefined) {
      throw errors.notFound(vscode.l10n.t('The sync is no longer in the archive.'));
    }
    const { listSyncItems, syncFolderPath } = await import('../archives/archiveModule.ts');
    const signal = AbortSignal.timeout(60_000);
    const list = (state: 'ended' | 'waiting'): ReturnType<typeof listSyncItems> =>
      listSyncItems(rootPath, syncId, { state, maxCount: maxReportedItems }, signal);
    const { endedCount, waitingCount } = entry.snapshot;
    const text = renderSyncReport(
      {
        snapshot: entry.snapshot,
        ended: endedCount > 0 ? await list('ended') : [],
        waiting: waitingCount > 0 ? await list('waiting') : [],
        undecodablePath: join(syncFolderPath(rootPath, syncId), 'undecodable'),
      },
      vscode.l10n,
    );
    const folder = join(rootPath, 'reports');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `sync-${syncId}.md`);
    await writeFile(path, `${text}\n`);
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(path));
  }

  private runOf(entry: SyncEntry): SyncRun {
    const { running } = this.deps.runs;
    if (running?.syncId !== entry.snapshot.syncId) {
      throw errors.input(vscode.l10n.t('This sync does not run in this window.'));
    }
    return running;
  }

  /** The sync of the row, or the only one that the command can be about, or one that is picked. */
  private async target(
    args: readonly unknown[],
    standings: readonly SyncStanding[],
    noneMessage: string,
    isMeant: (entry: SyncEntry) => boolean = () => true,
  ): Promise<SyncEntry> {
    const { runs, clock } = this.deps;
    const syncId = syncIdOf(args[0]);
    const clicked = syncId === undefined ? undefined : runs.get(syncId);
    if (clicked !== undefined) {
      return clicked;
    }
    await runs.refresh();
    const candidates = runs.list.filter(
      (entry) => standings.includes(standingOf(entry)) && isMeant(entry),
    );
    const [first] = candidates;
    if (first === undefined) {
      throw errors.input(noneMessage);
    }
    if (candidates.length === 1) {
      return first;
    }
    const nowMs = clock.nowMs();
    const picked = await vscode.window.showQuickPick(
      candidates.map((entry) => ({
        label: entry.snapshot.request.title,
        description: progressText(entry, nowMs, vscode.l10n),
        detail: vscode.l10n.t('Begun {0}', formatDateTime(entry.snapshot.createdAtMs)),
        entry,
      })),
      { placeHolder: vscode.l10n.t('Which sync?'), matchOnDescription: true },
    );
    if (picked === undefined) {
      throw cancellation();
    }
    return picked.entry;
  }
}

function toScope({ interval, filters }: ChosenFiltersOf): SyncScope {
  return { kind: 'query', interval, filters: encodeConversationFilters(filters) };
}

type ChosenFiltersOf = Pick<ChosenFilters, 'filters'> & {
  readonly interval: Extract<SyncScope, { readonly kind: 'query' }>['interval'];
};

/** VS Code hands back the rows it got; other extensions can pass anything. */
function syncIdOf(value: unknown): string | undefined {
  const isNode = typeof value === 'object' && value !== null && 'syncId' in value;
  return isNode && typeof value.syncId === 'string' ? value.syncId : undefined;
}

function conversationIdsOf([clicked, all]: readonly unknown[]): readonly ConversationId[] {
  const rows: readonly unknown[] = Array.isArray(all) && all.length > 0 ? all : [clicked];
  return rows.flatMap((row) => {
    const isItem = typeof row === 'object' && row !== null && 'conversationId' in row;
    const id = isItem ? (row as Partial<Extract<DownloadNode, { kind: 'syncItem' }>>) : undefined;
    return typeof id?.conversationId === 'string'
      ? [parseConversationId(id.conversationId, 'person')]
      : [];
  });
}
