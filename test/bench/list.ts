/**
 * What the first page of the Conversations view costs: 100 of 10 000 conversations with names, from a server that takes 50 ms an
 * answer. Through the view's own list and the real client; the reference is the same requests by bare `fetch`, one after another.
 */
import { silentLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ConversationPager } from '../../src/genesys/conversationPager.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import { ConversationList } from '../../src/host/conversations/conversationList.ts';
import { toInterval } from '../../src/host/conversations/intervals.ts';
import { noFilters, toDetailsQuery } from '../../src/query/conversationQuery.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient, startSimulator, type Simulator } from '../simulator/simulator.ts';
import { median, report } from '../support/measurement.ts';

const conversationCount = 10_000;
const latencyMs = 50;
const pageSize = 100;
const runCount = 5;

const nowMs = Date.now();
const organisation = createSampleOrganisation({ seed: 7, conversationCount, nowMs, days: 7 });
const query = {
  interval: toInterval({ kind: 'preset', preset: 'last7Days' }, nowMs),
  filters: noFilters,
};

/** One first page with a client that has never asked anything: sign-in, query, names. */
async function firstPage(simulator: Simulator): Promise<{ durationMs: number; count: number }> {
  const api = new GenesysClient({
    apiBaseUrl: simulator.apiBaseUrl,
    tokens: new ClientCredentialsTokenSource({
      loginBaseUrl: simulator.loginBaseUrl,
      clientId: demoClient.id,
      clientSecret: demoClient.secret,
      clock: systemClock,
    }),
    clock: systemClock,
    log: silentLog,
  });
  const list = new ConversationList();
  const startedMs = performance.now();
  await list.refresh(
    {
      open: (wanted) => new ConversationPager({ api, query: wanted, pageSize }),
      names: api.names,
    },
    query,
  );
  if (list.current.status !== 'ready') {
    throw new Error('The first page failed', { cause: list.current.error });
  }
  return { durationMs: performance.now() - startedMs, count: list.current.conversations.length };
}

/** The same calls without a client: what the network and the server take. */
async function bareRequests(simulator: Simulator): Promise<number> {
  const startedMs = performance.now();
  const token = await bare(`${simulator.loginBaseUrl}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${demoClient.id}:${demoClient.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const headers = {
    authorization: `Bearer ${String(token.access_token)}`,
    'content-type': 'application/json',
  };
  const page = await bare(`${simulator.apiBaseUrl}/api/v2/analytics/conversations/details/query`, {
    method: 'POST',
    headers,
    body: JSON.stringify(toDetailsQuery(query, { pageNumber: 1, pageSize })),
  });
  if (page.conversations.length !== pageSize) {
    throw new Error('The reference got another page');
  }
  for (const path of [
    'routing/queues?pageSize=100',
    'users?pageSize=100',
    'routing/wrapupcodes?pageSize=100',
  ]) {
    await fetch(`${simulator.apiBaseUrl}/api/v2/${path}`, { headers }).then((answer) =>
      answer.text(),
    );
  }
  return performance.now() - startedMs;
}

/** One request of the reference; its answer is read to the end. */
async function bare(url: string, init: RequestInit): Promise<any> {
  return (await fetch(url, init)).json();
}

const simulator = await startSimulator({ organisation, latencyMs, rateAllowed: 10_000 });
try {
  // The first use loads axios and warms the server: people feel it, so the first run is reported too.
  const cold = await firstPage(simulator);
  const paths = simulator.control.requests().map(({ path }) => path);
  const detailsQueries = paths.filter((path) => path.endsWith('/details/query')).length;
  const lookupCalls = paths.filter((path) =>
    /\/api\/v2\/(?:routing\/|users|authorization\/divisions)/u.test(path),
  ).length;
  const warm: number[] = [];
  const reference: number[] = [];
  for (let run = 0; run < runCount; run++) {
    warm.push((await firstPage(simulator)).durationMs);
    reference.push(await bareRequests(simulator));
  }
  const bench = 'list';
  const referenceMs = median(reference);
  const compared = (value: number): { value: number; reference: number; ratio: number } => ({
    value,
    reference: referenceMs,
    ratio: value / referenceMs,
  });
  report({ bench, metric: 'conversationsShown', value: cold.count, unit: 'count' });
  report({ bench, metric: 'detailsQueries', value: detailsQueries, unit: 'count' });
  report({ bench, metric: 'lookupCalls', value: lookupCalls, unit: 'count' });
  report({ bench, metric: 'firstPageMs', unit: 'ms', ...compared(cold.durationMs) });
  report({ bench, metric: 'warmFirstPageMs', unit: 'ms', ...compared(median(warm)) });
} finally {
  await simulator.stop();
}
