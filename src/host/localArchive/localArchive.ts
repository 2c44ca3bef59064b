/** Search, view and documents of the workspace's archive over one catalogue: made at the first use of any of them. */
import * as vscode from 'vscode';
import { errors, isAppError, messageOf } from '../../base/appError.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { ConversationId } from '../../model/ids.ts';
import { parseConversationId } from '../../model/ids.ts';
import { conversationGroupings } from '../../protocol/catalogue.ts';
import { parseSearch } from '../../query/parseSearch.ts';
import { CatalogueClient } from '../archives/catalogueClient.ts';
import { pickArchivedConversation } from '../player/archivedConversationPicker.ts';
import { toLabel } from '../conversations/format.ts';
import { withProgress } from '../progress.ts';
import { ArchiveDocuments, documentUri, type DocumentName } from './archiveDocuments.ts';
import { toArchiveItem } from './archiveItems.ts';
import type { ArchiveNode } from './archiveNodes.ts';
import { ArchiveTree } from './archiveTree.ts';
import { CatalogueService } from './catalogueService.ts';
import type { LocalArchiveDeps } from './localArchiveDeps.ts';
import { SearchHistory } from './searchHistory.ts';
import { copyHitLink, exportSearchHits } from './searchHits.ts';
import { searchArchive } from './searchPicker.ts';

const startMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export class LocalArchive implements Disposable {
  readonly catalogue: CatalogueService;
  readonly documents: ArchiveDocuments;
  private readonly deps: LocalArchiveDeps;
  private readonly owned = new DisposableStore();
  private readonly tree: ArchiveTree;
  private readonly history: SearchHistory;

  constructor(deps: LocalArchiveDeps) {
    this.deps = deps;
    const client = this.owned.add(new CatalogueClient(deps.workerPath, deps.log));
    this.catalogue = this.owned.add(
      new CatalogueService({
        archives: deps.archives,
        client,
        storagePath: deps.cataloguePath,
        log: deps.log,
        noArchiveText,
      }),
    );
    this.documents = new ArchiveDocuments(deps.archives);
    this.history = new SearchHistory(deps.workspaceState);
    this.tree = this.owned.add(new ArchiveTree({ ...deps, catalogue: this.catalogue }));
  }

  getTreeItem(node: ArchiveNode): vscode.TreeItem {
    return toArchiveItem(node);
  }

  async getChildren(node: ArchiveNode | undefined): Promise<ArchiveNode[]> {
    return [...(await this.tree.getChildren(node))];
  }

  /** Shows the search; it goes on with `text`. */
  async search(text: string): Promise<void> {
    await searchArchive(
      {
        catalogue: this.catalogue,
        history: this.history,
        open: this.deps.openConversation,
        openTranscript: async (found) => {
          const day = new Date(found.startMs).toISOString().slice(0, 10);
          await this.show(day, parseConversationId(found.conversationId), 'transcript.txt');
        },
        copyLink: (found, phrase) => copyHitLink(this.deps, found, phrase),
        exportHits: (query) => exportSearchHits({ ...this.deps, catalogue: this.catalogue }, query),
        showInView: async (query) => {
          this.tree.setFilter(query);
          await vscode.commands.executeCommand('genesysArchive.views.archive.focus');
        },
      },
      text,
    );
  }

  /** Reads the whole archive into an empty catalogue, with progress, and tells what came of it. */
  async rebuild(): Promise<void> {
    const result = await withProgress(
      vscode.l10n.t('Rebuilding the catalogue'),
      {},
      (report, signal) =>
        this.catalogue.rebuild(({ doneCount, totalCount }) => {
          report(
            totalCount === undefined
              ? vscode.l10n.t('Listing the archive')
              : `${doneCount.toLocaleString()}/${totalCount.toLocaleString()}`,
          );
        }, signal),
    );
    this.catalogue.start();
    const count = result.addedCount.toLocaleString();
    const [problem] = result.problems;
    if (problem === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The catalogue holds {0} conversations.', count),
      );
      return;
    }
    for (const { conversationId, message } of result.problems) {
      this.deps.log.warn('A conversation is not searchable', { conversationId, message });
    }
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'The catalogue holds {0} conversations; {1} of them could not be read. The first: {2}',
        count,
        result.problems.length.toLocaleString(),
        problem.message,
      ),
    );
  }

  /** Looks at all files again. */
  refresh(): void {
    this.catalogue.start();
    this.catalogue.follow();
  }

  async pickGrouping(): Promise<void> {
    const labels = {
      day: vscode.l10n.t('Day'),
      queue: vscode.l10n.t('Queue'),
      agent: vscode.l10n.t('Agent'),
    };
    const picked = await vscode.window.showQuickPick(
      conversationGroupings.map((grouping) => ({
        label: labels[grouping],
        grouping,
        ...(grouping === this.tree.grouping ? { description: vscode.l10n.t('now') } : {}),
      })),
      { placeHolder: vscode.l10n.t('Group the archived conversations by') },
    );
    if (picked !== undefined) {
      await this.tree.setGrouping(picked.grouping);
    }
  }

  async askFilter(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter the Local Archive'),
      prompt: vscode.l10n.t('As in Search Archive: words, queue:, agent:, after:, duration:>5m …'),
      value: this.tree.filter,
      validateInput: (value) => {
        const { problem } = parseSearch(value);
        return problem === undefined
          ? undefined
          : vscode.l10n.t('{0} (at character {1})', problem.message, problem.start + 1);
      },
    });
    if (text !== undefined) {
      this.tree.setFilter(text);
    }
  }

  clearFilter(): void {
    this.tree.setFilter('');
  }

  showMore(node: ArchiveNode | undefined): void {
    if (node?.kind === 'more') {
      this.tree.showMore(node.group);
    }
  }

  /** Opens a text of each conversation; asks for one when none is given. */
  async showDocuments(ids: readonly ConversationId[], name: DocumentName): Promise<void> {
    const chosen = ids.length === 0 ? await this.pick(vscode.l10n.t('Open')) : ids[0];
    if (chosen !== undefined) {
      await this.show(await this.dayOf(chosen), chosen, name);
    }
  }

  /** Two conversations side by side in the diff editor; asks for what is not given. */
  async compare(ids: readonly ConversationId[]): Promise<void> {
    if (ids.length > 2) {
      throw errors.input(vscode.l10n.t('Select two conversations to compare.'));
    }
    const left = ids[0] ?? (await this.pick(vscode.l10n.t('Compare: The First Conversation')));
    if (left === undefined) {
      return;
    }
    const right = ids[1] ?? (await this.pick(vscode.l10n.t('Compare: The Other Conversation')));
    if (right === undefined) {
      return;
    }
    const what = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('What was said and written'), name: 'transcript.txt' as const },
        { label: vscode.l10n.t('Details (JSON)'), name: 'conversation.json' as const },
      ],
      { placeHolder: vscode.l10n.t('What to compare of the two conversations') },
    );
    if (what === undefined) {
      return;
    }
    const days = [await this.dayOf(left), await this.dayOf(right)] as const;
    await vscode.commands.executeCommand(
      'vscode.diff',
      documentUri(days[0], left, what.name),
      documentUri(days[1], right, what.name),
      `${await this.nameOf(left, days[0])} ↔ ${await this.nameOf(right, days[1])}`,
    );
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async show(day: string, id: ConversationId, name: DocumentName): Promise<void> {
    const uri = documentUri(day, id, name);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch (error) {
      throw errors.notFound(
        vscode.l10n.t('This conversation cannot be shown: {0}', messageOf(error)),
        { cause: error },
      );
    }
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  private async pick(title: string): Promise<ConversationId | undefined> {
    const { archives, log } = this.deps;
    const picked = await pickArchivedConversation((signal) => archives.openForReading(signal), {
      liveNames: undefined,
      log,
      title,
    });
    if (picked === 'nothing') {
      throw errors.input(noArchiveText());
    }
    return picked;
  }

  /** Its queue and agent, as its other tab says; day and a part of the id when there are none. */
  private async nameOf(id: ConversationId, day: string): Promise<string> {
    const signal = AbortSignal.timeout(60_000);
    try {
      const archive = await this.deps.archives.openForReading(signal);
      const detail = await archive?.readDetail((await archive.find(id, signal)) ?? '', signal);
      const { queueIds, agentIds } =
        detail === undefined
          ? { queueIds: [], agentIds: [] }
          : toConversationFacts(detail.conversation);
      const names = [
        detail?.names.queues.get(queueIds.at(-1) ?? ''),
        detail?.names.users.get(agentIds.at(-1) ?? ''),
      ].filter((name) => name !== undefined);
      if (names.length > 0) {
        return names.map((name) => toLabel(name, 40)).join(' · ');
      }
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
    }
    return `${day} ${id.slice(0, 8)}`;
  }

  /** The day under which the archive files it. */
  private async dayOf(id: ConversationId): Promise<string> {
    const signal = AbortSignal.timeout(60_000);
    const folder = await (await this.deps.archives.openForReading(signal))?.find(id, signal);
    const day = folder?.split(/[\\/]/u).slice(-4, -1).join('-');
    if (day === undefined || Number.isNaN(startMs(day))) {
      throw errors.notFound(
        vscode.l10n.t('This conversation is not in the archive; download it first: {0}', id),
      );
    }
    return day;
  }
}

function noArchiveText(): string {
  return vscode.l10n.t(
    'Nothing was downloaded into this workspace yet. Use Download Conversation in the Conversations view.',
  );
}
