/**
 * Markdown that the extension writes and shows as a preview, and keeps nowhere. Knows nothing of what it says.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';

/** Tells pages of this window from those that VS Code restores of windows before. */
const windowId = randomUUID();

export class GeneratedPages implements Disposable {
  private readonly scheme: string;
  private readonly provider: vscode.Disposable;
  private shownCount = 0;
  private shown: { readonly address: string; readonly text: string } | undefined;

  /** @param scheme of the pages' addresses, for one instance only */
  constructor(scheme: string) {
    this.scheme = scheme;
    this.provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) =>
        uri.toString() === this.shown?.address
          ? this.shown.text
          : vscode.l10n.t('This page was not kept. Run the command again to see it as it is now.'),
    });
  }

  /** Shows the text as a preview, in the place of the one before. */
  async show(title: string, text: string): Promise<void> {
    // A new address each time: a preview that VS Code could not restore never asks for its text again.
    const uri = vscode.Uri.from({
      scheme: this.scheme,
      path: `/${title}.md`,
      query: `${windowId}.${String(++this.shownCount)}`,
    });
    this.shown = { address: uri.toString(), text };
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.provider.dispose();
  }
}
