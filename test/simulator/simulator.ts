/**
 * A simulated Genesys Cloud organisation behind a real HTTP server, as strict as the platform: login host, API and signed
 * downloads on one port of the loopback interface. It is the judge of the client, so it knows nothing of the product.
 */
import { randomBytes } from 'node:crypto';

import { FaultStore } from './control/faults.ts';
import { RequestLog } from './control/requestLog.ts';
import { SimulatorControl } from './control/simulatorControl.ts';
import { ConversationIndex } from './details/conversationIndex.ts';
import { DetailPages } from './details/detailPages.ts';
import { defaultDetailsLimits, type DetailsLimits } from './details/detailsQuery.ts';
import { simulatedClients, type SimulatedClient } from './identity/clients.ts';
import { RateWindow } from './identity/rateWindow.ts';
import { TokenStore } from './identity/tokenStore.ts';
import { DetailsJobs } from './jobs/detailsJobs.ts';
import type { JobSettings } from './jobs/jobSettings.ts';
import { LinkSigner } from './media/linkSigner.ts';
import { RecordingBatches, type BatchSettings } from './media/recordingBatches.ts';
import { Transcoding } from './media/transcoding.ts';
import type { SimulatedOrganisation } from './organisation.ts';
import { SimulatedClock } from './simulatedClock.ts';
import { SimulatorServer } from './simulatorServer.ts';

export interface SimulatorOptions {
  readonly organisation: SimulatedOrganisation;
  /** Any free port when left out. */
  readonly port?: number;
  readonly rateWindowMs?: number;
  /** Requests a token may make in a window. */
  readonly rateAllowed?: number;
  /** Added to every answer. */
  readonly latencyMs?: number;
  readonly tokenLifeSeconds?: number;
  readonly mediaLinkLifeSeconds?: number;
  /** Epoch milliseconds. */
  readonly nowMs?: () => number;
  /** In place of `simulatedClients`. */
  readonly clients?: readonly SimulatedClient[];
  readonly detailsLimits?: Partial<DetailsLimits>;
  readonly jobs?: Partial<JobSettings>;
  readonly batches?: Partial<BatchSettings>;
  /** What the token endpoint answers to an unknown client: the platform's number is not documented. */
  readonly invalidClientStatus?: 400 | 401;
}

export interface Simulator {
  readonly port: number;
  readonly url: string;
  /** For the client's settings; both are `url`. */
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  readonly control: SimulatorControl;
  /** Closes every connection; stalled answers end. May be called twice. */
  stop(): Promise<void>;
}

const defaults = {
  port: 0,
  rateWindowMs: 60_000,
  rateAllowed: 300,
  latencyMs: 0,
  tokenLifeSeconds: 86_400,
  mediaLinkLifeSeconds: 3600,
  nowMs: Date.now,
  clients: simulatedClients,
  detailsLimits: {},
  jobs: {},
  batches: {},
  invalidClientStatus: 400,
} as const;

/** Rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const settings = { ...defaults, ...options };
  const { organisation } = settings;
  const clock = new SimulatedClock(settings.nowMs);
  const tokens = new TokenStore(clock, settings.tokenLifeSeconds);
  const transcoding = new Transcoding();
  const conversations = new ConversationIndex(organisation);
  const pages = new DetailPages();
  const jobs = new DetailsJobs(clock, conversations, settings.jobs);
  const batches = new RecordingBatches(clock, organisation, settings.batches);
  const controlled = {
    faults: new FaultStore(),
    log: new RequestLog(),
    clock,
    tokens,
    rate: new RateWindow(clock, {
      allowed: settings.rateAllowed,
      windowMs: settings.rateWindowMs,
    }),
    transcoding,
    pages,
    jobs,
    batches,
  };
  const control = new SimulatorControl(controlled, settings.latencyMs);
  const server = new SimulatorServer({
    ...controlled,
    control,
    parts: {
      organisation,
      clock,
      tokens,
      transcoding,
      conversations,
      pages,
      jobs,
      batches,
      detailsLimits: { ...defaultDetailsLimits, ...settings.detailsLimits },
      links: new LinkSigner(clock, randomBytes(32)),
      mediaLinkLifeSeconds: settings.mediaLinkLifeSeconds,
    },
    login: {
      clients: settings.clients,
      tokens,
      organisationName: organisation.name,
      user: personOf(organisation),
      invalidClientStatus: settings.invalidClientStatus,
    },
  });
  const port = await server.listen(settings.port);
  const url = `http://127.0.0.1:${String(port)}`;
  return { port, url, apiBaseUrl: url, loginBaseUrl: url, control, stop: () => server.stop() };
}

/** Whoever signs in on the page is the first active user. */
function personOf({ users }: SimulatedOrganisation): {
  readonly id: string;
  readonly name: string;
} {
  const user = users.find((one) => (one.state ?? 'active') === 'active');
  return { id: user?.id ?? '', name: user?.name ?? '' };
}

export { codeClient, demoClient, narrowCodeClient, restrictedClients } from './identity/clients.ts';
