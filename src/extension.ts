/** The entry: builds the services, registers the features, nothing else. Synchronous, without network and files. */
import * as vscode from 'vscode';
import { messageOf } from './base/appError.ts';
import { DisposableStore } from './base/disposable.ts';
import { extensionVersion } from './generated/manifest.ts';
import { plainMessage } from './host/errors/errorText.ts';
import { registerFeatures } from './host/features.ts';
import { createServices, type Services } from './host/services.ts';

/** What other extensions get from `vscode.extensions.getExtension(…).activate()`. */
export interface ExtensionApi {
  readonly version: string;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  let services: Services | undefined;
  try {
    services = createServices(context, store);
    registerFeatures(services, store);
    return { version: extensionVersion };
  } catch (error) {
    reportActivationFailure(error, services);
    throw error;
  }
}

function reportActivationFailure(error: unknown, services: Services | undefined): void {
  services?.log.error('The extension could not start', { error });
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showErrorMessage(
      vscode.l10n.t(
        'Genesys Cloud Archive Explorer could not start: {0}',
        plainMessage(messageOf(error)),
      ),
      ...(services === undefined ? [] : [showLog]),
    )
    .then((chosen) => {
      if (chosen === showLog) {
        services?.channel.show();
      }
    });
}
