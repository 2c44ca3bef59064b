/** A local API in a process of its own, so that its memory can be told from its clients'. Arguments: archive, storage, token. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  apiThreadLimits,
  localApiDecoders,
  type LocalApiRequests,
} from '../../src/protocol/localApi.ts';
import { toPipe } from '../../src/protocol/portPipe.ts';
import { connectRpc } from '../../src/protocol/rpc.ts';

const [archivePath = '', storagePath = '', token = ''] = process.argv.slice(2);
const worker = new Worker(new URL('../../src/workers/apiWorker.ts', import.meta.url), {
  resourceLimits: apiThreadLimits,
});
const peer = connectRpc<LocalApiRequests, Record<string, never>, never, never>({
  pipe: toPipe(worker),
  asks: localApiDecoders,
  answers: {},
  handlers: {},
  hears: () => {
    throw new Error('no notifications');
  },
  onNotify: () => undefined,
  onProblem: () => undefined,
});
const { port } = await peer.request(
  'startApi',
  {
    archivePath,
    archiveId: 'a1',
    cataloguePath: storagePath,
    logPath: join(storagePath, 'requests.jsonl'),
    port: 0,
    token,
    version: '1.0.0',
  },
  AbortSignal.timeout(30_000),
);
process.send?.({ port });
process.on('message', (message) => {
  if (message === 'rss') {
    process.send?.({ rssBytes: process.memoryUsage.rss() });
  } else {
    void peer.request('stopApi', {}, AbortSignal.timeout(5000)).then(() => process.exit(0));
  }
});
