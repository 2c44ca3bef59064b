/** Asks for region, client id and secret, one after the other, with a way back, and tries them before it closes. */
import * as vscode from 'vscode';
import { cancellation, isCancellation, messageOf, throwIfCancelled } from '../../base/appError.ts';
import { DisposableStore } from '../../base/disposable.ts';
import { toBaseUrls } from '../../genesys/regions.ts';
import { plainMessage } from '../errors/errorText.ts';
import type { SettingsReader } from '../ports/settings.ts';
import { parseCredential, type Credentials } from './accounts.ts';
import { listRegionChoices, resolveTyped } from './regionChoices.ts';
import type { AskForCredentials, SignedIn, Verify } from './sessionManager.ts';

const lastRegionKey = 'genesysArchive.lastRegion';
const lastClientIdKey = 'genesysArchive.lastClientId';
const stepCount = 3;
const back = Symbol('back');

interface DialogDeps {
  readonly settings: SettingsReader;
  /** Remembers the region and the client id, which are no secrets. */
  readonly memory: vscode.Memento;
}

interface Draft {
  region: string;
  clientId: string;
  /** Kept while the dialog is open, so that going back to the region does not cost it. */
  secret: string;
}

/** A dialog for `SessionManager`. Escape rejects with AbortError; what went wrong is shown in the dialog. */
export function createSignInDialog(deps: DialogDeps): AskForCredentials {
  return async (verify, signal) => {
    throwIfCancelled(signal);
    const preferred = [rememberedText(deps.memory, lastRegionKey), deps.settings.get('region')]
      .map(resolveTyped)
      .filter((domain) => domain !== undefined);
    const draft: Draft = {
      region: preferred[0] ?? 'mypurecloud.com',
      clientId: deps.settings.get('clientId') || rememberedText(deps.memory, lastClientIdKey),
      secret: '',
    };
    let step = 1;
    for (;;) {
      if (step === 1) {
        draft.region = await askRegion([...new Set([draft.region, ...preferred])], signal);
        step = 2;
      } else if (step === 2) {
        const answer = await askClientId(draft.clientId, signal);
        draft.clientId = answer === back ? draft.clientId : answer;
        step = answer === back ? 1 : 3;
      } else {
        const answer = await askSecret(draft, deps.settings, verify, signal);
        if (answer !== back) {
          await deps.memory.update(lastRegionKey, draft.region);
          await deps.memory.update(lastClientIdKey, draft.clientId);
          return answer;
        }
        step = 2;
      }
    }
  };
}

function rememberedText(memory: vscode.Memento, key: string): string {
  const value = memory.get<unknown>(key);
  return typeof value === 'string' ? value : '';
}

/** Shows the input until `settle` was called; hiding it otherwise, or an aborted signal, is a cancellation. */
async function showUntilSettled<T>(
  input: vscode.QuickInput,
  signal: AbortSignal,
  wire: (settle: (value: T) => void, store: DisposableStore) => void,
): Promise<T> {
  const store = new DisposableStore();
  try {
    return await new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        reject(cancellation());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      store.add({
        dispose: () => {
          signal.removeEventListener('abort', giveUp);
        },
      });
      store.add(input.onDidHide(giveUp));
      wire(resolve, store);
      input.show();
    });
  } finally {
    store.dispose();
    input.dispose();
  }
}

function prepare(input: vscode.QuickInput, step: number): void {
  input.title = vscode.l10n.t('Sign In to Genesys Cloud');
  input.step = step;
  input.totalSteps = stepCount;
  // The client's id and secret are copied from a browser: the dialog must outlive the loss of focus.
  input.ignoreFocusOut = true;
}

async function askRegion(preferred: readonly string[], signal: AbortSignal): Promise<string> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly domain: string }>();
  prepare(pick, 1);
  pick.placeholder = vscode.l10n.t('Region of your organisation: pick one, or type its domain');
  pick.matchOnDescription = true;
  pick.items = listRegionChoices(preferred, '', vscode.l10n);
  return showUntilSettled<string>(pick, signal, (settle, store) => {
    store.add(
      pick.onDidChangeValue((value) => {
        pick.items = listRegionChoices(preferred, value, vscode.l10n);
      }),
    );
    store.add(
      pick.onDidAccept(() => {
        const domain = pick.selectedItems[0]?.domain ?? resolveTyped(pick.value);
        if (domain !== undefined) {
          settle(domain);
        }
      }),
    );
  });
}

async function askClientId(initial: string, signal: AbortSignal): Promise<string | typeof back> {
  const box = createBox(2);
  box.value = initial;
  box.prompt = vscode.l10n.t(
    'Client id of an OAuth client with the grant type "Client Credentials"',
  );
  return showUntilSettled<string | typeof back>(box, signal, (settle, store) => {
    wireBack(box, store, settle);
    store.add(
      box.onDidAccept(() => {
        try {
          settle(parseCredential(box.value, 'client id'));
        } catch (error) {
          box.validationMessage = plainMessage(messageOf(error));
        }
      }),
    );
  });
}

/** The last step tries the credentials; a failure stays in the box, so that a slip costs one correction. */
async function askSecret(
  draft: Draft,
  settings: SettingsReader,
  verify: Verify,
  signal: AbortSignal,
): Promise<SignedIn | typeof back> {
  const box = createBox(3);
  box.password = true;
  box.value = draft.secret;
  box.prompt = vscode.l10n.t('Client secret. It is kept in the secret storage of VS Code only.');
  const closed = new AbortController();
  const both = AbortSignal.any([signal, closed.signal]);
  try {
    return await showUntilSettled<SignedIn | typeof back>(box, signal, (settle, store) => {
      wireBack(box, store, settle);
      const attempt = async (): Promise<void> => {
        draft.secret = box.value;
        box.busy = true;
        box.enabled = false;
        try {
          settle(await verify(toCredentials(draft, box.value, settings), both));
        } catch (error) {
          if (!isCancellation(error)) {
            box.validationMessage = vscode.l10n.t(
              '{0} (Enter tries again)',
              plainMessage(messageOf(error)),
            );
          }
        } finally {
          box.busy = false;
          box.enabled = true;
        }
      };
      store.add(box.onDidAccept(() => void attempt()));
    });
  } finally {
    closed.abort();
  }
}

/** @throws AppError `input` */
function toCredentials(draft: Draft, secret: string, settings: SettingsReader): Credentials {
  return {
    region: draft.region,
    ...toBaseUrls(draft.region, {
      apiBaseUrl: settings.get('apiBaseUrl'),
      loginBaseUrl: settings.get('loginBaseUrl'),
    }),
    clientId: parseCredential(draft.clientId, 'client id'),
    clientSecret: parseCredential(secret, 'client secret'),
  };
}

function createBox(step: number): vscode.InputBox {
  const box = vscode.window.createInputBox();
  prepare(box, step);
  box.buttons = [vscode.QuickInputButtons.Back];
  return box;
}

function wireBack(
  box: vscode.InputBox,
  store: DisposableStore,
  settle: (value: typeof back) => void,
): void {
  store.add(
    box.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) {
        settle(back);
      }
    }),
  );
  store.add(
    box.onDidChangeValue(() => {
      box.validationMessage = undefined;
    }),
  );
}
