import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import type { ManifestFile } from '../../src/archive/manifest.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { systemClock as clock } from '../../src/base/clock.ts';
import { silentLog as log } from '../../src/base/log.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient } from '../simulator/identity/clients.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { sampleIdentity, withFolder } from '../support/archivedSample.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { createRandom } from '../support/random.ts';
import { runSync } from '../support/runSync.ts';
import type { SyncMainOptions } from '../support/syncMain.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

suite('a sync against the simulator', () => {
  leakCheck();
  const organisation = createSampleOrganisation({
    seed: 11,
    conversationCount: 24,
    nowMs: Date.now(),
  });
  let simulator: Simulator;
  setup(async () => {
    simulator = await startSimulator({ organisation, rateAllowed: 100_000 });
  });
  teardown(async () => {
    await simulator.stop();
  });

  const optionsIn = (rootPath: string): SyncMainOptions => {
    const starts = organisation.conversations.map(({ detail }) =>
      Date.parse(detail.conversationStart ?? ''),
    );
    return {
      apiBaseUrl: simulator.apiBaseUrl,
      loginBaseUrl: simulator.loginBaseUrl,
      clientId: demoClient.id,
      clientSecret: demoClient.secret,
      organisationId: organisation.id,
      region: sampleIdentity.region,
      rootPath,
      startMs: Math.min(...starts) - dayMs,
      endMs: Date.now(),
      options: { firstPollMs: 50, longestPollMs: 500, retryPauseMs: 200, patienceMs: 2_000 },
    };
  };

  const archivedIn = async (rootPath: string): Promise<ReadonlyMap<string, readonly string[]>> => {
    const archive = await Archive.open(rootPath, undefined, { clock, log }, never);
    const found = new Map<string, readonly string[]>();
    for await (const { conversationId, folderPath } of archive.list(never)) {
      assert.deepEqual((await verifyConversation(folderPath, never)).problems, []);
      const names = await readdir(folderPath, { recursive: true });
      assert.ok(!names.some((name) => name.includes('.partial')), names.join(' '));
      const { manifest } = await archive.read(folderPath, never);
      // The ids of holds in recording objects change with every request.
      const describe = ({ path, contentSha256 }: ManifestFile): string =>
        /^recordings\/.*\.json\.gz$/u.test(path) ? path : `${path} ${contentSha256}`;
      found.set(conversationId, manifest.files.map(describe).sort());
    }
    return found;
  };

  test('brings every conversation of the interval; killed and resumed, it ends the same', () =>
    withFolder(async (base) => {
      const random = createRandom();
      const whole = await runSync(optionsIn(join(base, 'whole')));
      assert.equal(whole.result?.snapshot.phase, 'finished');
      const { snapshot, markCount } = whole.result;
      const expected = await archivedIn(join(base, 'whole'));
      const wanted = organisation.conversations.map(({ detail }) => detail.conversationId ?? '');
      assert.deepEqual([...expected.keys()].sort(), wanted.sort());
      assert.equal(snapshot.foundCount, wanted.length);
      assert.equal(snapshot.queuedCount, 0);
      assert.ok(snapshot.recordingCount > 10, String(snapshot.recordingCount));
      assert.ok(snapshot.calls.batchesMade > 0);

      let options = optionsIn(join(base, 'killed'));
      for (let kill = 0; kill < 2; kill++) {
        const killAtMark = 1 + random.integer(Math.floor(markCount * 0.6));
        const { syncId, result } = await runSync({ ...options, killAtMark });
        options = { ...options, syncId: syncId ?? options.syncId };
        if (result !== undefined) {
          break;
        }
      }
      const resumed = await runSync(options);
      assert.equal(resumed.result?.snapshot.phase, 'finished', random.label);
      assert.deepEqual(
        [...(await archivedIn(join(base, 'killed')))].sort(),
        [...expected].sort(),
        random.label,
      );
    })).timeout(240_000);
});
