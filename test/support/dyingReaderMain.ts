/**
 * A reading thread that dies when it is asked for more of a conversation, and when it is asked for one whose folder ends with
 * `000000000007`; otherwise it answers as the product's does.
 */
import { parentPort } from 'node:worker_threads';
import { failDecode } from '../../src/base/decode.ts';
import { documentReaderDecoders } from '../../src/protocol/documentReader.ts';
import { toPipe } from '../../src/protocol/portPipe.ts';
import { connectRpc } from '../../src/protocol/rpc.ts';
import { createDocumentHandlers } from '../../src/workers/documentHandlers.ts';

if (parentPort === null) {
  throw new Error('This script runs in a worker thread only');
}
const handlers = createDocumentHandlers();
connectRpc({
  pipe: toPipe(parentPort),
  asks: {},
  answers: documentReaderDecoders,
  handlers: {
    ...handlers,
    readDocument: (params, signal) =>
      params.folder.endsWith('000000000007')
        ? process.exit(1)
        : handlers.readDocument(params, signal),
    readOn: () => process.exit(1),
  },
  hears: (_value, path) => failDecode(path, 'something this thread listens to'),
  onNotify: () => undefined,
  onProblem: () => undefined,
});
