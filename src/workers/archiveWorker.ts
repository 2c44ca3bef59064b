/** Entry of the archive worker thread: answers the host's requests over its port by calling the archive. Holds no logic. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { failDecode } from '../base/decode.ts';
import { findWordTime } from '../archive/findWordTime.ts';
import { prepareRecording } from '../archive/prepareRecording.ts';
import { verifyConversation } from '../archive/verifyConversation.ts';
import { archiveWorkerDecoders, type ArchiveWorkerRequests } from '../protocol/archiveWorker.ts';
import {
  catalogueDecoders,
  decodeCatalogueWorkerData,
  type CatalogueProgress,
  type CatalogueRequests,
} from '../protocol/catalogue.ts';
import { documentReaderDecoders, type DocumentReaderRequests } from '../protocol/documentReader.ts';
import { toPipe } from '../protocol/portPipe.ts';
import { connectRpc } from '../protocol/rpc.ts';
import { createCatalogueHandlers } from './catalogueHandlers.ts';
import { createDocumentHandlers } from './documentHandlers.ts';

assert(parentPort !== null, 'The archive worker runs in a worker thread only');

// The host asks and hears of progress, and never tells; a message that is not understood has nobody here who could act on it, and a request among
// them is answered with its failure by the channel itself.
const peer = connectRpc<
  Record<string, never>,
  ArchiveWorkerRequests & CatalogueRequests & DocumentReaderRequests,
  never,
  CatalogueProgress
>({
  pipe: toPipe(parentPort),
  asks: {},
  answers: { ...archiveWorkerDecoders, ...catalogueDecoders, ...documentReaderDecoders },
  handlers: {
    prepareRecording,
    ...createCatalogueHandlers((progress) => {
      peer.notify(progress);
    }, decodeCatalogueWorkerData(workerData).readerScript),
    ...createDocumentHandlers(),
    findWordTime: async ({ communicationId, ...params }, signal) => ({
      timeMs: await findWordTime({ ...params, communicationId }, signal),
    }),
    verifyConversation: ({ folderPath }, signal) => verifyConversation(folderPath, signal),
  },
  hears: (_value, path) => failDecode(path, 'something the archive worker listens to'),
  onNotify: () => undefined,
  onProblem: () => undefined,
});
