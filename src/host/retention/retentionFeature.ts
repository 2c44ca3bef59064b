/** Retention as a feature: its commands and when it runs by itself. What they do is loaded on first use. */
import * as vscode from 'vscode';
import { isCancellation } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Lazy } from '../../base/lazy.ts';
import type { Commands } from '../commands.ts';
import { conversationIdsOf } from '../conversations/conversationsTree.ts';
import type { ConversationsFeature } from '../conversations/conversationsFeature.ts';
import { GeneratedPages } from '../generatedPages.ts';
import { presentError } from '../errors/presentError.ts';
import type { Retention, RetentionDeps } from './retention.ts';

const firstRunMs = 30_000;
const betweenRunsMs = 24 * 3_600_000;

export class RetentionFeature implements Disposable {
  private readonly deps: RetentionDeps;
  private readonly lifetime = new AbortController();
  private readonly pages = new GeneratedPages('genesys-retention');
  private readonly retention: Lazy<Retention>;

  constructor(deps: RetentionDeps) {
    this.deps = deps;
    this.retention = new Lazy(async () => {
      const module = await import('./retentionModule.ts');
      return new module.Retention(deps, this.pages);
    });
    void this.runDaily();
  }

  commands(
    conversations: ConversationsFeature,
  ): Commands<
    | 'genesysArchive.applyRetention'
    | 'genesysArchive.deleteFromArchive'
    | 'genesysArchive.placeLegalHold'
    | 'genesysArchive.liftLegalHold'
  > {
    const ids = (args: readonly unknown[]): ReturnType<typeof conversationIdsOf> =>
      conversationIdsOf(conversations.selection(args));
    return {
      'genesysArchive.applyRetention': async () => (await this.retention.get()).apply(),
      'genesysArchive.deleteFromArchive': async (...args) =>
        (await this.retention.get()).deleteChosen(ids(args)),
      'genesysArchive.placeLegalHold': async (...args) =>
        (await this.retention.get()).changeHolds(ids(args), 'place'),
      'genesysArchive.liftLegalHold': async (...args) =>
        (await this.retention.get()).changeHolds(ids(args), 'lift'),
    };
  }

  dispose(): void {
    this.lifetime.abort();
    this.pages.dispose();
  }

  /** A while after the start, and daily from then on. */
  private async runDaily(): Promise<void> {
    const { clock, log } = this.deps;
    const { signal } = this.lifetime;
    for (let waitMs = firstRunMs; !signal.aborted; waitMs = betweenRunsMs) {
      try {
        await clock.delay(waitMs, signal);
        if (vscode.workspace.isTrusted) {
          await (await this.retention.get()).runScheduled(signal);
        }
      } catch (error) {
        if (!isCancellation(error)) {
          presentError(error, log, {});
        }
      }
    }
  }
}
