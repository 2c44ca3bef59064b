/** The archive worker as the host sees it: started on first use, restarted after a crash, asked through one typed port. */
import type { Disposable } from '../../base/disposable.ts';
import { Worker } from 'node:worker_threads';
import { failDecode } from '../../base/decode.ts';
import type { Log } from '../../base/log.ts';
import {
  archiveWorkerDecoders,
  type ArchiveWorkerRequests,
  type FindWordParams,
  type PreparedRecording,
  type PrepareRecordingParams,
  type VerifiedConversation,
  type VerifyConversationParams,
} from '../../protocol/archiveWorker.ts';
import { toPipe } from '../../protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../../protocol/rpc.ts';

interface Running {
  readonly worker: Worker;
  readonly peer: RpcPeer<ArchiveWorkerRequests, never>;
}

/**
 * Has what decoders leave behind collected soon. Node looks at the few bytes of the objects, not at the buffers behind them: half an
 * hour of Opus took 270 MB by default and takes 120 MB so, in the same time (`npm run bench -- peaks`).
 */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

export class ArchiveWorkerClient implements Disposable {
  private readonly scriptPath: string;
  private readonly log: Log;
  private running: Running | undefined;

  /** @param scriptPath the built worker entry. */
  constructor(scriptPath: string, log: Log) {
    this.scriptPath = scriptPath;
    this.log = log;
  }

  prepareRecording(
    params: PrepareRecordingParams,
    signal: AbortSignal,
  ): Promise<PreparedRecording> {
    return this.start().request('prepareRecording', params, signal);
  }

  verifyConversation(
    params: VerifyConversationParams,
    signal: AbortSignal,
  ): Promise<VerifiedConversation> {
    return this.start().request('verifyConversation', params, signal);
  }

  /** Epoch milliseconds of the first of the words; undefined when the transcript does not say. */
  async findWordTime(params: FindWordParams, signal: AbortSignal): Promise<number | undefined> {
    return (await this.start().request('findWordTime', params, signal)).timeMs;
  }

  dispose(): void {
    this.stop();
  }

  private start(): Running['peer'] {
    if (this.running === undefined) {
      const worker = new Worker(this.scriptPath, { resourceLimits });
      const peer = connectRpc<ArchiveWorkerRequests, Record<string, never>, never, never>({
        pipe: toPipe(worker),
        asks: archiveWorkerDecoders,
        answers: {},
        handlers: {},
        hears: (_value, path) => failDecode(path, 'expected: the worker sends no notifications'),
        onNotify: () => undefined,
        onProblem: (kind, error) => {
          this.log.warn('The archive worker sent something unexpected', { kind, error });
        },
      });
      worker.on('error', (error) => {
        this.log.error('The archive worker failed', { error });
        this.stop(worker);
      });
      worker.on('exit', () => {
        this.stop(worker);
      });
      // An idle worker does not keep the extension host alive.
      worker.unref();
      this.running = { worker, peer };
    }
    return this.running.peer;
  }

  /** Rejects what is pending; the next request starts a new worker. */
  private stop(worker = this.running?.worker): void {
    const { running } = this;
    if (running !== undefined && running.worker === worker) {
      this.running = undefined;
      running.peer.dispose();
      void running.worker.terminate();
    }
  }
}
