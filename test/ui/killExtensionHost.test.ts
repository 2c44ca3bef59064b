/** The real extension host killed in the middle of a download: nothing broken under a final name, and the rerun completes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { demoEnvironment, writeWorkspace } from '../../scripts/demo.mjs';
import { packDemoCompanion, packProduct } from '../../scripts/vsix.mjs';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { extensionHostIds } from '../support/extensionHostProcess.ts';
import * as job from '../support/mainJob.ts';
import { soundOfPlatform } from '../support/platformSound.ts';
import { realCallId } from '../support/realCall.ts';
import { Workbench } from '../support/workbench.ts';

suite('extension host killed during a download', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-kill-'));
  const workspace = join(folder, 'workspace');
  const archive = join(workspace, 'genesys-archive');
  const signal = new AbortController().signal;
  let simulator: Simulator;
  let workbench: Workbench;

  suiteSetup(async () => {
    const nowMs = Date.now();
    const organisation = createSampleOrganisation({ seed: 1, conversationCount: 50, nowMs });
    simulator = await startSimulator({ organisation });
    const { apiBaseUrl, loginBaseUrl } = simulator;
    const demo = { apiBaseUrl, loginBaseUrl, clientId: demoClient.id };
    mkdirSync(workspace);
    writeWorkspace(workspace, demo);
    workbench = await Workbench.launch({
      vsixFiles: [await packProduct(join(folder, 'product.vsix')), await packDemoCompanion()],
      env: demoEnvironment({ ...demo, clientSecret: demoClient.secret }),
      folder: workspace,
    });
  });

  suiteTeardown(async () => {
    await workbench.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every file under a final name holds what the platform gives out, or is a whole gzip of JSON, or a whole manifest. */
  function checkFinalNames(sound: ReadonlyMap<string, string>): readonly string[] {
    const files = globSync('conversations/*/*/*/*/**/*.*', { cwd: archive }).filter(
      (path) => !path.endsWith('.partial'),
    );
    for (const path of files) {
      const bytes = readFileSync(join(archive, path));
      const inConversation = path.split('/').slice(5).join('/');
      if (path.endsWith('.wav')) {
        const hash = createHash('sha256').update(bytes).digest('hex');
        assert.equal(hash, sound.get(inConversation), path);
      } else if (path.endsWith('.json.gz')) {
        JSON.parse(gunzipSync(bytes).toString());
      } else if (path.endsWith('.json')) {
        JSON.parse(bytes.toString());
      }
    }
    return files;
  }

  test('leaves only whole files under final names, and the rerun completes', async () => {
    await job.waitForSignIn(workbench, 'Example Contact Centre');
    await job.listConversations(workbench, realCallId);
    const sound = await soundOfPlatform(simulator, realCallId);
    assert.equal(sound.size, 2);
    const stall = simulator.control.addFault({
      path: '/downloads/MediaCache/*',
      count: null,
      fault: { kind: 'stall', afterBytes: 200_000 },
    });
    await workbench.chooseFromContextMenu(
      job.conversationRow(workbench, realCallId),
      'Download Conversation',
    );
    const deadlineMs = Date.now() + 60_000;
    // The recording's object is there, its sound stalls: nothing of it can be finished.
    while (globSync('conversations/*/*/*/*/recordings/*.json.gz', { cwd: archive }).length === 0) {
      assert.ok(Date.now() < deadlineMs, 'no download has begun');
      await delay(50);
    }

    const [hostId, ...others] = await extensionHostIds(workbench.server.processId);
    assert.ok(hostId !== undefined, 'there is no extension host');
    assert.deepEqual(others, []);
    process.kill(hostId, 'SIGKILL');
    while (existsSync(`/proc/${String(hostId)}`)) {
      assert.ok(Date.now() < deadlineMs, 'the extension host outlives SIGKILL');
      await delay(20);
    }

    const before = checkFinalNames(sound);
    assert.equal(before.filter((path) => path.endsWith('.wav')).length, 0);
    for (const manifest of before.filter((path) => path.endsWith('/manifest.json'))) {
      const { problems } = await verifyConversation(dirname(join(archive, manifest)), signal);
      assert.deepEqual(problems, []);
    }

    simulator.control.removeFault(stall);
    // VS Code starts a host that has crashed again by itself, or offers it; a new window has a new one in any case.
    await workbench.reloadInBrowser();
    await job.waitForSignIn(workbench, 'Example Contact Centre');
    await job.listConversations(workbench, realCallId);
    const { folder: downloaded } = await job.downloadConversation(workbench, realCallId, archive);
    const { fileCount, problems } = await verifyConversation(downloaded, signal);
    assert.deepEqual(problems, []);
    assert.equal(fileCount, 6);
    const after = checkFinalNames(sound);
    assert.equal(after.filter((path) => path.endsWith('.wav')).length, 2);
  });
});
