/**
 * One process of the rate benchmark: background requests without end and interactive ones now and then, until it is told to stop.
 * By the client with its shared budget, or by a plain retry loop. Started with a `RateLoad` as the first message; answers with
 * a `RateLoadResult`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isCancellation } from '../../src/base/appError.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/event.ts';
import { silentLog } from '../../src/base/log.ts';
import { createFileBudgets } from '../../src/genesys/fileBudget.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { sendHttp, type SendHttp } from '../../src/genesys/httpTransport.ts';
import type { TokenSource, TokenState } from '../../src/genesys/tokenSource.ts';
import { parseConversationId } from '../../src/model/ids.ts';
import { createRandom } from './random.ts';

export interface RateLoad {
  readonly kind: 'budget' | 'plainLoop';
  readonly apiBaseUrl: string;
  readonly token: string;
  readonly budgetFolder: string;
  readonly conversationIds: readonly string[];
  readonly backgroundWorkerCount: number;
  readonly meanInteractivePauseMs: number;
  readonly seed: number;
}

export interface RateLoadResult {
  /**
   * Times of a clock that all processes of the machine share, in microseconds. A request starts when the attempt leaves that
   * is served; attempts that are refused start nothing.
   */
  readonly backgroundStartsUs: readonly number[];
  readonly interactive: readonly { readonly askedUs: number; readonly startedUs: number }[];
  readonly failureCount: number;
}

const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);
const interactivePath = '/api/v2/organizations/me';

/** Sends one request of each kind; rejects when it fails for good. */
interface Sender {
  background(conversationId: string, signal: AbortSignal): Promise<unknown>;
  interactive(signal: AbortSignal): Promise<unknown>;
}

/** Records when requests were asked for and when the attempt left that was served. */
class Recorder {
  readonly backgroundStartsUs: number[] = [];
  readonly interactive: { readonly askedUs: number; readonly startedUs: number }[] = [];
  failureCount = 0;
  private readonly asked: number[] = [];

  ask(): void {
    this.asked.push(nowUs());
  }

  served(url: string, startedUs: number): void {
    if (!url.endsWith(interactivePath)) {
      this.backgroundStartsUs.push(startedUs);
      return;
    }
    const askedUs = this.asked.shift();
    if (askedUs !== undefined) {
      this.interactive.push({ askedUs, startedUs });
    }
  }
}

function createClientSender(load: RateLoad, recorder: Recorder): Sender {
  const tokens: TokenSource = {
    getToken: () => Promise.resolve({ value: load.token, expiresAtMs: Date.now() + 3_600_000 }),
    invalidate: () => {
      throw new Error('The token was refused');
    },
    state: { expiresAtMs: undefined },
    onDidChange: new Emitter<TokenState>().event,
  };
  const http: SendHttp = async (request, signal) => {
    const startedUs = nowUs();
    const answer = await sendHttp(request, signal);
    if (answer.status === 200) {
      recorder.served(request.url, startedUs);
    }
    return answer;
  };
  const client = new GenesysClient({
    apiBaseUrl: load.apiBaseUrl,
    tokens,
    clock: systemClock,
    log: silentLog,
    http,
    budgets: createFileBudgets({ folderPath: load.budgetFolder, log: silentLog }),
  });
  const background = client.background();
  return {
    background: (id, signal) => background.fetchConversation(parseConversationId(id), signal),
    interactive: (signal) => client.fetchOrganisation(signal),
  };
}

/** What one writes without a budget: send, and on 429 wait as long as the answer says. */
function createPlainSender(load: RateLoad, recorder: Recorder): Sender {
  const get = async (path: string, signal: AbortSignal): Promise<unknown> => {
    for (;;) {
      const startedUs = nowUs();
      const answer = await fetch(load.apiBaseUrl + path, {
        headers: { authorization: `Bearer ${load.token}` },
        signal,
      });
      const text = await answer.text();
      if (answer.ok) {
        recorder.served(path, startedUs);
        return JSON.parse(text) as unknown;
      }
      const seconds = Number(answer.headers.get('retry-after') ?? '1');
      await sleep(seconds * 1000, undefined, { signal });
    }
  };
  return {
    background: (id, signal) => get(`/api/v2/analytics/conversations/${id}/details`, signal),
    interactive: (signal) => get(interactivePath, signal),
  };
}

async function run(load: RateLoad, signal: AbortSignal): Promise<RateLoadResult> {
  const recorder = new Recorder();
  const create = load.kind === 'budget' ? createClientSender : createPlainSender;
  const sender = create(load, recorder);
  const random = createRandom(load.seed);
  const until = async (work: () => Promise<unknown>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        recorder.failureCount += isCancellation(error) ? 0 : 1;
      }
    }
  };
  const background = Array.from({ length: load.backgroundWorkerCount }, () =>
    until(() => sender.background(random.pick(load.conversationIds), signal)),
  );
  const pending = new Set<Promise<unknown>>();
  const interactive = until(async () => {
    await sleep(-Math.log(1 - random.next()) * load.meanInteractivePauseMs, undefined, { signal });
    recorder.ask();
    // People do not wait for one answer before they click again.
    const request: Promise<unknown> = sender
      .interactive(signal)
      .catch((error: unknown) => {
        recorder.failureCount += isCancellation(error) ? 0 : 1;
      })
      .finally(() => pending.delete(request));
    pending.add(request);
  });
  await Promise.all([...background, interactive]);
  await Promise.all(pending);
  const { backgroundStartsUs, failureCount } = recorder;
  return { backgroundStartsUs, interactive: recorder.interactive, failureCount };
}

const stop = new AbortController();
process.on('disconnect', () => {
  stop.abort();
});
process.on('message', (message: RateLoad | 'stop') => {
  if (message === 'stop') {
    stop.abort();
    return;
  }
  void run(message, stop.signal).then((result) => {
    process.send?.(result, () => {
      process.disconnect();
    });
  });
});
