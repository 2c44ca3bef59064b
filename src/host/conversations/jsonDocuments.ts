/** Read-only JSON of a conversation as received, in an editor of its own, so that VS Code's search, copy and compare work. */
import * as vscode from 'vscode';
import { parseJson } from '../../base/decode.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { parseConversationId, type ConversationId } from '../../model/ids.ts';

const scheme = 'genesys-conversation';

export class JsonDocuments implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly readRawJson: (id: ConversationId) => Promise<string>;
  /** What `show` has read and the editor takes. */
  private readonly fresh = new Map<ConversationId, string>();

  /** @param readRawJson the conversation's JSON text as received. */
  constructor(readRawJson: (id: ConversationId) => Promise<string>) {
    this.readRawJson = readRawJson;
    this.owned.add(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: async (uri) => {
          const id = parseConversationId(
            uri.path.replace(/^\//u, '').replace(/\.json$/u, ''),
            'person',
          );
          const rawJson = this.fresh.get(id) ?? (await readRawJson(id));
          this.fresh.delete(id);
          return JSON.stringify(parseJson(rawJson, 'the conversation'), undefined, 2);
        },
      }),
    );
  }

  /** @throws AppError as reading does: an editor that fails to open would hide the reason. */
  async show(id: ConversationId): Promise<void> {
    this.fresh.set(id, await this.readRawJson(id));
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
