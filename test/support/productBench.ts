/**
 * The packed extension, installed as people install it, in a workbench over a workspace of its own; with a simulated organisation
 * beside it. {@link FaultBench} runs the sources instead and hands out the simulator's knobs.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWorkspace } from '../../scripts/demo.mjs';
import { packProduct } from '../../scripts/vsix.mjs';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { waitForSignIn } from './mainJob.ts';
import { Workbench } from './workbench.ts';

/** Of the sample. */
export const organisationName = 'Example Contact Centre';

export interface ProductBenchOptions {
  /** Made-up conversations over two weeks. */
  readonly conversationCount: number;
  /** Fills the workspace, an absolute folder, before the window opens. */
  readonly prepare?: (workspace: string) => Promise<void>;
}

export class ProductBench {
  readonly workbench: Workbench;
  /** Absolute folder of the workspace's archive. */
  readonly archive: string;
  readonly simulator: Simulator;
  /** For files outside the workspace; goes with the bench. */
  readonly folder: string;

  private constructor(workbench: Workbench, archive: string, simulator: Simulator, folder: string) {
    this.workbench = workbench;
    this.archive = archive;
    this.simulator = simulator;
    this.folder = folder;
  }

  /** Resolves when the window is drawn, signed out; close it in any case afterwards. */
  static async launch({ conversationCount, prepare }: ProductBenchOptions): Promise<ProductBench> {
    const folder = await realpath(mkdtempSync(join(tmpdir(), 'genesys-archive-product-')));
    const workspace = join(folder, 'workspace');
    const archive = join(workspace, 'genesys-archive');
    const simulator = await startSimulator({
      organisation: createSampleOrganisation({ seed: 1, conversationCount, nowMs: Date.now() }),
    });
    try {
      mkdirSync(workspace);
      const { apiBaseUrl, loginBaseUrl } = simulator;
      writeWorkspace(workspace, { apiBaseUrl, loginBaseUrl, clientId: '' });
      await prepare?.(workspace);
      const workbench = await Workbench.launch({
        vsixFiles: [await packProduct(join(folder, 'product.vsix'))],
        folder: workspace,
        viewport: { width: 1400, height: 900 },
      });
      return new ProductBench(workbench, archive, simulator, folder);
    } catch (error) {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Goes through the dialog and waits for the status bar to say so. */
  async signIn(
    client: { readonly id: string; readonly secret: string } = demoClient,
  ): Promise<void> {
    const { workbench } = this;
    await workbench.runCommand('Genesys Archive: Sign In…');
    await workbench.answerPick('How do you want to sign in?', '(client credentials)');
    await workbench.answerPick('Region of your organisation', 'eu-central-1');
    await workbench.answerInput('Client id of an OAuth client', client.id);
    await workbench.answerInput('Client secret', client.secret);
    await waitForSignIn(workbench, organisationName);
  }

  /** Changes settings of the workspace in its file, as a person or a colleague's commit does. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    const path = join(this.folder, 'workspace/.vscode/settings.json');
    const before: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...before, ...settings }));
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
