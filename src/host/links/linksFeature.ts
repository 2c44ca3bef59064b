/** Links as a feature: the handler of VS Code's addresses and *Copy Link*. What they do is loaded on first use. */
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Commands } from '../commands.ts';
import { presentError } from '../errors/presentError.ts';
import type { LinksDeps } from './links.ts';

export interface LinksFeatureDeps extends LinksDeps {
  readonly log: Log;
  /** Ids of the rows that a command was called on. */
  readonly idsOf: (args: readonly unknown[]) => readonly ConversationId[];
  /** Has the player in front copy a link to where it stands. @returns false when none is in front */
  readonly copyFromPlayer: () => boolean;
}

export class LinksFeature implements Disposable {
  private readonly deps: LinksFeatureDeps;
  private readonly handler: Disposable;

  constructor(deps: LinksFeatureDeps) {
    this.deps = deps;
    this.handler = vscode.window.registerUriHandler({
      handleUri: async (uri) => {
        try {
          await (await import('./linksModule.ts')).followAddress(uri, deps);
        } catch (error) {
          presentError(error, deps.log, {});
        }
      },
    });
  }

  /** @returns false when the text is no link of ours, and then nothing was done */
  async followPasted(text: string): Promise<boolean> {
    return (
      text.includes('://') &&
      (await (await import('./linksModule.ts')).followPastedLink(text, this.deps))
    );
  }

  get commands(): Commands<'genesysArchive.copyLink'> {
    return {
      'genesysArchive.copyLink': async (...args) => {
        const { idsOf, copyFromPlayer } = this.deps;
        const isOfRow = args.some(
          (one) => typeof one === 'object' && one !== null && 'kind' in one,
        );
        if (isOfRow || !copyFromPlayer()) {
          await this.copy(idsOf(args));
        }
      },
    };
  }

  dispose(): void {
    this.handler.dispose();
  }

  private async copy(ids: readonly ConversationId[]): Promise<void> {
    if (ids.length === 0) {
      throw errors.input(
        vscode.l10n.t('Select a conversation, or open one in the player, then copy its link.'),
      );
    }
    const { copyConversationLinks } = await import('./linksModule.ts');
    await copyConversationLinks(ids, this.deps);
  }
}
