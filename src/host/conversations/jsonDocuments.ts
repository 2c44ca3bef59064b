/** Read-only JSON of a conversation as received, in an editor of its own, so that VS Code's search, copy and compare work. */
import * as vscode from 'vscode';
import { parseJson } from '../../base/decode.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';

const scheme = 'genesys-conversation';

export class JsonDocuments implements Disposable {
  private readonly owned = new DisposableStore();

  /** @param readRawJson the conversation's JSON text as received. */
  constructor(readRawJson: (id: ConversationId) => Promise<string>) {
    this.owned.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: async (uri) => {
          const id = parseConversationId(
            uri.path.replace(/^\//u, '').replace(/\.json$/u, ''),
            'person',
          );
          return JSON.stringify(parseJson(await readRawJson(id), 'the conversation'), undefined, 2);
        },
      }),
    );
  }

  async show(id: ConversationId): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${id}.json` });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(
      await vscode.languages.setTextDocumentLanguage(document, 'json'),
      {
        preview: true,
      },
    );
  }

  dispose(): void {
    this.owned.dispose();
  }
}
