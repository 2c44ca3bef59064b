/** Entry of the verify worker thread: answers the host's requests over its port by calling the archive. Holds no logic. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../base/assert.ts';
import { systemClock } from '../base/clock.ts';
import { failDecode } from '../base/decode.ts';
import { silentLog } from '../base/log.ts';
import { verifyAudit } from '../archive/audit/verifyAudit.ts';
import { verifyArchive } from '../archive/integrity/verifyArchive.ts';
import { checkListedFile } from '../archive/reports/listedFileCheck.ts';
import {
  verifyWorkerDecoders,
  type VerifyProgressNote,
  type VerifyWorkerRequests,
} from '../protocol/archiveVerification.ts';
import { toPipe } from '../protocol/portPipe.ts';
import { connectRpc } from '../protocol/rpc.ts';

const noteIntervalMs = 200;

assert(parentPort !== null, 'The verify worker runs in a worker thread only');

const peer = connectRpc<Record<string, never>, VerifyWorkerRequests, never, VerifyProgressNote>({
  pipe: toPipe(parentPort),
  asks: {},
  answers: verifyWorkerDecoders,
  handlers: {
    verifyArchive: (params, signal) => {
      let notedAtMs = -Infinity;
      return verifyArchive(
        params,
        { clock: systemClock, log: silentLog },
        (progress) => {
          const nowMs = performance.now();
          if (nowMs - notedAtMs >= noteIntervalMs) {
            notedAtMs = nowMs;
            peer.notify(progress);
          }
        },
        signal,
      );
    },
    verifyAudit: ({ rootPath }, signal) => verifyAudit(rootPath, signal),
    checkListedFile,
  },
  hears: (_value, path) => failDecode(path, 'something the verify worker listens to'),
  onNotify: () => undefined,
  onProblem: () => undefined,
});
