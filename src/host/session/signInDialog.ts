/** Asks how a person wants to sign in and for what that takes, one after the other, with a way back. */
import * as vscode from 'vscode';
import { isCancellation, messageOf, throwIfCancelled } from '../../base/appError.ts';
import type { DisposableStore } from '../../base/disposable.ts';
import { toBaseUrls } from '../../genesys/regions.ts';
import { plainMessage } from '../errors/errorText.ts';
import type { SettingsReader } from '../ports/settings.ts';
import { parseCredential, type Account, type Credentials } from './accounts.ts';
import { signInWithBrowser, type SignInPlace } from './browserSignIn.ts';
import { signInWithCliProfile } from './cliImport.ts';
import { listRegionChoices, resolveTyped } from './regionChoices.ts';
import type { AskForCredentials, SignedIn, Verify } from './session.ts';
import { showInput } from './showInput.ts';

const lastRegionKey = 'genesysArchive.lastRegion';
const lastClientIdKey = 'genesysArchive.lastClientId';
const lastBrowserClientIdKey = 'genesysArchive.lastBrowserClientId';
const back = Symbol('back');

export interface SignInDialogDeps {
  readonly settings: SettingsReader;
  /** Remembers region and client ids, which are no secrets. */
  readonly memory: vscode.Memento;
}

type Method = 'again' | 'browser' | 'clientCredentials' | 'cliProfile';

interface Draft {
  region: string;
  clientId: string;
  /** Kept while the dialog is open, so that going back to the region does not cost it. */
  secret: string;
}

/** Escape rejects with AbortError; a refused client secret is told in the dialog, other failures reject. */
export class SignInDialogs {
  private readonly deps: SignInDialogDeps;

  constructor(deps: SignInDialogDeps) {
    this.deps = deps;
  }

  /** Asks for the method first. `ended` is the account of a sign-in that ended: it is offered again. */
  async ask(verify: Verify, signal: AbortSignal, ended?: Account): Promise<SignedIn> {
    for (;;) {
      const method = await askMethod(ended, signal);
      const answer = await this.askBy(method, ended, verify, signal);
      if (answer !== back) {
        return answer;
      }
    }
  }

  /** Asks for region and client id, then for the person's consent in the browser. */
  readonly askWithBrowser: AskForCredentials = async (verify, signal) => {
    for (;;) {
      const answer = await this.askSteps('browser', undefined, verify, signal);
      if (answer !== back) {
        return answer;
      }
    }
  };

  /** Asks for consent, then for the profile. */
  readonly askWithCliProfile: AskForCredentials = signInWithCliProfile;

  private async askBy(
    method: Method,
    ended: Account | undefined,
    verify: Verify,
    signal: AbortSignal,
  ): Promise<SignedIn | typeof back> {
    if (method === 'cliProfile') {
      return signInWithCliProfile(verify, signal);
    }
    if (method !== 'again' || ended === undefined) {
      return this.askSteps(
        method === 'browser' ? method : 'clientCredentials',
        ended,
        verify,
        signal,
      );
    }
    const { region, apiBaseUrl, loginBaseUrl, clientId } = ended;
    return ended.person === undefined
      ? this.askSteps('clientCredentials', ended, verify, signal)
      : signInWithBrowser({ region, apiBaseUrl, loginBaseUrl, clientId }, verify, signal);
  }

  /** Region and client id, then secret or browser; `back` when the person goes back behind the region. */
  private async askSteps(
    method: 'browser' | 'clientCredentials',
    ended: Account | undefined,
    verify: Verify,
    signal: AbortSignal,
  ): Promise<SignedIn | typeof back> {
    throwIfCancelled(signal);
    const { settings, memory } = this.deps;
    const isBrowser = method === 'browser';
    const clientIdKey = isBrowser ? lastBrowserClientIdKey : lastClientIdKey;
    const total = isBrowser ? 2 : 3;
    const preferred = this.preferredRegions(ended);
    const draft: Draft = {
      region: preferred[0] ?? 'mypurecloud.com',
      clientId: this.offeredClientId(method, ended),
      secret: '',
    };
    const keep = async (): Promise<void> => {
      await memory.update(lastRegionKey, draft.region);
      await memory.update(clientIdKey, draft.clientId);
    };
    let step = 1;
    for (;;) {
      if (step === 1) {
        const answer = await askRegion([...new Set([draft.region, ...preferred])], total, signal);
        if (answer === back) {
          return back;
        }
        draft.region = answer;
        step = 2;
      } else if (step === 2) {
        const answer = await askClientId(draft.clientId, method, total, signal);
        if (answer === back) {
          step = 1;
        } else {
          draft.clientId = answer;
          step = 3;
        }
      } else if (isBrowser) {
        // Kept first: what goes wrong in the browser costs no typing.
        await keep();
        return signInWithBrowser(toPlace(draft, settings), verify, signal);
      } else {
        const answer = await askSecret(draft, settings, verify, signal);
        if (answer !== back) {
          await keep();
          return answer;
        }
        step = 2;
      }
    }
  }

