import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { isRecord } from '../../../src/base/decode.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ArchiveWorkerClient } from '../../../src/host/archives/archiveWorkerClient.ts';

const never = new AbortController().signal;
const workerPath = join(import.meta.dirname, '../../../src/workers/archiveWorker.ts');

suite('the archive worker as the host sees it', () => {
  let folder = '';
  let client: ArchiveWorkerClient | undefined;

  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'worker-client-'));
  });
  teardown(async () => {
    client?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('answers requests from a real thread', async () => {
    client = new ArchiveWorkerClient(workerPath, silentLog);
    const verified = await client.verifyConversation({ folderPath: folder }, never);
    assert.equal(verified.fileCount, 0);
    assert.match(verified.problems[0]?.problem ?? '', /no manifest/u);
  });

  test('rejects what is pending when the thread dies, and works again with the next request', async () => {
    // Dies on its first start and answers nothing; the second start is the real worker.
    const script = join(folder, 'dying.mjs');
    const mark = join(folder, 'started');
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from 'node:fs';
       if (existsSync(${JSON.stringify(mark)})) { await import(${JSON.stringify(workerPath)}); }
       else { writeFileSync(${JSON.stringify(mark)}, ''); throw new Error('died'); }`,
    );
    client = new ArchiveWorkerClient(script, silentLog);
    await assert.rejects(client.verifyConversation({ folderPath: folder }, never), (error) =>
      isAppError(error, 'network'),
    );
    assert.equal((await client.verifyConversation({ folderPath: folder }, never)).fileCount, 0);
  });

  test('has the thread collect its garbage soon: decoders leave buffers that the collector does not see', async () => {
    const script = join(folder, 'limited.mjs');
    const mark = join(folder, 'limits.json');
    await writeFile(
      script,
      `import { writeFileSync } from 'node:fs';
       import { resourceLimits } from 'node:worker_threads';
       writeFileSync(${JSON.stringify(mark)}, JSON.stringify(resourceLimits));
       await import(${JSON.stringify(workerPath)});`,
    );
    client = new ArchiveWorkerClient(script, silentLog);
    await client.verifyConversation({ folderPath: folder }, never);
    const limits: unknown = JSON.parse(await readFile(mark, 'utf8'));
    assert.equal(isRecord(limits) && limits['maxYoungGenerationSizeMb'], 4);
  });

  test('an aborted request is a cancellation', async () => {
    client = new ArchiveWorkerClient(workerPath, silentLog);
    const controller = new AbortController();
    const asked = client.verifyConversation({ folderPath: folder }, controller.signal);
    controller.abort();
    await assert.rejects(asked, isCancellation);
  });
});
