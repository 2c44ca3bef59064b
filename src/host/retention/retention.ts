/**
 * What people do about deletion: apply a retention policy after a preview, delete conversations, place and lift legal holds. Owns the
 * questions that come before and the words that come after; deleting itself is the archive's matter.
 */
import * as vscode from 'vscode';
import type { Archive } from '../../archive/archive.ts';
import type {
  DeletionOutcome,
  DeletionRequest,
} from '../../archive/retention/deleteConversations.ts';
import type { DeletionDeps, DeletionListener } from '../../archive/retention/deletionPorts.ts';
import type { RetentionPolicy } from '../../archive/retention/policy.ts';
import { errors } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import { presentError } from '../errors/presentError.ts';
import { pickArchivedConversation } from '../player/archivedConversationPicker.ts';
import type { SettingsReader } from '../ports/settings.ts';
import type { GeneratedPages } from '../generatedPages.ts';
import { withProgress, type ProgressOptions } from '../progress.ts';
import { formatBytes } from '../progressText.ts';
import { createListeningCopies } from './listeningCopies.ts';
import { DeletionSummary } from './deletionSummary.ts';
import { askDays, askReason } from './retentionQuestions.ts';
import { RetentionPreview } from './retentionPreview.ts';

export interface RetentionDeps {
  readonly archives: Archives;
  readonly settings: SettingsReader;
  readonly workspaceState: vscode.Memento;
  readonly clock: Clock;
  readonly log: Log;
  /** Is told of each deletion besides the copies for listening. */
  readonly deletionListener: DeletionListener;
}

/** The policy whose preview a person has seen and confirmed: only this one is applied unasked. */
const confirmedKey = 'retention.confirmed';

export class Retention {
  private readonly deps: RetentionDeps;
  private readonly pages: GeneratedPages;
  private isAsking = false;

  /** @param pages where previews are shown; outlives this */
  constructor(deps: RetentionDeps, pages: GeneratedPages) {
    this.deps = deps;
    this.pages = pages;
  }

  /** The command: asks for the days, previews, asks, deletes. */
  async apply(): Promise<void> {
    requireTrust();
    const filter = await this.filter();
    const days = await askDays(this.deps.settings.get('retention.days'));
    if (days === undefined) {
      return;
    }
    const archive = await this.requireArchive(AbortSignal.timeout(60_000));
    await this.previewAndDelete(archive, { days, filter });
  }

  /** What is done at the start and daily: goes on with unfinished deletions, then applies the policy of the settings, if there is one. */
  async runScheduled(signal: AbortSignal): Promise<void> {
    const { archives, settings, workspaceState, log } = this.deps;
    const archive = await archives.openForReading(signal);
    if (archive === undefined) {
      return;
    }
    const { resumeDeletions } = await import('../archives/archiveModule.ts');
    const resumed = await resumeDeletions(archive, await this.deletionDeps(), signal);
    if (resumed.size > 0) {
      log.info('Unfinished deletions were gone on with', { count: resumed.size });
      await archives.refreshIndex(signal);
    }
    const days = settings.get('retention.days');
    if (days === 0 || this.isAsking) {
      return;
    }
    const policy = { days, filter: await this.filter() };
    const preview = await this.plan(archive, policy, { location: 'window', signal });
    if (preview.dueIds.length === 0) {
      return;
    }
    if (workspaceState.get(confirmedKey) === confirmationOf(archive, policy)) {
      await this.delete(
        archive,
        preview.dueIds,
        { reason: 'retention', policy },
        { location: 'window', signal },
      );
      return;
    }
    this.offerPreview(archive, policy, preview);
  }

  /** Deletes what is selected, or what is picked, after asking. */
  async deleteChosen(selected: readonly ConversationId[]): Promise<void> {
    requireTrust();
    const signal = AbortSignal.timeout(600_000);
    const archive = await this.requireArchive(signal);
    const ids = await this.archivedOf(archive, selected, signal);
    if (ids.length === 0) {
      return;
    }
    const bytes = await bytesOf(archive, ids, signal);
    const accept = vscode.l10n.t('Delete');
    const answer = await vscode.window.showWarningMessage(
      ids.length === 1
        ? vscode.l10n.t('Delete this conversation from the archive ({0})?', formatBytes(bytes))
        : vscode.l10n.t(
            'Delete {0} conversations from the archive ({1})?',
            ids.length.toLocaleString(),
            formatBytes(bytes),
          ),
      { modal: true, detail: deletionDetail() },
      accept,
    );
    if (answer === accept) {
      await this.delete(archive, ids, { reason: 'command' }, {});
    }
  }

