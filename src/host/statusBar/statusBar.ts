/** The one status bar item: follows session, rate budget, token and transfers; redraws at most once a second. */
import * as vscode from 'vscode';
import {
  DisposableStore,
  MutableDisposable,
  toDisposable,
  type Disposable,
} from '../../base/disposable.ts';
import type { CommandId } from '../../generated/manifest.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { TransferActivity } from '../transferActivity.ts';
import { toStatusText, type StatusFacts } from './statusText.ts';

interface StatusBarDeps {
  readonly sessions: SessionManager;
  readonly transfers: TransferActivity;
  readonly clock: { nowMs(): number };
}

const itemId = 'genesysArchive.status';
const menuCommand: CommandId = 'genesysArchive.showStatusMenu';
const signInCommand: CommandId = 'genesysArchive.signIn';
const minIntervalMs = 1_000;

/** Shows the item until the result is disposed of. */
export function registerStatusBar(deps: StatusBarDeps): Disposable {
  return new StatusBar(deps);
}

class StatusBar implements Disposable {
  private readonly deps: StatusBarDeps;
  private readonly store = new DisposableStore();
  private readonly item: vscode.StatusBarItem;
  private readonly timer = this.store.add(new MutableDisposable());
  private readonly sources = this.store.add(new MutableDisposable());
  private drawnAtMs = -Infinity;
  private shown = '';

  constructor(deps: StatusBarDeps) {
    this.deps = deps;
    this.item = this.store.add(
      vscode.window.createStatusBarItem(itemId, vscode.StatusBarAlignment.Left),
    );
    this.item.name = vscode.l10n.t('Genesys Cloud');
    this.store.add(
      deps.sessions.onDidChange(() => {
        this.follow();
        this.draw();
      }),
    );
    this.store.add(
      deps.transfers.onDidChange(() => {
        this.drawSoon();
      }),
    );
    this.follow();
    this.draw();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Listens to what belongs to the session of now, and to that of no other. */
  private follow(): void {
    const signedIn = this.deps.sessions.current;
    const own = new DisposableStore();
    if (signedIn !== undefined) {
      const soon = (): void => {
        this.drawSoon();
      };
      own.add(signedIn.api.rate.onDidChange(soon));
      own.add(signedIn.tokens.onDidChange(soon));
      own.add(signedIn.api.activity.onDidChangeOffline(soon));
    }
    this.sources.value = own;
  }

  private drawSoon(): void {
    this.drawAt(this.drawnAtMs + minIntervalMs);
  }

  private drawAt(timeMs: number): void {
    const nowMs = this.deps.clock.nowMs();
    const waitMs = Math.min(
      Math.max(0, timeMs - nowMs, this.drawnAtMs + minIntervalMs - nowMs),
      2 ** 31 - 1,
    );
    if (waitMs === 0) {
      this.draw();
      return;
    }
    const timer = setTimeout(() => {
      this.draw();
    }, waitMs);
    this.timer.value = toDisposable(() => {
      clearTimeout(timer);
    });
  }

  private draw(): void {
    if (this.deps.sessions.state.kind === 'restoring') {
      // Who is signed in must not be greeted with "Sign In".
      return;
    }
    const nowMs = this.deps.clock.nowMs();
    const { text, tooltip, accessibleLabel, nextChangeMs } = toStatusText(
      this.facts(),
      nowMs,
      vscode.l10n,
    );
    this.drawnAtMs = nowMs;
    this.timer.value = undefined;
    if (this.shown !== text + tooltip) {
      this.shown = text + tooltip;
      this.item.text = text;
      this.item.tooltip = new vscode.MarkdownString(tooltip);
      this.item.accessibilityInformation = { label: accessibleLabel, role: 'button' };
      this.item.command = this.deps.sessions.current === undefined ? signInCommand : menuCommand;
      this.item.show();
    }
    if (nextChangeMs !== undefined) {
      this.drawAt(Math.max(nextChangeMs, nowMs + minIntervalMs));
    }
  }

  private facts(): StatusFacts {
    const { sessions, transfers } = this.deps;
    const { kind, signedIn } = sessions.state;
    if (signedIn === undefined) {
      return { kind: kind === 'signingIn' ? 'signingIn' : 'signedOut' };
    }
    return {
      kind: 'signedIn',
      organisationName: signedIn.account.organisation.name,
      personName: signedIn.account.person?.name,
      region: signedIn.account.region,
      clientId: signedIn.account.clientId,
      rate: signedIn.api.rate.current,
      tokenExpiresAtMs: signedIn.tokens.expiresAtMs,
      activeTransferCount: transfers.activeCount,
      isOffline: signedIn.api.activity.isOffline,
    };
  }
}
