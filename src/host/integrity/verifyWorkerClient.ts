/** One verification's worker: started for it, ended with it, so that nothing lingers between verifications. */
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import {
  decodeVerifyProgress,
  verifyWorkerDecoders,
  type VerifyProgressNote,
  type VerifyWorkerRequests,
} from '../../protocol/archiveVerification.ts';
import { toPipe } from '../../protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../../protocol/rpc.ts';

/** @throws what the worker throws; AppError `network` when it ended before its answer */
export async function withVerifyWorker<T>(
  { extensionUri, log }: { readonly extensionUri: vscode.Uri; readonly log: Log },
  onProgress: (progress: VerifyProgressNote) => void,
  task: (peer: RpcPeer<VerifyWorkerRequests, never>) => Promise<T>,
): Promise<T> {
  const worker = new Worker(vscode.Uri.joinPath(extensionUri, 'dist', 'verifyWorker.cjs').fsPath);
  const peer = connectRpc<VerifyWorkerRequests, Record<string, never>, VerifyProgressNote, never>({
    pipe: toPipe(worker),
    asks: verifyWorkerDecoders,
    answers: {},
    handlers: {},
    hears: decodeVerifyProgress,
    onNotify: onProgress,
    onProblem: (kind, error) => {
      log.warn('The verify worker sent something unexpected', { kind, error });
    },
  });
  worker.on('error', (error) => {
    log.error('The verify worker failed', { error });
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
