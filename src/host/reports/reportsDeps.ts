/** What the commands of reports and exports need of the rest of the extension. */
import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Archives } from '../archives/archives.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import type { SessionManager } from '../session/sessionManager.ts';

export interface ReportsDeps {
  readonly archives: Archives;
  readonly worker: ArchiveWorkerClient;
  readonly conversations: ConversationsFeature;
  readonly sessions: SessionManager;
  readonly workspaceState: vscode.Memento;
  readonly extensionUri: vscode.Uri;
  readonly clock: Clock;
  readonly log: Log;
}
