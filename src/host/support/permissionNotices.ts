/**
 * Looks after permissions behind the person's back: checks a new account once, and tells each feature that is refused once, with
 * the permission by name. What a command was refused is told by that command.
 */
import * as vscode from 'vscode';
import { isAppError, isCancellation, messageOf, type AppError } from '../../base/appError.ts';
import {
  DisposableStore,
  MutableDisposable,
  toDisposable,
  type Disposable,
} from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { featureIds, type FeatureId } from '../../genesys/permissions.ts';
import type { CommandId } from '../../generated/manifest.ts';
import type { SignedIn } from '../session/session.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import { featuresByNeeds, featureWithNeeds } from './featureText.ts';
import type { PermissionMemory } from './permissionMemory.ts';

export interface PermissionNoticesDeps {
  readonly sessions: SessionManager;
  readonly memory: PermissionMemory;
  readonly log: Log;
}

const reportCommand: CommandId = 'genesysArchive.showPermissions';
/** A command that fails for the same refusal tells it by itself within this time. */
const graceMs = 1_000;

export class PermissionNotices implements Disposable {
  private readonly deps: PermissionNoticesDeps;
  private readonly owned = new DisposableStore();
  private readonly following = this.owned.add(new MutableDisposable());
  private followed: SignedIn | undefined;
  private sawSigningIn = false;

  constructor(deps: PermissionNoticesDeps) {
    this.deps = deps;
    this.owned.add(
      deps.sessions.onDidChange(({ kind }) => {
        this.sawSigningIn ||= kind === 'signingIn';
        this.follow();
      }),
    );
    this.follow();
  }

  /** A command has told this failure: the refusal in it is not told again. */
  noteShown(error: unknown): void {
    const { current } = this.deps.sessions;
    const feature = featureOf(error);
    if (current !== undefined && feature !== undefined) {
      this.deps.memory.takeRefusal(current.account.id, feature);
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  private follow(): void {
    const { current } = this.deps.sessions;
    const before = this.followed;
    if (current?.api === before?.api) {
      return;
    }
    this.followed = current;
    const own = new DisposableStore();
    this.following.value = own;
    if (current === undefined) {
      return;
    }
    const ended = new AbortController();
    own.add(
      toDisposable(() => {
        ended.abort();
      }),
    );
    // What is restored at the start sends nothing: who signs in is checked, and who changes to an account that never was.
    const { id } = current.account;
    const isWanted =
      this.sawSigningIn ||
      before?.account.id === id ||
      (before !== undefined && !this.deps.memory.hasChecked(id));
    this.sawSigningIn = false;
    const checked = isWanted ? this.check(current, ended.signal) : Promise.resolve();
    own.add(
      current.api.activity.onDidForbid((error) => {
        // A check that is under way tells all at once.
        void checked.then(() => {
          const timer = setTimeout(() => {
            this.tell(current, error);
          }, graceMs);
          own.add(
            toDisposable(() => {
              clearTimeout(timer);
            }),
          );
        });
      }),
    );
  }

  private async check(signedIn: SignedIn, signal: AbortSignal): Promise<void> {
    const { memory, log } = this.deps;
    try {
      const { features } = await signedIn.api.fetchPermissionReport(signal);
      const missing = features.filter(({ state }) => state === 'missing');
      log.info('Permissions checked', { missing: missing.map(({ feature }) => feature).join(' ') });
      if (await memory.takeResult(signedIn.account.id, features)) {
        offerReport(
          vscode.l10n.t(
            'Some features need permissions that the OAuth client lacks: {0}',
            featuresByNeeds(missing, vscode.l10n),
          ),
        );
      }
    } catch (error) {
      if (!isCancellation(error)) {
        log.warn('The permissions could not be checked', { reason: messageOf(error) });
      }
    }
  }

  private tell(signedIn: SignedIn, error: AppError): void {
    const feature = featureOf(error);
    if (feature === undefined || !this.deps.memory.takeRefusal(signedIn.account.id, feature)) {
      return;
    }
    const needs = error.details['permission'] ?? error.details['scope'];
    offerReport(
      vscode.l10n.t(
        'Genesys Cloud refuses a feature for want of a permission: {0}',
        featureWithNeeds(feature, needs === undefined ? [] : [String(needs)], vscode.l10n),
      ),
    );
  }
}

function featureOf(error: unknown): FeatureId | undefined {
  return isAppError(error, 'forbidden')
    ? featureIds.find((id) => id === error.details['feature'])
    : undefined;
}

/** One quiet message; its answer is not waited for. */
function offerReport(message: string): void {
  const show = vscode.l10n.t('Show Report');
  void vscode.window.showInformationMessage(message, show).then((chosen) => {
    if (chosen === show) {
      void vscode.commands.executeCommand(reportCommand);
    }
  });
}
