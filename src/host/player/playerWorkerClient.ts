/** One export's worker: started for it, ended with it, so that nothing lingers between exports. */
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { failDecode } from '../../base/decode.ts';
import { toDisposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { playerWorkerDecoders, type PlayerWorkerRequests } from '../../protocol/playerWorker.ts';
import { connectRpc, type RpcPeer } from '../../protocol/rpc.ts';

/** @throws what the worker throws; AppError `network` when it ended before its answer */
export async function withPlayerWorker<T>(
  { extensionUri, log }: { readonly extensionUri: vscode.Uri; readonly log: Log },
  task: (peer: RpcPeer<PlayerWorkerRequests, never>) => Promise<T>,
): Promise<T> {
  const worker = new Worker(vscode.Uri.joinPath(extensionUri, 'dist', 'playerWorker.cjs').fsPath);
  const peer = connectRpc<PlayerWorkerRequests, Record<string, never>, never, never>({
    pipe: {
      post: (message) => {
        worker.postMessage(message);
      },
      onMessage: (listener) => {
        worker.on('message', listener);
        return toDisposable(() => worker.off('message', listener));
      },
    },
    asks: playerWorkerDecoders,
    answers: {},
    handlers: {},
    hears: (_value, path) => failDecode(path, 'expected: the worker sends no notifications'),
    onNotify: () => undefined,
    onProblem: (kind, error) => {
      log.warn('The player worker sent something unexpected', { kind, error });
    },
  });
  worker.on('error', (error) => {
    log.error('The player worker failed', { error });
    peer.dispose();
  });
  worker.on('exit', () => {
    peer.dispose();
  });
  try {
    return await task(peer);
  } finally {
    peer.dispose();
    await worker.terminate();
  }
}
