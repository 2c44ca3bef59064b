/** The only place that reads configuration. Hands out values that hold to the manifest, whatever the files say. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/event.ts';
import type { Settings } from '../../generated/manifest.ts';
import { restrictedSettings, settingKeys, validSetting } from './settingValue.ts';

const section = 'genesysArchive';

export interface SettingsReader {
  /** The current value, within the manifest's bounds. A restricted one is its default in an untrusted workspace. */
  get<K extends keyof Settings>(key: K): Settings[K];
  /** The keys that changed; trust that was granted counts as a change of the restricted ones. */
  readonly onDidChange: Event<ReadonlySet<keyof Settings>>;
}

/** Reads the settings of the window (and of its first folder, for those a folder may set). */
export class VscodeSettings implements SettingsReader, Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<ReadonlySet<keyof Settings>>());
  readonly onDidChange = this.changed.event;

  constructor() {
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        const keys = settingKeys.filter((key) => event.affectsConfiguration(`${section}.${key}`));
        if (keys.length > 0) {
          this.changed.fire(new Set(keys));
        }
      }),
    );
    this.store.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.changed.fire(restrictedSettings);
      }),
    );
  }

  get<K extends keyof Settings>(key: K): Settings[K] {
    // VS Code keeps workspace values of restricted settings away by itself; this holds should the manifest and the code part.
    const configuration = vscode.workspace.getConfiguration(
      section,
      vscode.workspace.workspaceFolders?.[0]?.uri ?? null,
    );
    if (!vscode.workspace.isTrusted && restrictedSettings.has(key)) {
      return validSetting(key, configuration.inspect(key)?.globalValue);
    }
    return validSetting(key, configuration.get<unknown>(key));
  }

  dispose(): void {
    this.store.dispose();
  }
}
