import assert from 'node:assert/strict';
import {
  toStatusText,
  type SignedInFacts,
  type StatusText,
} from '../../../../src/host/statusBar/statusText.ts';
import type { RequestWait, WaitReason } from '../../../../src/genesys/genesysApi.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { plainLocaliser } from '../../../support/plainLocaliser.ts';

const clock = new FakeClock();
const minuteMs = 60_000;
const noRate = {
  usedCount: undefined,
  allowedCount: undefined,
  resetAtMs: undefined,
  waitingUntilMs: undefined,
  waits: [],
};

function render(facts: Partial<SignedInFacts>, afterMs = 0): StatusText {
  return toStatusText(
    {
      kind: 'signedIn',
      organisationName: 'Acme',
      region: 'mypurecloud.de',
      clientId: 'client-1',
      rate: noRate,
      tokenExpiresAtMs: undefined,
      activeTransferCount: 0,
      isOffline: false,
      ...facts,
    },
    clock.nowMs() + afterMs,
    plainLocaliser,
  );
}

suite('status text', () => {
  test('offers to sign in, and never changes by itself then', () => {
    const { text, nextChangeMs } = toStatusText({ kind: 'signedOut' }, 0, plainLocaliser);
    assert.equal(text, '$(sign-in) Genesys Cloud: Sign In');
    assert.equal(nextChangeMs, undefined);
    assert.equal(
      toStatusText({ kind: 'signingIn' }, 0, plainLocaliser).text,
      '$(sync~spin) Genesys Cloud: Signing In…',
    );
  });

  test('shows only the organisation when idle, without a timer', () => {
    const { text, nextChangeMs } = render({});
    assert.equal(text, '$(cloud) Acme');
    assert.equal(nextChangeMs, undefined);
  });

  test('shows calls used of allowed and the life of the token, spoken in words', () => {
    const now = clock.nowMs();
    const status = render({
      rate: { ...noRate, usedCount: 43, allowedCount: 300, resetAtMs: now + 20_000 },
      tokenExpiresAtMs: now + 58 * minuteMs + 30_000,
      activeTransferCount: 2,
    });
    assert.equal(status.text, '$(cloud) Acme · 43/300 · 58m · $(cloud-download) 2');
    assert.equal(
      status.accessibleLabel,
      'Genesys Cloud, Acme, 43 of 300 calls used, token valid for 58 minutes, 2 transfers running',
    );
    assert.equal(status.nextChangeMs, now + 20_000);
  });

  test('drops the calls when their window is over', () => {
    const rate = {
      ...noRate,
      usedCount: 43,
      allowedCount: 300,
      resetAtMs: clock.nowMs() + 20_000,
    };
    assert.equal(render({ rate }, 20_000).text, '$(cloud) Acme');
  });

  test('counts down the wait for the rate limit, once a second', () => {
    const waitingUntilMs = clock.nowMs() + 2_500;
    const rate = {
      ...noRate,
      usedCount: 300,
      allowedCount: 300,
      resetAtMs: waitingUntilMs,
      waitingUntilMs,
      waits: [{ reason: 'rateLimit' as const, untilMs: waitingUntilMs, count: 1 }],
    };
    const first = render({ rate });
    assert.equal(first.text, '$(loading~spin) Acme · waiting 3 s for the rate limit');
    assert.equal(first.nextChangeMs, clock.nowMs() + 500);
    assert.equal(
      render({ rate }, 500).text,
      '$(loading~spin) Acme · waiting 2 s for the rate limit',
    );
    assert.equal(render({ rate }, 2_500).text, '$(cloud) Acme');
  });

  test('says of each wait why it is, the longest in the bar and all in the tooltip', () => {
    const nowMs = clock.nowMs();
    const wait = (reason: WaitReason, seconds: number): RequestWait => ({
      reason,
      untilMs: nowMs + seconds * 1000,
      count: 2,
    });
    const spoken = (['rateLimit', 'retryAfter', 'backoff', 'circuitOpen'] as const).map(
      (reason) =>
        render({ rate: { ...noRate, waits: [wait('backoff', 1), wait(reason, 9)] } }).text.split(
          ' · ',
        )[1],
    );
    assert.deepEqual(spoken, [
      'waiting 9 s for the rate limit',
      'waiting 9 s as Genesys Cloud asks',
      'trying again in 9 s',
      'Genesys Cloud fails, next try in 9 s',
    ]);
    const { tooltip } = render({
      rate: {
        ...noRate,
        waits: [wait('backoff', 1), wait('rateLimit', 9), wait('circuitOpen', 0)],
      },
    });
    assert.equal(tooltip.match(/\*\*Waiting\*\*/gu)?.length, 2);
    assert.match(tooltip, /the calls of this minute are used up[^]*an attempt failed/u);
  });

  test('shows that Genesys Cloud does not answer, without a timer, until it does', () => {
    const { text, tooltip, accessibleLabel, nextChangeMs } = render({ isOffline: true });
    assert.equal(text, '$(debug-disconnect) Acme · offline');
    assert.match(tooltip, /the last request was not answered/u);
    assert.equal(accessibleLabel, 'Genesys Cloud, Acme, offline, Genesys Cloud did not answer');
    assert.equal(nextChangeMs, undefined);
  });

  for (const [leftMs, shown] of [
    [24 * 60 * minuteMs, '24h'],
    [120 * minuteMs, '2h'],
    [120 * minuteMs - 1, '119m'],
    [minuteMs, '1m'],
    [minuteMs - 1, '<1m'],
  ] as const) {
    test(`shows a token life of ${String(leftMs)} ms as ${shown}`, () => {
      const status = render({ tokenExpiresAtMs: clock.nowMs() + leftMs });
      assert.equal(status.text, `$(cloud) Acme · ${shown}`);
    });
  }

  test('says the moment of its next change exactly: the text is the same just before, another one then', () => {
    const tokenExpiresAtMs = clock.nowMs() + 3 * 60 * minuteMs + 1;
    let afterMs = 0;
    let status = render({ tokenExpiresAtMs });
    const seen = [status.text];
    while (status.nextChangeMs !== undefined) {
      const changeAfterMs = status.nextChangeMs - clock.nowMs();
      assert.ok(changeAfterMs > afterMs);
      assert.equal(render({ tokenExpiresAtMs }, changeAfterMs - 1).text, status.text);
      status = render({ tokenExpiresAtMs }, changeAfterMs);
      assert.notEqual(status.text, seen.at(-1));
      seen.push(status.text);
      afterMs = changeAfterMs;
    }
    assert.deepEqual(
      seen.slice(0, 3),
      ['3h', '2h', '119m'].map((life) => `$(cloud) Acme · ${life}`),
    );
    assert.equal(seen.length, 2 + 119 + 2);
  });

  test('disarms icons, markup and control characters in names, and shortens long ones', () => {
    const organisationName = '$(flame)\u202e[x](command:quit)|<b>\nlong long long name';
    const { text, tooltip } = render({ organisationName });
    assert.equal(text, '$(cloud) $ (flame) [x](command:q…');
    assert.ok(tooltip.includes('\\$\\(flame\\) \\[x\\]\\(command:quit\\)\\|\\<b\\> long'), tooltip);
    assert.equal(tooltip.split('\n').length, 8);
  });
});
