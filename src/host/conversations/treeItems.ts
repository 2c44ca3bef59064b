/** How a row looks: one pure mapping from node and marks to tree item. */
import * as vscode from 'vscode';
import {
  contextValueOf,
  type ArchiveMarks,
  type ConversationNode,
  type TreeNode,
} from './treeNodes.ts';

export function toTreeItem(node: TreeNode, archived: ArchiveMarks): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(
    node.label,
    node.kind === 'day' ? Expanded : node.kind === 'conversation' ? Collapsed : None,
  );
  item.id = node.id;
  item.contextValue = contextValueOf(node, archived);
  switch (node.kind) {
    case 'day':
      item.description = String(node.conversations.length);
      item.iconPath = new vscode.ThemeIcon('calendar');
      break;
    case 'conversation':
      showConversation(item, node, archived);
      break;
    case 'participant':
      item.description = node.description;
      item.iconPath = new vscode.ThemeIcon(node.icon);
      break;
    case 'recording':
      item.description = node.description;
      item.iconPath = new vscode.ThemeIcon(node.icon);
      item.tooltip = node.tooltip;
      break;
    case 'transcript':
      item.description = node.description;
      item.iconPath = new vscode.ThemeIcon(node.isAvailable ? 'note' : 'circle-slash');
      item.tooltip = node.tooltip;
      break;
    case 'message':
      item.iconPath = new vscode.ThemeIcon(node.icon);
      item.tooltip = node.tooltip;
      break;
    case 'loadMore':
      item.iconPath = new vscode.ThemeIcon(node.isLoading ? 'loading~spin' : 'fold-down');
      item.command = {
        command: 'genesysArchive.loadMoreConversations',
        title: vscode.l10n.t('Load more'),
      };
      break;
  }
  return item;
}

function showConversation(
  item: vscode.TreeItem,
  node: ConversationNode,
  archived: ArchiveMarks,
): void {
  const isArchived = archived.has(node.conversationId);
  item.description = [
    node.description,
    ...(isArchived ? [vscode.l10n.t('downloaded')] : []),
    ...(archived.isHeld(node.conversationId) ? [vscode.l10n.t('on legal hold')] : []),
  ].join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    node.icon,
    isArchived ? new vscode.ThemeColor('charts.green') : undefined,
  );
  item.tooltip = toTooltip(node);
  const facts = node.facts.map(({ label, value }) => `${label} ${value}`).join(', ');
  item.accessibilityInformation = { label: `${node.label}, ${facts}` };
}

function toTooltip(node: ConversationNode): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  for (const { label, value } of node.facts) {
    // `appendText` escapes: names and addresses come from outside.
    tooltip.appendMarkdown(`**${label}:** `).appendText(value).appendMarkdown('  \n');
  }
  return tooltip;
}
