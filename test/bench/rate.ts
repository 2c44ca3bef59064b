/**
 * How well two processes share one token's allowance: both sync in the background without pause while people ask for something
 * now and then. The simulator runs in a process of its own with a short window; the reference is a plain retry loop under the
 * same load in the same run. Ratios are against the time that passed, so pauses between windows count as waste.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createFileBudgets } from '../../src/genesys/fileBudget.ts';
import { RateBudget } from '../../src/genesys/rateBudget.ts';
import { RequestWaits } from '../../src/genesys/requestWaits.ts';
import { MemoryBudget, type SharedBudget } from '../../src/genesys/sharedBudget.ts';
import { demoClient } from '../simulator/simulator.ts';
import { median, report } from '../support/measurement.ts';
import type { RateLoad, RateLoadResult } from '../support/rateLoadMain.ts';

const bench = 'rate';
const allowedCount = 300;
const windowMs = 6_000;
const windowCount = 10;
const latencyMs = 5;
const processCount = 2;
const backgroundWorkerCount = 6;
const meanInteractivePauseMs = 400;

interface Outcome {
  readonly allowanceUsedRatio: number;
  readonly refusedCount: number;
  readonly waitP95Requests: number;
  readonly waitP95Ms: number;
  readonly interactiveCount: number;
  readonly failureCount: number;
}

interface LoggedRequest {
  readonly path: string;
  readonly status: number;
  readonly atMs: number;
}

/** A JSON answer of the simulator, trusted as the test's own. */
async function getJson(url: string, init: RequestInit = {}): Promise<any> {
  return (await fetch(url, init)).json();
}

async function startSimulatorProcess(): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../simulator/main.ts'),
      ...['--port', '0', '--conversations', '200', '--latency-ms', String(latencyMs)],
      ...['--rate-window-ms', String(windowMs), '--rate-allowed', String(allowedCount)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/u.exec(line)?.[0];
    if (url !== undefined) {
      return { process: child, url };
    }
  }
  throw new Error('The simulator did not start');
}

/** The token that both processes share, as windows of one sign-in do, and conversations to ask for. */
async function prepare(
  url: string,
): Promise<{ readonly token: string; readonly conversationIds: readonly string[] }> {
  const { access_token: token } = await getJson(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${demoClient.id}:${demoClient.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const nowMs = Date.now();
  const interval = [nowMs - 7 * 86_400_000, nowMs].map((timeMs) => new Date(timeMs).toISOString());
  const page = await getJson(`${url}/api/v2/analytics/conversations/details/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      interval: interval.join('/'),
      paging: { pageNumber: 1, pageSize: 50 },
    }),
  });
  // The load starts with windows and log of its own.
  await fetch(`${url}/control/rate`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ allowed: allowedCount }),
  });
  await fetch(`${url}/control/requests`, { method: 'DELETE' });
  return {
    token,
    conversationIds: page.conversations.map((conversation: any) => conversation.conversationId),
  };
}

/** Runs the load over all windows and looks at what the server saw. */
async function measure(kind: RateLoad['kind']): Promise<Outcome> {
  const simulator = await startSimulatorProcess();
  const budgetFolder = await mkdtemp(join(tmpdir(), 'genesys-rate-'));
  const children: ChildProcess[] = [];
  try {
    const prepared = await prepare(simulator.url);
    const results: Promise<RateLoadResult>[] = [];
    for (let index = 0; index < processCount; index++) {
      const child = fork(join(import.meta.dirname, '../support/rateLoadMain.ts'));
      children.push(child);
      results.push(once(child, 'message').then(([result]) => result as RateLoadResult));
      const load: RateLoad = {
        ...prepared,
        kind,
        apiBaseUrl: simulator.url,
        budgetFolder,
        backgroundWorkerCount,
        meanInteractivePauseMs,
        seed: index + 1,
      };
      child.send(load);
    }
    await sleep((windowCount + 0.5) * windowMs);
    for (const child of children) {
      child.send('stop');
    }
    const loads = await Promise.all(results);
    return summarise(await getJson(`${simulator.url}/control/requests`), loads);
  } finally {
    for (const child of [...children, simulator.process]) {
      child.kill();
    }
    await rm(budgetFolder, { recursive: true, force: true });
  }
}

function summarise(requests: readonly LoggedRequest[], loads: readonly RateLoadResult[]): Outcome {
  const api = requests.filter(({ path }) => path.startsWith('/api/'));
  const startMs = Math.min(...api.map(({ atMs }) => atMs));
  const endMs = startMs + windowCount * windowMs;
  const servedCount = api.filter(({ status, atMs }) => status !== 429 && atMs < endMs).length;
  const backgroundUs = loads.flatMap(({ backgroundStartsUs }) => backgroundStartsUs);
  const interactive = loads.flatMap((load) => load.interactive);
  const overtaken = interactive.map(
    ({ askedUs, startedUs }) =>
      backgroundUs.filter((timeUs) => timeUs > askedUs && timeUs < startedUs).length,
  );
  return {
    allowanceUsedRatio: servedCount / (windowCount * allowedCount),
    refusedCount: api.filter(({ status }) => status === 429).length,
    waitP95Requests: percentile95(overtaken),
    waitP95Ms: percentile95(
      interactive.map(({ askedUs, startedUs }) => (startedUs - askedUs) / 1000),
    ),
    interactiveCount: interactive.length,
    failureCount: loads.reduce((sum, load) => sum + load.failureCount, 0),
  };
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

/** What taking and giving back a place costs one request after another, in milliseconds. */
async function acquireMs(shared: SharedBudget): Promise<number> {
  const budget = new RateBudget({
    shared,
    clock: systemClock,
    waits: new RequestWaits(),
    onTurn: () => undefined,
  });
  const never = new AbortController().signal;
  const durations: number[] = [];
  for (let index = 0; index < 500; index++) {
    const startedMs = performance.now();
    const place = await budget.acquire('interactive', never);
    durations.push(performance.now() - startedMs);
    const headers = {
      'inin-ratelimit-count': '1',
      'inin-ratelimit-allowed': '300',
      'inin-ratelimit-reset': '60',
    };
    place?.answered({ status: 200, headers });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return median(durations);
}

const folderPath = await mkdtemp(join(tmpdir(), 'genesys-rate-'));
const fileMs = await acquireMs(createFileBudgets({ folderPath, log: silentLog })('a-token'));
const memoryMs = await acquireMs(new MemoryBudget());
await rm(folderPath, { recursive: true, force: true });

const client = await measure('budget');
const plain = await measure('plainLoop');
const compared = (metric: string, unit: string, value: number, reference: number): void => {
  report({
    bench,
    metric,
    value,
    unit,
    reference,
    ...(reference !== 0 && { ratio: value / reference }),
  });
};
report({ bench, metric: 'windows', value: windowCount, unit: 'count' });
report({ bench, metric: 'allowance', value: allowedCount, unit: 'count' });
compared('allowanceUsedRatio', 'ratio', client.allowanceUsedRatio, plain.allowanceUsedRatio);
compared('avoidable429Count', 'count', client.refusedCount, plain.refusedCount);
compared('interactiveWaitP95Requests', 'count', client.waitP95Requests, plain.waitP95Requests);
compared('interactiveWaitP95Ms', 'ms', client.waitP95Ms, plain.waitP95Ms);
compared('interactiveCount', 'count', client.interactiveCount, plain.interactiveCount);
compared('failedRequests', 'count', client.failureCount, plain.failureCount);
compared('acquireMedianMs', 'ms', fileMs, memoryMs);
