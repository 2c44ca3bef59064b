/** The commands that bring conversations into the workspace and look at what was brought; what they do is loaded on first use. */
import type { DownloadReport } from '../../archive/downloadConversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Commands } from '../commands.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import type { TreeNode } from '../conversations/treeNodes.ts';
import type { DownloadSelection } from './downloadService.ts';
import type { RunDownloadDeps } from './runDownload.ts';
import type { VerifyDeps } from './verifyConversations.ts';

export interface DownloadCommandsDeps extends RunDownloadDeps, VerifyDeps {
  readonly conversations: ConversationsFeature;
}

export function downloadCommands(
  deps: DownloadCommandsDeps,
): Commands<
  | 'genesysArchive.downloadConversation'
  | 'genesysArchive.downloadRecordings'
  | 'genesysArchive.downloadTranscript'
  | 'genesysArchive.verifyConversation'
  | 'genesysArchive.revealInExplorer'
> {
  const { conversations } = deps;
  const run = async (
    ids: readonly ConversationId[],
    selection: DownloadSelection,
  ): Promise<readonly DownloadReport[]> => {
    const { runDownload } = await import('./downloadModule.ts');
    return runDownload(deps, ids, selection);
  };
  return {
    'genesysArchive.downloadConversation': (...args) =>
      run(conversations.requireIds(args), { parts: ['recordings', 'transcripts'] }),
    'genesysArchive.downloadRecordings': (...args) => {
      const recordingIds = conversations
        .selection(args)
        .flatMap((node) => (node.kind === 'recording' ? [node.recordingId] : []));
      return run(conversations.requireIds(args), {
        parts: ['recordings'],
        ...(isOnly(conversations.selection(args), 'recording') && { recordingIds }),
      });
    },
    'genesysArchive.downloadTranscript': (...args) => {
      const communicationIds = conversations
        .selection(args)
        .flatMap((node) => (node.kind === 'transcript' ? [node.communicationId] : []));
      return run(conversations.requireIds(args), {
        parts: ['transcripts'],
        ...(isOnly(conversations.selection(args), 'transcript') && { communicationIds }),
      });
    },
    'genesysArchive.verifyConversation': async (...args) => {
      const ids = conversations.requireIds(args);
      const { verifyConversations } = await import('./downloadModule.ts');
      await verifyConversations(deps, ids);
    },
    'genesysArchive.revealInExplorer': async (...args) => {
      const [id] = conversations.requireIds(args);
      const { revealConversation } = await import('./downloadModule.ts');
      if (id !== undefined) {
        await revealConversation(deps.archives, id);
      }
    },
  };
}

/** True when all rows are of one kind: then only these parts are wanted, else everything of their conversations. */
function isOnly(nodes: readonly TreeNode[], kind: TreeNode['kind']): boolean {
  return nodes.length > 0 && nodes.every((node) => node.kind === kind);
}