  private preferredRegions(ended: Account | undefined): readonly string[] {
    const { settings, memory } = this.deps;
    return [ended?.region ?? '', rememberedText(memory, lastRegionKey), settings.get('region')]
      .map(resolveTyped)
      .filter((domain) => domain !== undefined);
  }

  /** That of the ended sign-in, or what was used last; the setting before it where it always meant client credentials. */
  private offeredClientId(
    method: 'browser' | 'clientCredentials',
    ended: Account | undefined,
  ): string {
    const { settings, memory } = this.deps;
    const isBrowser = method === 'browser';
    if (ended !== undefined && isBrowser === (ended.person !== undefined)) {
      return ended.clientId;
    }
    const setting = settings.get('clientId');
    return isBrowser
      ? firstText([rememberedText(memory, lastBrowserClientIdKey), setting])
      : firstText([setting, rememberedText(memory, lastClientIdKey)]);
  }
}

function firstText(texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? '';
}

function rememberedText(memory: vscode.Memento, key: string): string {
  const value = memory.get<unknown>(key);
  return typeof value === 'string' ? value : '';
}

async function askMethod(ended: Account | undefined, signal: AbortSignal): Promise<Method> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly method: Method }>();
  prepare(pick);
  pick.placeholder = vscode.l10n.t('How do you want to sign in?');
  pick.items = [
    ...(ended === undefined
      ? []
      : [
          {
            label: `$(sync) ${vscode.l10n.t('Sign in again')}`,
            description: ended.label.replaceAll('$(', '$ ('),
            method: 'again' as const,
          },
        ]),
    {
      label: `$(globe) ${vscode.l10n.t('Sign in with your browser')}`,
      detail: vscode.l10n.t(
        'As yourself. Needs an OAuth client with the grant "Code Authorization".',
      ),
      method: 'browser' as const,
    },
    {
      label: `$(key) ${vscode.l10n.t('OAuth client (client credentials)')}`,
      detail: vscode.l10n.t('As an OAuth client with its own roles: client id and secret.'),
      method: 'clientCredentials' as const,
    },
    {
      label: `$(terminal) ${vscode.l10n.t('Import a profile of the Genesys Cloud CLI')}`,
      detail: vscode.l10n.t('What "gc" uses on this machine.'),
      method: 'cliProfile' as const,
    },
  ];
  return showInput<Method>(pick, signal, (settle, store) => {
    store.add(
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        if (item !== undefined) {
          settle(item.method);
        }
      }),
    );
  });
}

function prepare(input: vscode.QuickInput, step?: number, total?: number): void {
  input.title = vscode.l10n.t('Sign In to Genesys Cloud');
  if (step !== undefined && total !== undefined) {
    input.step = step;
    input.totalSteps = total;
  }
  // The client's id and secret are copied from a browser: the dialog must outlive the loss of focus.
  input.ignoreFocusOut = true;
}

async function askRegion(
  preferred: readonly string[],
  total: number,
  signal: AbortSignal,
): Promise<string | typeof back> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly domain: string }>();
  prepare(pick, 1, total);
  pick.buttons = [vscode.QuickInputButtons.Back];
  pick.placeholder = vscode.l10n.t('Region of your organisation: pick one, or type its domain');
  pick.matchOnDescription = true;
  pick.items = listRegionChoices(preferred, '', vscode.l10n);
  return showInput<string | typeof back>(pick, signal, (settle, store) => {
    store.add(
      pick.onDidTriggerButton(() => {
        settle(back);
      }),
    );
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

async function askClientId(
  initial: string,
  method: 'browser' | 'clientCredentials',
  total: number,
  signal: AbortSignal,
): Promise<string | typeof back> {
  const box = createBox(2, total);
  box.value = initial;
  box.prompt =
    method === 'browser'
      ? vscode.l10n.t(
          'Client id of an OAuth client with the grant type "Code Authorization" and the redirect URI http://localhost',
        )
      : vscode.l10n.t('Client id of an OAuth client with the grant type "Client Credentials"');
  return showInput<string | typeof back>(box, signal, (settle, store) => {
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
  const box = createBox(3, 3);
  box.password = true;
  box.value = draft.secret;
  box.prompt = vscode.l10n.t('Client secret. It is kept in the secret storage of VS Code only.');
  const closed = new AbortController();
  const both = AbortSignal.any([signal, closed.signal]);
  try {
    return await showInput<SignedIn | typeof back>(box, signal, (settle, store) => {
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
function toPlace({ region, clientId }: Draft, settings: SettingsReader): SignInPlace {
  return {
    region,
    ...toBaseUrls(region, {
      apiBaseUrl: settings.get('apiBaseUrl'),
      loginBaseUrl: settings.get('loginBaseUrl'),
    }),
    clientId: parseCredential(clientId, 'client id'),
  };
}

/** @throws AppError `input` */
function toCredentials(draft: Draft, secret: string, settings: SettingsReader): Credentials {
  return { ...toPlace(draft, settings), clientSecret: parseCredential(secret, 'client secret') };
}

function createBox(step: number, total: number): vscode.InputBox {
  const box = vscode.window.createInputBox();
  prepare(box, step, total);
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
