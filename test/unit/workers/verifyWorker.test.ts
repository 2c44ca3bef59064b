import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Archive } from '../../../src/archive/archive.ts';
import { AuditLog } from '../../../src/archive/audit/auditLog.ts';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import {
  decodeVerifyProgress,
  verifyWorkerDecoders,
  type VerifyProgressNote,
  type VerifyWorkerRequests,
} from '../../../src/protocol/archiveVerification.ts';
import { parseConversationId } from '../../../src/model/ids.ts';
import { toPipe } from '../../../src/protocol/portPipe.ts';
import { connectRpc, type RpcPeer } from '../../../src/protocol/rpc.ts';
import { sampleIdentity, withFolder } from '../../support/archivedSample.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const deps = { clock: systemClock, log: silentLog };

suite('verify worker', () => {
  leakCheck();
  // The worker's own suite ends it before the check looks.
  suite('in a real thread', answersOverItsPort);
});

function answersOverItsPort(): void {
  let worker: Worker;
  let peer: RpcPeer<VerifyWorkerRequests, never>;
  const notes: VerifyProgressNote[] = [];

  suiteSetup(() => {
    worker = new Worker(new URL('../../../src/workers/verifyWorker.ts', import.meta.url));
    peer = connectRpc<VerifyWorkerRequests, Record<string, never>, VerifyProgressNote, never>({
      pipe: toPipe(worker),
      asks: verifyWorkerDecoders,
      answers: {},
      handlers: {},
      hears: decodeVerifyProgress,
      onNotify: (note) => notes.push(note),
      onProblem: (kind) => {
        assert.fail(kind);
      },
    });
  });

  suiteTeardown(async () => {
    peer.dispose();
    await worker.terminate();
  });

  test('verifies an archive, tells how far it is, and names its report', () =>
    withFolder(async (root) => {
      const archive = await Archive.open(root, sampleIdentity, deps, never);
      const audit = await AuditLog.open(archive.rootPath, deps, never);
      await audit.append(
        'conversationStored',
        { conversationId: 'c1', manifestSha256: 'a' },
        never,
      );
      await archive.createConversationFolder(parseConversationId('c1'), 0);
      const params = { rootPath: root, deepPercent: 100, sampleSeed: 's' };
      const result = await peer.request('verifyArchive', params, never);
      assert.deepEqual([result.conversationCount, result.problemCount], [1, 1]);
      assert.ok((await readdir(join(root, 'reports'))).length === 1);
      assert.deepEqual(notes[0], { doneCount: 1, expectedCount: 1, problemCount: 0 });
      assert.equal((await peer.request('verifyAudit', { rootPath: root }, never)).lineCount, 1);
    }));

  test('brings failures and cancellation back as such', () =>
    withFolder(async (root) => {
      const params = { rootPath: root, deepPercent: 0, sampleSeed: '' };
      await assert.rejects(peer.request('verifyArchive', params, never), (error) =>
        isAppError(error, 'notFound'),
      );
      await assert.rejects(
        peer.request('verifyAudit', { rootPath: root }, AbortSignal.abort()),
        isCancellation,
      );
    }));
}
