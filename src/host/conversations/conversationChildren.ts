/**
 * What is below a conversation in the tree: its participants at once from the detail, its recordings and transcripts from
 * the platform. A part that cannot be had becomes a row that says why.
 */
import { isAppError, isCancellation, messageOf, type AppError } from '../../base/appError.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import type { Conversation } from '../../model/conversation.ts';
import type { Fetched } from '../../model/fetched.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Recording } from '../../model/recording.ts';
import {
  toParticipantNode,
  toRecordingNode,
  toTranscriptNode,
  transcriptCommunications,
  type MessageNode,
  type TreeNode,
} from './treeNodes.ts';

type Api = Pick<GenesysApi, 'fetchRecordings' | 'fetchTranscriptLinks' | 'names'>;

/** More communications than these (a conference with dozens of legs) are left to the download. */
const maxTranscriptRows = 8;

/** @throws AbortError only; every other failure becomes a row. */
export async function loadConversationChildren(
  api: Api,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<readonly TreeNode[]> {
  const participants = conversation.participants.map((participant) =>
    toParticipantNode(conversation.id, participant, api.names),
  );
  const { nodes, recordings } = await loadRecordings(api, conversation.id, signal);
  const transcripts = await loadTranscripts(api, conversation, recordings, signal);
  return [...participants, ...nodes, ...transcripts];
}

async function loadRecordings(
  api: Api,
  id: ConversationId,
  signal: AbortSignal,
): Promise<{ readonly nodes: readonly TreeNode[]; readonly recordings: readonly Recording[] }> {
  try {
    const fetched: readonly Fetched<Recording>[] = await api.fetchRecordings(
      id,
      { format: 'NONE', maxWaitMs: 0 },
      signal,
    );
    const recordings = fetched.map(({ value }) => value);
    const nodes = recordings.map(toRecordingNode);
    return nodes.length > 0
      ? { nodes, recordings }
      : {
          nodes: [
            toMessage(`recordings/${id}`, 'No recordings', 'The conversation was not recorded.'),
          ],
          recordings,
        };
  } catch (error) {
    return { nodes: [toFailure(`recordings/${id}`, 'Recordings', error)], recordings: [] };
  }
}

async function loadTranscripts(
  api: Api,
  conversation: Conversation,
  recordings: readonly Recording[],
  signal: AbortSignal,
): Promise<readonly TreeNode[]> {
  const ids = transcriptCommunications(conversation, recordings).slice(0, maxTranscriptRows);
  const nodes: TreeNode[] = [];
  for (const communicationId of ids) {
    try {
      const links = await api.fetchTranscriptLinks(conversation.id, communicationId, signal);
      nodes.push(toTranscriptNode(conversation.id, communicationId, links.length > 0));
    } catch (error) {
      nodes.push(toFailure(`transcripts/${conversation.id}`, 'Transcripts', error));
      // The same permission is missing for the rest.
      break;
    }
  }
  return nodes;
}

function toFailure(id: string, what: string, error: unknown): MessageNode {
  if (isCancellation(error)) {
    throw error;
  }
  const message = messageOf(error);
  return {
    ...toMessage(
      id,
      `${what}: ${isAppError(error, 'forbidden') ? missingOf(error) : 'could not be read'}`,
      message,
    ),
    icon: isAppError(error, 'forbidden') ? 'lock' : 'warning',
  };
}

function missingOf({ details }: AppError): string {
  const needs = details['permission'] ?? details['scope'];
  return needs === undefined ? 'permission missing' : `permission missing (${String(needs)})`;
}

function toMessage(id: string, label: string, tooltip: string): MessageNode {
  return { kind: 'message', id: `message/${id}`, label, tooltip, icon: 'info' };
}
