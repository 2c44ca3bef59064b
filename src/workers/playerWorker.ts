/** Entry of the player's worker thread: answers the host's requests over its port by calling the archive. Holds no logic. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { failDecode } from '../base/decode.ts';
import { toDisposable } from '../base/disposable.ts';
import { exportClip } from '../archive/exports/exportClip.ts';
import { exportTranscriptFile } from '../archive/exports/exportTranscriptFile.ts';
import { playerWorkerDecoders, type PlayerWorkerRequests } from '../protocol/playerWorker.ts';
import { connectRpc, type MessagePipe } from '../protocol/rpc.ts';

assert(parentPort !== null, 'The player worker runs in a worker thread only');

connectRpc<Record<string, never>, PlayerWorkerRequests, never, never>({
  pipe: toPipe(parentPort),
  asks: {},
  answers: playerWorkerDecoders,
  handlers: {
    exportTranscript: ({ source, format, outputPath }, signal) =>
      exportTranscriptFile(source, format, outputPath, signal),
    exportClip: ({ mediaPath, clip, outputPath }, signal) =>
      exportClip(mediaPath, clip, outputPath, signal),
  },
  hears: (_value, path) => failDecode(path, 'something the player worker listens to'),
  onNotify: () => undefined,
  onProblem: () => undefined,
});

function toPipe(port: MessagePort): MessagePipe {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', listener);
      return toDisposable(() => {
        port.off('message', listener);
      });
    },
  };
}
