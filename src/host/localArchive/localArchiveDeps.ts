/** What the Local Archive needs of the services. No behaviour. */
import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ConversationPlace } from '../../protocol/conversationView.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import type { Archives } from '../archives/archives.ts';
import type { ContextKeys } from '../ports/contextKeys.ts';
import type { ArchiveNode } from './archiveNodes.ts';

export interface LocalArchiveDeps {
  readonly archives: Archives;
  readonly workspaceState: vscode.Memento;
  readonly contextKeys: ContextKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads transcripts beside this thread. */
  readonly worker: Pick<ArchiveWorkerClient, 'findWordTime'>;
  /** The built entry of the archive worker. */
  readonly workerPath: string;
  /** Folder of the catalogues' databases, on local disk. */
  readonly cataloguePath: string;
  readonly openConversation: (
    id: ConversationId,
    place: ConversationPlace | undefined,
  ) => Promise<void>;
  readonly view: Pick<vscode.TreeView<ArchiveNode>, 'description' | 'message'>;
  /** Draws the row and what is below again; everything without one. */
  readonly refresh: (node?: ArchiveNode) => void;
}
