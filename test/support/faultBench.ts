/**
 * A workbench with a simulated organisation beside it in this process, for tests of what goes wrong: the simulator's knobs are
 * at hand, and the person signs in by the dialog. Knows the extension by its texts only.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../../scripts/setUp.mjs';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import type { SimulatedOrganisation } from '../simulator/organisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { Workbench } from './workbench.ts';

export interface FaultBenchOptions {
  /** Of the workspace, beside the addresses of the simulator. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Made-up conversations over two weeks, 40 unless told. */
  readonly conversationCount?: number;
  /** False opens an empty window; the settings are missing then too. */
  readonly hasFolder?: boolean;
}

export class FaultBench {
  readonly organisation: SimulatedOrganisation;
  readonly simulator: Simulator;
  readonly workbench: Workbench;
  /** The workspace. */
  readonly folder: string;

  private constructor(
    organisation: SimulatedOrganisation,
    simulator: Simulator,
    workbench: Workbench,
    folder: string,
  ) {
    this.organisation = organisation;
    this.simulator = simulator;
    this.workbench = workbench;
    this.folder = folder;
  }

  /** Resolves when the view is drawn, signed out; close it in any case afterwards. */
  static async launch(options: FaultBenchOptions = {}): Promise<FaultBench> {
    const organisation = createSampleOrganisation({
      seed: 'faults',
      conversationCount: options.conversationCount ?? 40,
      nowMs: Date.now(),
    });
    const simulator = await startSimulator({ organisation });
    const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-faults-'));
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(
      join(folder, '.vscode/settings.json'),
      JSON.stringify({
        'genesysArchive.apiBaseUrl': simulator.apiBaseUrl,
        'genesysArchive.loginBaseUrl': simulator.loginBaseUrl,
        ...options.settings,
      }),
    );
    try {
      const workbench = await Workbench.launch({
        extensionFolder: root,
        ...(options.hasFolder === false ? {} : { folder }),
      });
      await workbench.openView('Genesys Archive');
      return new FaultBench(organisation, simulator, workbench, folder);
    } catch (error) {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Goes through the dialog up to the answer to the secret, and does not wait for what comes of it. */
  async enterCredentials(clientId: string, secret: string): Promise<void> {
    const { workbench } = this;
    await workbench.runCommand('Genesys Archive: Sign In…');
    await workbench.answerPick('How do you want to sign in?', '(client credentials)');
    await workbench.quickInput.getByPlaceholder(/Region of your organisation/u).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.answerInput('Client id of an OAuth client', clientId);
    await workbench.answerInput('Client secret', secret);
  }

  /** Signs in and waits for the status bar to say so. */
  async signIn(
    client: { readonly id: string; readonly secret: string } = demoClient,
  ): Promise<void> {
    await this.enterCredentials(client.id, client.secret);
    await this.workbench.quickInput.waitFor({ state: 'hidden' });
    await this.workbench.waitForStatusBar(this.organisation.name);
  }

  /** Signs in and waits for the list's first row. */
  async signInAndList(): Promise<Locator> {
    await this.signIn();
    await this.rows.first().waitFor();
    return this.rows;
  }

  /** The drawn rows of conversations, below the day groups. */
  get rows(): Locator {
    return this.workbench.page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]');
  }

  /** Resolves when the transcript is drawn. */
  async openPlayer(row: Locator): Promise<void> {
    await this.workbench.chooseFromContextMenu(row, 'Open Conversation');
    await this.workbench.webview().locator('.row .word').first().waitFor({ timeout: 30_000 });
  }

  /** Resolves to the message once a notification matches, and clears all of them. */
  async takeNotification(text: RegExp, timeoutMs = 30_000): Promise<string> {
    const shown = await this.workbench.waitForNotification(text, timeoutMs);
    const message = await shown.locator('.notification-list-item-message').innerText();
    await this.workbench.runCommand('Notifications: Clear All Notifications');
    return message.replaceAll('\u00a0', ' ');
  }
}
