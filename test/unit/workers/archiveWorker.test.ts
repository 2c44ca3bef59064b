import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { failDecode } from '../../../src/base/decode.ts';
import { toDisposable } from '../../../src/base/disposable.ts';
import {
  archiveWorkerDecoders,
  type ArchiveWorkerRequests,
} from '../../../src/protocol/archiveWorker.ts';
import { connectRpc, type MessagePipe, type RpcPeer } from '../../../src/protocol/rpc.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { pcm16, wavFile } from '../../support/wavFile.ts';

const never = new AbortController().signal;

function pipeOf(worker: Worker): MessagePipe {
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    onMessage: (listener) => {
      worker.on('message', listener);
      return toDisposable(() => worker.off('message', listener));
    },
  };
}

suite('archive worker', () => {
  leakCheck();
  // The worker's own suite ends it before the check looks.
  suite('in a real thread', answersOverItsPort);
});

function answersOverItsPort(): void {
  let folder = '';
  let worker: Worker;
  let peer: RpcPeer<ArchiveWorkerRequests, never>;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-worker-'));
    worker = new Worker(new URL('../../../src/workers/archiveWorker.ts', import.meta.url));
    peer = connectRpc<ArchiveWorkerRequests, Record<string, never>, never, never>({
      pipe: pipeOf(worker),
      asks: archiveWorkerDecoders,
      answers: {},
      handlers: {},
      hears: (_value, path) => failDecode(path, 'anything'),
      onNotify: () => undefined,
      onProblem: () => undefined,
    });
  });

  suiteTeardown(async () => {
    peer.dispose();
    await worker.terminate();
    await rm(folder, { recursive: true, force: true });
  });

  const paramsOf = (name: string): ArchiveWorkerRequests['prepareRecording']['params'] => ({
    files: [
      { channel: '0', path: join(folder, `${name}.wav`), peaksPath: join(folder, `${name}.dat`) },
    ],
    playablePath: join(folder, `${name}.play.wav`),
  });

  test('prepares a recording in its thread', async () => {
    await writeFile(join(folder, 'pcm.wav'), wavFile({ data: pcm16(new Int16Array(800)) }));
    assert.deepEqual(await peer.request('prepareRecording', paramsOf('pcm'), never), {
      durationMs: 100,
      channels: [
        {
          fileChannel: '0',
          indexInFile: 0,
          peaksPath: join(folder, 'pcm.dat'),
          overview: undefined,
        },
      ],
      playablePath: join(folder, 'pcm.wav'),
      problems: [],
    });
  });

  test('refuses bad parameters with a path, and lives on', async () => {
    const port = pipeOf(worker);
    const answered = new Promise<unknown>((resolve) => {
      const subscription = port.onMessage((message) => {
        subscription.dispose();
        resolve(message);
      });
    });
    port.post({
      v: 1,
      kind: 'request',
      id: 4711,
      method: 'prepareRecording',
      params: { files: [{ channel: 0 }] },
    });
    assert.deepEqual(await answered, {
      v: 1,
      kind: 'failure',
      id: 4711,
      error: {
        code: 'protocol',
        message: 'Unexpected data: params.files[0].channel is not a string',
      },
    });
    await assert.rejects(
      peer.request('prepareRecording', { files: [], playablePath: '' }, never),
      (error) => isAppError(error, 'input'),
    );
  });

  test('stops when asked to, leaving no partial file', async () => {
    await writeFile(
      join(folder, 'long.wav'),
      wavFile({ tag: 7, data: new Uint8Array(8000 * 3600) }),
    );
    const controller = new AbortController();
    const asked = peer.request('prepareRecording', paramsOf('long'), controller.signal);
    const rejected = assert.rejects(asked, isCancellation);
    const partials = async (): Promise<readonly string[]> =>
      (await readdir(folder)).filter((name) => name.endsWith('.partial'));
    while ((await partials()).length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    controller.abort();
    await rejected;
    while ((await partials()).length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const left = (await readdir(folder)).filter((name) => name.startsWith('long'));
    assert.deepEqual(left, ['long.wav']);
  });
}
