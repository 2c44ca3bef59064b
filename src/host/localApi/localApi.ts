/** Starts and stops the loopback API's thread, keeps its token in the secret storage, and tells where it listens. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { extensionVersion } from '../../generated/manifest.ts';
import {
  apiThreadLimits,
  localApiDecoders,
  type LocalApiRequests,
} from '../../protocol/localApi.ts';
import { toPipe } from '../../protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../../protocol/rpc.ts';
import type { Archives } from '../archives/archives.ts';
import type { SettingsReader } from '../ports/settings.ts';

export interface LocalApiDeps {
  readonly archives: Archives;
  readonly settings: SettingsReader;
  readonly secrets: vscode.SecretStorage;
  readonly extensionUri: vscode.Uri;
  readonly globalStorageUri: vscode.Uri;
  readonly log: Log;
  /** Brings the catalogue in step, which the API searches. */
  readonly followArchive: () => Promise<void>;
}

interface Running {
  readonly worker: Worker;
  readonly peer: RpcPeer<LocalApiRequests, never>;
  readonly port: number;
}

const tokenKey = 'localApi.token';
const stopTimeoutMs = 5000;

export class LocalApi implements Disposable {
  private readonly deps: LocalApiDeps;
  private running: Running | undefined;
  private starting: Promise<Running> | undefined;

  constructor(deps: LocalApiDeps) {
    this.deps = deps;
  }

  /** Starts it when it does not run, and says where it listens. @throws AppError `notFound` without an archive, `conflict` when the port is taken */
  async start(): Promise<void> {
    const { port } = await this.ensure();
    const address = `http://127.0.0.1:${String(port)}`;
    const copyToken = vscode.l10n.t('Copy Token');
    const stop = vscode.l10n.t('Stop');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('The local API listens on {0}. Every request needs the token.', address),
      copyToken,
      stop,
    );
    if (answer === copyToken) {
      await this.copyToken();
    } else if (answer === stop) {
      await this.stop();
    }
  }

  /** As `start`, without a word. */
  async startQuietly(): Promise<void> {
    await this.ensure();
  }

  async stop(): Promise<void> {
    const { running } = this;
    if (running === undefined) {
      return;
    }
    this.running = undefined;
    try {
      await running.peer.request('stopApi', {}, AbortSignal.timeout(stopTimeoutMs));
    } finally {
      running.peer.dispose();
      await running.worker.terminate();
    }
    vscode.window.setStatusBarMessage(vscode.l10n.t('The local API has stopped'), 3000);
  }

  async copyToken(): Promise<void> {
    await vscode.env.clipboard.writeText(await this.token());
    vscode.window.setStatusBarMessage(vscode.l10n.t('Token of the local API copied'), 3000);
  }

  /** The token before is worth nothing from now on. */
  async rotateToken(): Promise<void> {
    const token = await this.storeNewToken();
    await this.running?.peer.request('setToken', { token }, AbortSignal.timeout(stopTimeoutMs));
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The local API has a new token; the one before is refused.'),
    );
  }

  dispose(): void {
    void this.running?.worker.terminate();
    this.running = undefined;
  }

  private ensure(): Promise<Running> {
    if (this.running !== undefined) {
      return Promise.resolve(this.running);
    }
    this.starting ??= this.startWorker().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async startWorker(): Promise<Running> {
    const { archives, settings, extensionUri, globalStorageUri, log, followArchive } = this.deps;
    const archive = await archives.openForReading(AbortSignal.timeout(60_000));
    if (archive === undefined) {
      throw errors.notFound(
        vscode.l10n.t(
          'Nothing was downloaded into this workspace yet. Use Download Conversation in the Conversations view.',
        ),
      );
    }
    await followArchive();
    const worker = new Worker(vscode.Uri.joinPath(extensionUri, 'dist', 'apiWorker.cjs').fsPath, {
      resourceLimits: apiThreadLimits,
    });
    const peer = connectRpc<LocalApiRequests, Record<string, never>, never, never>({
      pipe: toPipe(worker),
      asks: localApiDecoders,
      answers: {},
      handlers: {},
      hears: () => {
        throw errors.protocol('The local API sends no notifications');
      },
      onNotify: () => undefined,
      onProblem: (kind, error) => {
        log.warn('The local API sent something unexpected', { kind, error });
      },
    });
    worker.on('error', (error) => {
      log.error('The local API failed', { error });
    });
    worker.on('exit', () => {
      peer.dispose();
      if (this.running?.worker === worker) {
        this.running = undefined;
      }
    });
    try {
      const { port } = await peer.request(
        'startApi',
        {
          archivePath: archive.rootPath,
          archiveId: archive.id,
          cataloguePath: join(globalStorageUri.fsPath, 'catalogue'),
          logPath: join(globalStorageUri.fsPath, 'api', 'requests.jsonl'),
          port: settings.get('api.port'),
          token: await this.token(),
          version: extensionVersion,
        },
        AbortSignal.timeout(30_000),
      );
      log.info('The local API listens', { port });
      this.running = { worker, peer, port };
      return this.running;
    } catch (error) {
      peer.dispose();
      await worker.terminate();
      throw error;
    }
  }

  private async token(): Promise<string> {
    return (await this.deps.secrets.get(tokenKey)) ?? (await this.storeNewToken());
  }

  private async storeNewToken(): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.deps.secrets.store(tokenKey, token);
    return token;
  }
}
