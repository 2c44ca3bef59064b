import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SyncSnapshot } from '../../src/archive/sync/syncSnapshot.ts';
import type { FaultRule } from '../simulator/control/faults.ts';
import { withFolder } from '../support/archivedSample.ts';
import {
  ChaosBench,
  conversationsOf,
  differences,
  lastingDifferences,
  readContents,
  tellManifests,
} from '../support/chaosBench.ts';
import { chaosSize } from '../support/chaosSize.ts';
import { createRandom } from '../support/random.ts';
import { runSync } from '../support/runSync.ts';
import type { SyncMainOptions } from '../support/syncMain.ts';

const media = '/downloads/*';
const api = '/api/v2/*';
/** Each failure of a whole run is as unlikely as its faults; so many in a row mean that it does not get on. */
const maxResumes = 12;

/** Each hits its share of the requests, a retry being a new throw. */
function faultRules(seed: number, isWhole: boolean): readonly FaultRule[] {
  const rules: readonly Omit<FaultRule, 'count' | 'seed'>[] = [
    { path: media, share: 0.06, fault: { kind: 'cut', afterBytes: 3000 } },
    { path: media, share: 0.06, fault: { kind: 'truncate', afterBytes: 3000 } },
    { path: media, share: 0.06, fault: { kind: 'corrupt', atByte: 5000 } },
    { path: media, share: 0.06, fault: { kind: 'expiredLink' } },
    { path: media, share: 0.04, fault: { kind: 'status', status: 500 } },
    { path: media, share: 0.04, fault: { kind: 'html' } },
    { path: media, share: 0.04, fault: { kind: 'headerOnlyWav' } },
    { path: api, share: 0.02, fault: { kind: 'rateLimit', retryAfter: '2' } },
    { path: api, share: 0.02, fault: { kind: 'rateLimit', retryAfter: null } },
    { path: api, share: 0.02, fault: { kind: 'rateLimit', retryAfter: 'soon' } },
    { path: api, share: 0.02, fault: { kind: 'status', status: 500 } },
    { path: api, share: 0.02, fault: { kind: 'status', status: 502 } },
    { path: api, share: 0.02, fault: { kind: 'status', status: 503, retryAfter: '1' } },
    { path: api, share: 0.02, fault: { kind: 'status', status: 504 } },
    { path: api, share: 0.01, fault: { kind: 'status', status: 401 } },
    { path: api, share: 0.02, fault: { kind: 'cut', afterBytes: 20 } },
    { path: api, share: 0.01, fault: { kind: 'html' } },
  ];
  const stalls: readonly FaultRule[] = [media, api].map((path) => ({
    path,
    skip: 30,
    count: 2,
    fault: { kind: 'stall', afterBytes: 10 },
  }));
  const shared = rules.map((rule, index) => ({ ...rule, count: null, seed: seed + index }));
  return [...(isWhole ? stalls : []), ...shared];
}

/** As a person does who reads why it stopped. @throws AssertionError when it stops without a reason, or for ever */
async function resumeUntilDone(options: SyncMainOptions): Promise<{
  readonly syncId: string | undefined;
  readonly snapshot: SyncSnapshot;
  readonly failures: readonly string[];
}> {
  const failures: string[] = [];
  let syncId: string | undefined;
  for (;;) {
    const end = await runSync({ ...options, syncId });
    assert.ok(end.result !== undefined);
    const { snapshot } = end.result;
    syncId = end.syncId;
    if (snapshot.phase === 'finished') {
      return { syncId, snapshot, failures };
    }
    const { code, message } = snapshot.failure ?? {};
    failures.push(`${code ?? 'no reason'}: ${message ?? ''}`);
    const mayPass = ['auth', 'network', 'remote', 'rateLimited', 'protocol'];
    assert.ok(mayPass.includes(code ?? '') && failures.length < maxResumes, failures.join('\n'));
  }
}

suite('a sync from a platform and a storage that fail all the time', () => {
  const { conversationCount, isWhole } = chaosSize();

  test('ends with the archive of an undisturbed one, or says of each conversation why not', () =>
    withFolder(async (base) => {
      const random = createRandom();
      const bench = await ChaosBench.start(conversationCount);
      try {
        const whole = bench.optionsIn(join(base, 'whole'));
        const undisturbed = await runSync(whole);
        assert.equal(undisturbed.result?.snapshot.phase, 'finished');
        const expected = await readContents(whole.rootPath, 'undisturbed');

        for (const rule of faultRules(random.integer(1_000_000), isWhole)) {
          await bench.control('POST', 'faults', rule);
        }
        const faulty = bench.optionsIn(join(base, 'faulty'));
        const revoking = new AbortController();
        const revoked = bench.revokeTokensEvery(700, revoking.signal);
        const { syncId, snapshot, failures } = await resumeUntilDone(faulty).finally(async () => {
          revoking.abort();
          await revoked;
        });
        const { endedCount, waitingCount, reasonCounts } = snapshot;
        const label = `${random.label}, ended ${String(endedCount)}, waiting ${String(waitingCount)}: ${JSON.stringify(reasonCounts)}`;
        process.stdout.write(
          `faults everywhere, ${[label, ...failures].join('\n  resumed after: ')}\n`,
        );
        await bench.assertSound(faulty.rootPath, label);

        // What is missing has its reason, and comes when the platform works again.
        const missing = differences(await readContents(faulty.rootPath, label), expected);
        assert.ok(
          conversationsOf(missing).size <= endedCount + waitingCount,
          `${label} ${missing.join(' ')}`,
        );
        await bench.control('DELETE', 'faults');
        const mended = await runSync({ ...faulty, syncId, retriesEnded: true });
        assert.equal(mended.result?.snapshot.phase, 'finished', label);
        const left = lastingDifferences(await readContents(faulty.rootPath, label), expected);
        const told = await tellManifests([faulty.rootPath, whole.rootPath], left);
        assert.deepEqual(left, [], `${label}\n${told}`);
        await bench.assertSound(faulty.rootPath, label);
      } finally {
        await bench.stop();
      }
    })).timeout(900_000);
});
