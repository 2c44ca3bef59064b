/** Which rows a command is about. VS Code passes the row and, with several selected, all of them; while a tree refreshes it passes nothing. */
import type { TreeNode } from './treeNodes.ts';
import { asTreeNode } from './nodeArguments.ts';

export function selectedNodes(
  args: readonly unknown[],
  selection: readonly TreeNode[],
): readonly TreeNode[] {
  const [first, all] = args;
  const clicked = asTreeNode(first);
  if (clicked === undefined) {
    return selection;
  }
  const several = Array.isArray(all)
    ? all.map(asTreeNode).filter((node) => node !== undefined)
    : [];
  return several.length > 0 ? several : [clicked];
}
