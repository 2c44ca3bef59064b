import assert from 'node:assert/strict';

import { FaultStore, type Fault } from '../../simulator/control/faults.ts';
import { RateWindow } from '../../simulator/identity/rateWindow.ts';
import { SimulatedClock } from '../../simulator/simulatedClock.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { logIn, send, type Call } from '../../support/simulatorClient.ts';
import {
  conversationId,
  createSmallOrganisation,
  smallNowMs,
} from '../../support/smallOrganisation.ts';

suite('simulator: rate window and control', () => {
  leakCheck();
  let simulator: Simulator;
  let call: Call;

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => smallNowMs,
      rateAllowed: 3,
    });
    call = await logIn(simulator);
  });
  teardown(() => simulator.stop());

  const mediaUri = async (): Promise<string> => {
    const path = `/api/v2/conversations/${conversationId(4)}/recordings?formatId=WAV`;
    return String((await call('GET', path)).json[0].mediaUris['0'].mediaUri);
  };
  const orderFault = async (path: string, fault: Fault): Promise<void> => {
    const answer = await send(`${simulator.url}/control/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ path, fault }),
    });
    assert.equal(answer.status, 200, answer.text);
  };

  test('a window opens with its first request and lasts its whole length', () => {
    let nowMs = 1000;
    const window = new RateWindow(new SimulatedClock(() => nowMs), {
      allowed: 2,
      windowMs: 60_000,
    });
    const first = { count: 1, allowed: 2, resetSeconds: 60, isExceeded: false };
    assert.deepEqual(window.count('a'), first);
    nowMs += 59_999;
    assert.deepEqual(window.count('a'), { ...first, count: 2, resetSeconds: 1 });
    assert.deepEqual(window.count('a'), { ...first, count: 3, resetSeconds: 1, isExceeded: true });
    assert.deepEqual(window.count('b'), first);
    nowMs += 1;
    assert.deepEqual(window.count('a'), first);
  });

  test('the request beyond the allowance is answered 429 with the platform’s body', async () => {
    for (const count of ['1', '2', '3']) {
      const answer = await call('HEAD', '/api/v2/tokens/me');
      assert.deepEqual([answer.status, answer.headers.get('inin-ratelimit-count')], [200, count]);
    }
    simulator.control.advanceClock(18_000);
    const refused = await call('GET', '/api/v2/tokens/me');
    assert.equal(refused.status, 429);
    assert.deepEqual(
      ['retry-after', 'inin-ratelimit-reset', 'inin-ratelimit-allowed', 'inin-ratelimit-count'].map(
        (name) => refused.headers.get(name),
      ),
      ['42', '42', '3', '4'],
    );
    assert.deepEqual(refused.json, {
      message: 'Rate limit exceeded the maximum. Retry the request in [42] seconds',
      code: 'too.many.requests.retry.after',
      status: 429,
      contextId: refused.headers.get('inin-correlation-id'),
      details: [],
      errors: [],
    });
    assert.equal((await (await logIn(simulator))('GET', '/api/v2/tokens/me')).status, 200);
    simulator.control.advanceClock(42_000);
    assert.equal((await call('GET', '/api/v2/tokens/me')).status, 200);
  });

  test('a fault hits as often as ordered, after what it lets pass, and only what it names', async () => {
    simulator.control.setRate({ allowed: 100 });
    simulator.control.addFault({
      method: 'GET',
      path: '/api/v2/tokens/me',
      skip: 1,
      count: 2,
      fault: { kind: 'status', status: 503, code: 'service.unavailable', retryAfter: '1' },
    });
    const statuses: number[] = [];
    for (const path of ['tokens/me', 'tokens/me', 'organizations/me', 'tokens/me', 'tokens/me']) {
      statuses.push((await call('GET', `/api/v2/${path}`)).status);
    }
    assert.deepEqual(statuses, [200, 503, 200, 503, 200]);
    assert.deepEqual(simulator.control.faults(), []);
  });

  test('429 comes with the right, a garbage, or no Retry-After', async () => {
    const seen: (string | null)[] = [];
    const faults: readonly Fault[] = [
      { kind: 'rateLimit' },
      { kind: 'rateLimit', retryAfter: 'soon' },
      { kind: 'rateLimit', retryAfter: null },
    ];
    for (const fault of faults) {
      simulator.control.addFault({ path: '/api/v2/tokens/me', fault });
      seen.push((await call('GET', '/api/v2/tokens/me')).headers.get('retry-after'));
    }
    assert.deepEqual(seen, ['60', 'soon', null]);
  });

  test('media breaks in every way that links break', async () => {
    const url = await mediaUri();
    const whole = '/downloads/*';
    for (const fault of [
      { kind: 'cut', afterBytes: 10 },
      { kind: 'truncate', afterBytes: 10 },
      { kind: 'wrongLength', announcedBytes: 2000 },
    ] as const) {
      await orderFault(whole, fault);
      await assert.rejects(send(url), TypeError, fault.kind);
    }
    await orderFault(whole, { kind: 'stall', afterBytes: 10 });
    const stalled = await fetch(url);
    const reader = stalled.body?.getReader();
    assert.equal((await reader?.read())?.value?.byteLength, 10);
    await reader?.cancel();
    await orderFault(whole, { kind: 'html' });
    assert.match((await send(url)).text, /^<!doctype html>/);
    await orderFault(whole, { kind: 'headerOnlyWav' });
    assert.equal((await send(url)).text.length, 44);
    await orderFault(whole, { kind: 'expiredLink' });
    assert.equal((await send(url)).status, 403);
    await orderFault(whole, { kind: 'redirect' });
    const moved = await send(url);
    assert.equal(moved.status, 302);
    const followed = await send(new URL(moved.headers.get('location') ?? '', url).href);
    assert.equal(followed.status, 200);
    assert.equal((await send(url)).status, 200);
  });

  test('the log counts requests by template and keeps no token', async () => {
    await call('GET', `/api/v2/conversations/${conversationId(4)}/recordings?formatId=NONE`);
    await call('POST', '/api/v2/analytics/conversations/details/query', {});
    const counts = await send(`${simulator.url}/control/counts`);
    assert.deepEqual(counts.json, {
      'POST /oauth/token': 1,
      'GET /api/v2/conversations/{conversationId}/recordings': 1,
      'POST /api/v2/analytics/conversations/details/query': 1,
    });
    const { json, text } = await send(`${simulator.url}/control/requests?method=POST`);
    assert.deepEqual(
      json.map((one: any) => [one.path, one.status, one.hasBearer, one.body]),
      [
        ['/oauth/token', 200, false, ''],
        ['/api/v2/analytics/conversations/details/query', 400, true, '{}'],
      ],
    );
    assert.doesNotMatch(text, /Bearer |Basic |authorization/);
    await send(`${simulator.url}/control/requests`, { method: 'DELETE' });
    assert.deepEqual(simulator.control.requests(), []);
  });

  test('the control routes move clock, rate, latency and tokens, and refuse pages', async () => {
    const order = async (method: string, path: string, body?: object): Promise<number> =>
      (
        await send(`${simulator.url}/control/${path}`, {
          method,
          headers: { 'Content-Type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        })
      ).status;
    assert.equal(await order('POST', 'clock', { advanceMs: 5 }), 200);
    assert.equal(simulator.control.nowMs(), smallNowMs + 5);
    assert.equal(await order('PUT', 'rate', { allowed: 9 }), 204);
    assert.equal(await order('PUT', 'latency', { latencyMs: 1 }), 204);
    const answer = await call('HEAD', '/api/v2/tokens/me');
    assert.equal(answer.headers.get('inin-ratelimit-allowed'), '9');
    assert.equal(await order('DELETE', 'tokens'), 204);
    assert.equal((await call('HEAD', '/api/v2/tokens/me')).status, 401);
    assert.equal(await order('PUT', 'rate', { allowance: 9 }), 400);
    assert.equal(await order('POST', 'faults', { path: '*', fault: { kind: 'cut' } }), 400);
    const page = await send(`${simulator.url}/control/clock`, { headers: { Origin: 'http://x' } });
    assert.equal(page.status, 403);
  });

  test('a byte is changed under the right length, and a body trickles', async () => {
    simulator.control.setRate({ allowed: 100 });
    const uri = await mediaUri();
    const right = await fetch(uri).then((answer) => answer.bytes());
    await orderFault('/downloads/*', { kind: 'corrupt', atByte: 10 });
    const wrong = await fetch(uri).then((answer) => answer.bytes());
    const different = [...right.keys()].filter((index) => right[index] !== wrong[index]);
    assert.deepEqual([wrong.length, different], [right.length, [10]]);
    await orderFault('/downloads/*', { kind: 'slow', bytesPerSecond: 20_000 });
    assert.deepEqual(await fetch(uri).then((answer) => answer.bytes()), right);
  });

  test('a share of requests is hit, the same one for the same seed, and a retry is a new throw', () => {
    const hits = (seed: number): readonly boolean[] => {
      const store = new FaultStore();
      store.add({ path: '/a/*', count: null, share: 0.3, seed, fault: { kind: 'html' } });
      return Array.from(
        { length: 400 },
        (_, index) => store.take('GET', `/a/${String(index % 100)}`, undefined) !== undefined,
      );
    };
    const first = hits(1);
    assert.deepEqual(hits(1), first);
    assert.notDeepEqual(hits(2), first);
    const hitCount = first.filter(Boolean).length;
    assert.ok(hitCount > 80 && hitCount < 160, String(hitCount));
    assert.notDeepEqual(first.slice(0, 100), first.slice(100, 200));
  });
});
