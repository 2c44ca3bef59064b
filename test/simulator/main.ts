/** `npm run simulator`: the simulator alone with sample data, until SIGINT or SIGTERM. */
import { parseArgs } from 'node:util';

import { createSampleOrganisation } from './data/sampleOrganisation.ts';
import { codeClient, demoClient, startSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4600' },
    conversations: { type: 'string', default: '500' },
    'rate-allowed': { type: 'string', default: '300' },
    'rate-window-ms': { type: 'string', default: '60000' },
    'latency-ms': { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    /** One line of JSON in place of the text: what scripts need to know. */
    json: { type: 'boolean', default: false },
  },
});

/** @throws Error naming the flag */
function toCount(flag: Exclude<keyof typeof values, 'json'>): number {
  const text = values[flag];
  if (!/^\d{1,9}$/.test(text)) {
    throw new Error(`--${flag} needs a whole number, not ${text}`);
  }
  return Number(text);
}

const organisation = createSampleOrganisation({
  seed: toCount('seed'),
  conversationCount: toCount('conversations'),
  nowMs: Date.now(),
});
const simulator = await startSimulator({
  organisation,
  port: toCount('port'),
  rateAllowed: toCount('rate-allowed'),
  rateWindowMs: toCount('rate-window-ms'),
  latencyMs: toCount('latency-ms'),
});

console.log(
  values.json
    ? JSON.stringify({
        apiBaseUrl: simulator.apiBaseUrl,
        loginBaseUrl: simulator.loginBaseUrl,
        clientId: demoClient.id,
        clientSecret: demoClient.secret,
        organisation: organisation.name,
      })
    : `Simulated Genesys Cloud at ${simulator.url}
  client id      ${demoClient.id}
  client secret  ${demoClient.secret}
  PKCE client id ${codeClient.id} (redirect http://localhost, any port)
Connect: set genesysArchive.apiBaseUrl and genesysArchive.loginBaseUrl to the address above and sign in.
Faults and request log: ${simulator.url}/control/ (see test/simulator/control/controlRoutes.ts). Ctrl+C stops it.`,
);

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    void simulator.stop();
  });
}
