/** `npm run simulator`: the simulator alone with sample data, until SIGINT or SIGTERM. */
import { parseArgs } from 'node:util';

import { createBulkOrganisation } from './data/bulkOrganisation.ts';
import { createSampleOrganisation } from './data/sampleOrganisation.ts';
import { defaultJobSettings } from './jobs/jobSettings.ts';
import type { SimulatedOrganisation } from './organisation.ts';
import { codeClient, demoClient, startSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4600' },
    conversations: { type: 'string', default: '500' },
    /** `sample`: what a person likes to look at; `plain` and `varied`: any size, see `BulkOptions`. */
    organisation: { type: 'string', default: 'sample' },
    /** Of a recording of `plain` and `varied`. */
    'recording-bytes': { type: 'string', default: '50000' },
    days: { type: 'string', default: '14' },
    /** The organisation's present when the simulator starts, epoch milliseconds; now when it is 0. */
    'now-ms': { type: 'string', default: '0' },
    /** How many times faster than time the organisation's clock runs. */
    'clock-speed': { type: 'string', default: '1' },
    'rate-allowed': { type: 'string', default: '300' },
    'rate-window-ms': { type: 'string', default: '60000' },
    'latency-ms': { type: 'string', default: '0' },
    /** How far asynchronous jobs are behind the present. */
    'job-lag-ms': { type: 'string', default: String(defaultJobSettings.availabilityLagMs) },
    seed: { type: 'string', default: '1' },
    /** One line of JSON in place of the text: what scripts need to know. */
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run simulator -- [options]
  --port 4600                0 for any free port
  --organisation sample      sample: what a person likes to look at; plain, varied: any size, small synthetic recordings
  --conversations 500
  --days 14                  over which conversations are spread
  --seed 1                   the same options give the same organisation
  --now-ms 0                 the organisation's present, epoch milliseconds; 0 for now
  --clock-speed 1            how many times faster than time the organisation's clock runs
  --recording-bytes 50000    of plain and varied
  --job-lag-ms ${String(defaultJobSettings.availabilityLagMs)}      how far asynchronous jobs are behind the present
  --rate-allowed 300 --rate-window-ms 60000 --latency-ms 0
  --json                     one line for scripts: addresses, client and organisation`);
  process.exit();
}

/** @throws Error naming the flag */
function toCount(flag: Exclude<keyof typeof values, 'json' | 'help' | 'organisation'>): number {
  const text = values[flag];
  if (!/^\d{1,15}$/.test(text)) {
    throw new Error(`--${flag} needs a whole number, not ${text}`);
  }
  return Number(text);
}

const beganAtMs = toCount('now-ms') === 0 ? Date.now() : toCount('now-ms');
const startedAtMs = Date.now();
const clockSpeed = toCount('clock-speed');
const shared = {
  seed: toCount('seed'),
  conversationCount: toCount('conversations'),
  nowMs: beganAtMs,
  days: toCount('days'),
};

/** @throws Error for a kind that there is not */
function createOrganisation(): SimulatedOrganisation {
  switch (values.organisation) {
    case 'sample':
      return createSampleOrganisation(shared);
    case 'plain':
    case 'varied':
      return createBulkOrganisation({
        ...shared,
        recordingBytes: toCount('recording-bytes'),
        variety: values.organisation,
      });
    default:
      throw new Error(`--organisation needs sample, plain or varied, not ${values.organisation}`);
  }
}

const organisation = createOrganisation();
const simulator = await startSimulator({
  organisation,
  port: toCount('port'),
  nowMs: () => Math.round(beganAtMs + (Date.now() - startedAtMs) * clockSpeed),
  rateAllowed: toCount('rate-allowed'),
  rateWindowMs: toCount('rate-window-ms'),
  latencyMs: toCount('latency-ms'),
  jobs: { availabilityLagMs: toCount('job-lag-ms') },
});

console.log(
  values.json
    ? JSON.stringify({
        apiBaseUrl: simulator.apiBaseUrl,
        loginBaseUrl: simulator.loginBaseUrl,
        clientId: demoClient.id,
        clientSecret: demoClient.secret,
        organisation: organisation.name,
        organisationId: organisation.id,
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
