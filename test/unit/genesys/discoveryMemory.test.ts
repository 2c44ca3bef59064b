import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DiscoveryBench, between, iso } from '../../support/discoveryBench.ts';
import { defaultDiscoveryLimits } from '../../../src/query/planDiscovery.ts';

const measured = 10_000;
const textBytes = 5_000;

suite('memory of a discovery', () => {
  test('does not grow with the number of conversations', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const bench = new DiscoveryBench();
    const from = iso('2026-09-01');
    bench.platform.startsMs = Array.from(
      { length: measured },
      (_, index) => from + Math.floor((index / measured) * 60 * 86_400_000),
    );
    bench.platform.rawJson = () => Buffer.alloc(textBytes, 'x').toString('latin1');
    bench.platform.availableUntilMs = iso('2026-10-20');
    let count = 0;
    const used: number[] = [];
    for await (const page of bench.discover(
      between('2026-09-01', '2026-11-01'),
      undefined,
      undefined,
      { ...defaultDiscoveryLimits, minJobHits: 1500 },
    )) {
      count += page.conversations.length;
      bench.platform.calls.length = 0;
      if (used.length < Math.floor(count / 1000)) {
        gc();
        used.push(process.memoryUsage().heapUsed);
      }
    }
    assert.equal(count, measured);
    const half = used.slice(used.length / 2);
    const growthBytes = (half.at(-1) ?? 0) - (half[0] ?? 0);
    assert.ok(growthBytes < 2_000_000, `${String(growthBytes)} bytes: ${used.join(' ')}`);
  });
});