  /** Places or lifts the holds of what is selected, or picked, with a reason. */
  async changeHolds(selected: readonly ConversationId[], action: 'place' | 'lift'): Promise<void> {
    requireTrust();
    const signal = AbortSignal.timeout(600_000);
    const archive = await this.requireArchive(signal);
    const ids = await this.archivedOf(archive, selected, signal);
    const reason = ids.length === 0 ? undefined : await askReason(action, ids.length);
    if (reason === undefined) {
      return;
    }
    const { changeLegalHolds } = await import('../archives/archiveModule.ts');
    const deps = await this.deletionDeps();
    const changed = await withProgress(
      action === 'place'
        ? vscode.l10n.t('Placing legal hold')
        : vscode.l10n.t('Lifting legal hold'),
      { signal },
      (_report, stop) => changeLegalHolds(archive, ids, { action, reason }, deps, stop),
    ).finally(() => this.deps.archives.refreshIndex(signal));
    const count = changed.length.toLocaleString();
    void vscode.window.showInformationMessage(
      action === 'place'
        ? vscode.l10n.t('On legal hold now: {0}. They cannot be deleted until it is lifted.', count)
        : vscode.l10n.t('Legal holds lifted: {0}.', count),
    );
  }

  /** Shows what the policy would delete and asks; deletes when the person says so. */
  private async previewAndDelete(archive: Archive, policy: RetentionPolicy): Promise<void> {
    const preview = await this.plan(archive, policy, {});
    await this.showPreview(preview, policy);
    const count = preview.dueIds.length;
    if (count === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Retention: no conversation ended {0} days ago or earlier.', policy.days),
      );
      return;
    }
    if (!(await confirmPreview(preview))) {
      return;
    }
    await this.delete(archive, preview.dueIds, { reason: 'retention', policy }, {});
    if (policy.days === this.deps.settings.get('retention.days')) {
      await this.deps.workspaceState.update(confirmedKey, confirmationOf(archive, policy));
    }
  }

  /** Before a policy deletes unasked for the first time. Returns at once. */
  private offerPreview(archive: Archive, policy: RetentionPolicy, preview: RetentionPreview): void {
    const show = vscode.l10n.t('Preview');
    const count = preview.dueIds.length;
    const size = formatBytes(preview.bytes);
    const due =
      count === 1
        ? vscode.l10n.t(
            'Retention: one conversation ({0}) ended {1} days ago or earlier.',
            size,
            policy.days,
          )
        : vscode.l10n.t(
            'Retention: {0} conversations ({1}) ended {2} days ago or earlier.',
            count.toLocaleString(),
            size,
            policy.days,
          );
    this.isAsking = true;
    vscode.window
      .showWarningMessage(
        `${due} ${vscode.l10n.t('Nothing is deleted before you have looked at the preview.')}`,
        show,
      )
      .then(async (answer) => {
        this.isAsking = false;
        if (answer === show) {
          await this.previewAndDelete(archive, policy);
        }
      })
      .then(undefined, (error: unknown) => {
        presentError(error, this.deps.log);
      });
  }

  private async plan(
    archive: Archive,
    policy: RetentionPolicy,
    options: ProgressOptions,
  ): Promise<RetentionPreview> {
    const { planRetention } = await import('../archives/archiveModule.ts');
    return await withProgress(
      vscode.l10n.t('Retention: looking through the archive'),
      options,
      async (report, signal) => {
        const preview = new RetentionPreview();
        const onProgress = (count: number): void => {
          if (count % 100 === 0) {
            report(vscode.l10n.t('{0} conversations', count.toLocaleString()));
          }
        };
        const { clock } = this.deps;
        for await (const one of planRetention(archive, policy, clock, onProgress, signal)) {
          preview.add(one);
        }
        return preview;
      },
    );
  }

  private async showPreview(preview: RetentionPreview, policy: RetentionPolicy): Promise<void> {
    const filter = this.deps.settings.get('retention.filter');
    const text = vscode.l10n.t(
      'Conversations that ended {0} days ago or earlier are deleted from the archive.',
      policy.days,
    );
    const filterText = vscode.l10n.t('Only those of the filter:');
    await this.pages.show(
      vscode.l10n.t('Retention Preview'),
      preview.render(
        filter === '' ? text : `${text} ${filterText} \`${filter.replaceAll('`', '')}\``,
        vscode.l10n,
      ),
    );
  }

  private async delete(
    archive: Archive,
    ids: readonly ConversationId[],
    request: DeletionRequest,
    options: ProgressOptions,
  ): Promise<void> {
    const { archives, log } = this.deps;
    const { deleteConversations } = await import('../archives/archiveModule.ts');
    const deps = await this.deletionDeps();
    const summary = new DeletionSummary();
    const note = (id: ConversationId, outcome: DeletionOutcome): void => {
      summary.add(outcome);
      if (outcome.kind === 'incomplete' || outcome.kind === 'kept') {
        log.warn('A conversation was not wholly deleted', { conversationId: id, outcome });
      }
    };
    try {
      await withProgress(
        vscode.l10n.t('Deleting from the archive'),
        options,
        async (report, signal) => {
          await deleteConversations(
            archive,
            ids,
            request,
            deps,
            (id, outcome, { doneCount, totalCount }) => {
              note(id, outcome);
              report(`${doneCount.toLocaleString()}/${totalCount.toLocaleString()}`);
            },
            signal,
          );
        },
      );
    } finally {
      await archives.refreshIndex(new AbortController().signal);
      announce(summary);
    }
  }

  private async archivedOf(
    archive: Archive,
    selected: readonly ConversationId[],
    signal: AbortSignal,
  ): Promise<readonly ConversationId[]> {
    if (selected.length === 0) {
      const picked = await pickArchivedConversation(() => Promise.resolve(archive), {
        liveNames: undefined,
        log: this.deps.log,
      });
      return picked === undefined || picked === 'nothing' ? [] : [picked];
    }
    const archived: ConversationId[] = [];
    for (const id of selected) {
      if ((await archive.find(id, signal)) !== undefined) {
        archived.push(id);
      }
    }
    if (archived.length === 0) {
      throw errors.input(vscode.l10n.t('None of the selected conversations is in the archive.'));
    }
    return archived;
  }

  private async requireArchive(signal: AbortSignal): Promise<Archive> {
    const archive = await this.deps.archives.openForReading(signal);
    if (archive === undefined) {
      throw errors.input(
        vscode.l10n.t(
          'There is no archive in this workspace yet. Use Download Conversation in the Conversations view.',
        ),
      );
    }
    return archive;
  }

  /** @throws AppError `input` when the setting is not understood */
  private async filter(): Promise<RetentionPolicy['filter']> {
    const { parseRetentionFilter } = await import('../archives/archiveModule.ts');
    return parseRetentionFilter(this.deps.settings.get('retention.filter'));
  }

  private async deletionDeps(): Promise<DeletionDeps> {
    const { AuditLog, realDisk } = await import('../archives/archiveModule.ts');
    const { clock, log, archives } = this.deps;
    return {
      clock,
      log,
      disk: realDisk,
      openAudit: (rootPath, signal) => AuditLog.open(rootPath, { clock }, signal),
      listeners: [
        createListeningCopies(archives.playableFolder, { clock, log }),
        this.deps.deletionListener,
      ],
    };
  }
}

