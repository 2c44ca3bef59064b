/** Decodes command arguments that should be rows of the tree: other extensions can call commands too. */
import { parseConversationId } from '../../model/ids.ts';
import type { TreeNode } from './treeNodes.ts';

/** Reads a command argument that VS Code passes for a row; anything else is undefined. */
export function asTreeNode(value: unknown): TreeNode | undefined {
  return isTreeNode(value) ? value : undefined;
}

function isTreeNode(value: unknown): value is TreeNode {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) {
    return false;
  }
  // Rows are handed back by VS Code as the objects it got; the id is checked since other extensions can call commands too.
  const id = 'conversationId' in value ? value.conversationId : undefined;
  return id === undefined || (typeof id === 'string' && isConversationId(id));
}

function isConversationId(text: string): boolean {
  try {
    parseConversationId(text, 'person');
    return true;
  } catch {
    return false;
  }
}
