/** A process that takes places of a shared budget and keeps them until it is killed. */
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { createFileBudgets } from '../../src/genesys/fileBudget.ts';
import { RateBudget } from '../../src/genesys/rateBudget.ts';
import { RequestWaits } from '../../src/genesys/requestWaits.ts';

interface Order {
  readonly folderPath: string;
  readonly token: string;
  readonly count: number;
  /** Without it, waits until it has all. */
  readonly patienceMs?: number;
}

process.on('message', ({ folderPath, token, count, patienceMs }: Order) => {
  const budget = new RateBudget({
    shared: createFileBudgets({ folderPath, log: silentLog })(token),
    clock: systemClock,
    waits: new RequestWaits(),
    onTurn: () => undefined,
  });
  const signal =
    patienceMs === undefined ? new AbortController().signal : AbortSignal.timeout(patienceMs);
  void Promise.allSettled(
    Array.from({ length: count }, () => budget.acquire('interactive', signal)),
  ).then((results) => {
    process.send?.(results.filter(({ status }) => status === 'fulfilled').length);
  });
});
