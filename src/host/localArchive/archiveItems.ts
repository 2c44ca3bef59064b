/** How a row of the Local Archive view looks: one pure mapping from node to tree item. */
import * as vscode from 'vscode';
import type { ArchiveNode, StoredNode } from './archiveNodes.ts';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

export function toArchiveItem(node: ArchiveNode): vscode.TreeItem {
  switch (node.kind) {
    case 'group': {
      const item = toItem(node.id, node.label, Collapsed, groupIcon(node.by));
      item.description = node.count.toLocaleString();
      if (node.by === 'day') {
        item.tooltip = vscode.l10n.t('Conversations that started on {0} (UTC)', node.groupId);
      }
      return item;
    }
    case 'conversation':
      return toConversationItem(node);
    case 'document': {
      const isTranscript = node.name === 'transcript';
      const item = toItem(
        node.id,
        isTranscript ? vscode.l10n.t('Transcript') : vscode.l10n.t('Details'),
        None,
        isTranscript ? 'note' : 'json',
      );
      item.command = {
        command: isTranscript
          ? 'genesysArchive.showArchivedTranscript'
          : 'genesysArchive.showArchivedDetails',
        title: vscode.l10n.t('Open'),
        arguments: [node.conversation],
      };
      return item;
    }
    case 'lack': {
      const item = toItem(node.id, node.message, None, 'circle-slash');
      item.tooltip = node.message;
      return item;
    }
    case 'more': {
      const item = toItem(node.id, vscode.l10n.t('Load more'), None, 'fold-down');
      item.description = vscode.l10n.t(
        '{0} of {1} shown',
        node.shownCount.toLocaleString(),
        node.group.count.toLocaleString(),
      );
      item.command = {
        command: 'genesysArchive.loadMoreArchived',
        title: vscode.l10n.t('Load more'),
        arguments: [node],
      };
      return item;
    }
  }
}

function toConversationItem(node: StoredNode): vscode.TreeItem {
  const { state } = node;
  const item = toItem(node.id, node.label, Collapsed, node.icon);
  item.iconPath = new vscode.ThemeIcon(node.icon, colorOf(node));
  item.description = node.description;
  item.contextValue = state.isHeld ? 'conversation archived held' : 'conversation archived';
  const tooltip = new vscode.MarkdownString();
  // `appendText` escapes: names come from outside.
  tooltip.appendText(`${node.label}\n${node.description}\n`);
  tooltip.appendMarkdown(`\n\`${node.conversationId}\`\n\n`);
  for (const lack of state.lacks) {
    tooltip.appendText(`• ${lack}\n`);
  }
  item.tooltip = tooltip;
  item.accessibilityInformation = { label: `${node.label}, ${node.description}` };
  item.command = {
    command: 'genesysArchive.openConversation',
    title: vscode.l10n.t('Open'),
    arguments: [node],
  };
  return item;
}

function colorOf({ state }: StoredNode): vscode.ThemeColor | undefined {
  switch (state.kind) {
    case 'complete':
      return undefined;
    case 'incomplete':
      return new vscode.ThemeColor('list.warningForeground');
    case 'damaged':
      return new vscode.ThemeColor('list.errorForeground');
  }
}

function groupIcon(by: 'day' | 'queue' | 'agent'): string {
  return by === 'day' ? 'calendar' : by === 'queue' ? 'organization' : 'person';
}

function toItem(
  id: string,
  label: string,
  state: vscode.TreeItemCollapsibleState,
  icon: string,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}
