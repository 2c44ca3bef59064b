/** What the page says to its host and asks of it. Owns the connection; knows nothing of what is shown. */
import { messageOf } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { NoteSnapshot, NoteWish } from '../../protocol/conversationNotes.ts';
import {
  conversationViewDecoders,
  decodeToConversationView,
  type ConversationViewRequests,
  type ExportWish,
  type FromConversationView,
  type LinkWish,
  type ToConversationView,
} from '../../protocol/conversationView.ts';
import type { RpcPeer } from '../../protocol/rpc.ts';
import { connectHost } from '../shared/rpc.ts';
import { Scope } from '../shared/scope.ts';
import type { VsCodeApi } from '../shared/vscodeApi.ts';

export interface HostListener {
  readonly onMessage: (message: ToConversationView) => void;
  /** A message that this page does not understand. */
  readonly onProblem: (message: string) => void;
}

export class HostLink implements Disposable {
  private readonly scope = new Scope();
  private readonly peer: RpcPeer<ConversationViewRequests, FromConversationView>;

  constructor(api: VsCodeApi, { onMessage, onProblem }: HostListener) {
    this.peer = this.scope.add(
      connectHost<ConversationViewRequests, ToConversationView, FromConversationView>(api, {
        asks: conversationViewDecoders,
        hears: decodeToConversationView,
        onNotify: onMessage,
        onProblem: (kind, error) => {
          onProblem(`${messageOf(error)} (${kind})`);
        },
      }),
    );
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Nothing is sent by the host before `ready`. */
  tell(message: FromConversationView): void {
    this.peer.notify(message);
  }

  export(wish: ExportWish): void {
    this.peer.notify({ kind: 'export', ...wish });
  }

  /** @throws AppError when the host could not keep it */
  async saveOffset(offsetMs: number): Promise<void> {
    await this.peer.request('saveOffset', { offsetMs }, this.scope.signal);
  }

  /** @returns all notes as they are then. @throws AppError when the host could not keep the change */
  async changeNotes(wish: NoteWish): Promise<readonly NoteSnapshot[]> {
    const { notes } = await this.peer.request('changeNotes', wish, this.scope.signal);
    return notes;
  }

  /** @returns whether the host put it on the clipboard */
  async copyText(text: string): Promise<boolean> {
    return isCopied(this.peer.request('copyText', { text }, this.scope.signal));
  }

  /** As `copyText`, for a link to what the wish says. */
  async copyLink(wish: LinkWish): Promise<boolean> {
    return isCopied(this.peer.request('copyLink', wish, this.scope.signal));
  }
}

async function isCopied(answer: Promise<{ readonly isCopied: boolean }>): Promise<boolean> {
  try {
    return (await answer).isCopied;
  } catch {
    return false;
  }
}