async function bytesOf(
  archive: Archive,
  ids: readonly ConversationId[],
  signal: AbortSignal,
): Promise<number> {
  const { readManifest } = await import('../archives/archiveModule.ts');
  let bytes = 0;
  for (const id of ids) {
    const folder = await archive.find(id, signal);
    // A damaged manifest is told when the conversation's turn comes.
    const manifest =
      folder === undefined ? undefined : await readManifest(folder, signal).catch(() => undefined);
    bytes += manifest?.files.reduce((sum, { storedBytes }) => sum + storedBytes, 0) ?? 0;
  }
  return bytes;
}

function announce(summary: DeletionSummary): void {
  const text = summary.render(vscode.l10n);
  if (text === undefined) {
    return;
  }
  if (!summary.hasProblems) {
    void vscode.window.showInformationMessage(text);
    return;
  }
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window.showWarningMessage(text, showLog).then((answer) => {
    if (answer === showLog) {
      void vscode.commands.executeCommand('genesysArchive.showLog');
    }
  });
}

/** What a confirmation holds for: this archive and exactly this policy. */
function confirmationOf({ id }: Archive, policy: RetentionPolicy): string {
  return JSON.stringify({ archive: id, ...policy });
}

function deletionDetail(): string {
  return vscode.l10n.t(
    'Recordings, transcripts, attachments and notes are deleted from this computer for good. Conversations on legal hold stay. Nothing in Genesys Cloud is changed, and the audit log keeps a receipt.',
  );
}

function requireTrust(): void {
  if (!vscode.workspace.isTrusted) {
    throw errors.input(
      vscode.l10n.t('Deletions and legal holds need a trusted workspace. Trust it and try again.'),
    );
  }
}

/** First beside the preview, so that it can be looked through, then once more as for every deletion. */
async function confirmPreview({ dueIds, bytes }: RetentionPreview): Promise<boolean> {
  const count = dueIds.length.toLocaleString();
  const size = formatBytes(bytes);
  const goOn = vscode.l10n.t('Delete…');
  const wish = await vscode.window.showWarningMessage(
    dueIds.length === 1
      ? vscode.l10n.t('Look through the preview: one conversation would be deleted ({0}).', size)
      : vscode.l10n.t(
          'Look through the preview: {0} conversations would be deleted ({1}).',
          count,
          size,
        ),
    goOn,
  );
  if (wish !== goOn) {
    return false;
  }
  const accept = vscode.l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(
    dueIds.length === 1
      ? vscode.l10n.t('Delete the conversation of the preview ({0})?', size)
      : vscode.l10n.t('Delete the {0} conversations of the preview ({1})?', count, size),
    { modal: true, detail: deletionDetail() },
    accept,
  );
  return answer === accept;
}
