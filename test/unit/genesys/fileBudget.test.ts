import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, utimesSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createFileBudgets } from '../../../src/genesys/fileBudget.ts';
import { RateBudget, type Place } from '../../../src/genesys/rateBudget.ts';
import { RequestWaits } from '../../../src/genesys/requestWaits.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const token = 'a-secret-token';
const holderPath = join(import.meta.dirname, '../../support/budgetHolderMain.ts');

suite('FileBudget', () => {
  leakCheck();
  let folderPath: string;
  setup(async () => {
    folderPath = join(await mkdtemp(join(tmpdir(), 'genesys-budget-')), 'budget');
  });
  teardown(async () => {
    await rm(join(folderPath, '..'), { recursive: true, force: true });
  });

  const open = (): RateBudget =>
    new RateBudget({
      shared: createFileBudgets({ folderPath, log: silentLog })(token),
      clock: systemClock,
      waits: new RequestWaits(),
      onTurn: () => undefined,
    });
  const acquire = async (budget: RateBudget, waitMs: number): Promise<Place | undefined> =>
    budget.acquire('interactive', AbortSignal.timeout(waitMs)).catch(() => undefined);
  const told = (count: number, allowed: number, reset: number) => ({
    status: 200,
    headers: {
      'inin-ratelimit-count': String(count),
      'inin-ratelimit-allowed': String(allowed),
      'inin-ratelimit-reset': String(reset),
    },
  });
  /** What was given back is written by then. */
  const settle = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  const fileOf = async (extension: string): Promise<string> => {
    const name = (await readdir(folderPath)).find((one) => one.endsWith('.json')) ?? '';
    return join(folderPath, name.replace('.json', extension));
  };
  const learn = async (budget: RateBudget, count: number, allowed: number): Promise<void> => {
    (await budget.acquire('interactive', never))?.answered(told(count, allowed, 60));
    await settle();
  };

  test('what one learns the other knows; the token is written nowhere', async () => {
    const [one, two] = [open(), open()];
    await learn(one, 299, 300);
    const last = await acquire(two, 500);
    assert.ok(last, 'one is left');
    assert.equal(await acquire(one, 50), undefined, 'and that one is taken');
    last.unsent();
    const names = await readdir(folderPath);
    assert.equal(names.length, 1, names.join());
    assert.match(names[0] ?? '', /^[0-9a-f]{40}\.json$/u);
    const text = await readFile(await fileOf('.json'), 'utf8');
    assert.ok(!text.includes(token));
    if (process.platform !== 'win32') {
      assert.equal((await stat(await fileOf('.json'))).mode & 0o777, 0o600);
    }
  });

  test('starts over when the file is corrupt', async () => {
    await learn(open(), 300, 300);
    for (const text of [
      '',
      '{',
      '{"version":1}',
      '{"version":9,"members":{}}',
      '\u0000'.repeat(9),
    ]) {
      await writeFile(await fileOf('.json'), text);
      const place = await acquire(open(), 500);
      assert.ok(place, text);
      place.unsent();
    }
  });

  test('takes over the lock of a process that was killed, at once or after a second', async () => {
    await learn(open(), 1, 300);
    const lockPath = await fileOf('.lock');
    const child = fork(holderPath, { stdio: 'ignore' });
    const pid = String(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await writeFile(lockPath, `${pid}-0`);
    const startMs = performance.now();
    (await acquire(open(), 5_000))?.unsent();
    assert.ok(performance.now() - startMs < 900, 'its process is gone');
    await settle();
    await writeFile(lockPath, '');
    const agedSeconds = Date.now() / 1000 - 2;
    utimesSync(lockPath, agedSeconds, agedSeconds);
    const place = await acquire(open(), 5_000);
    assert.ok(place, 'killed before it wrote its name');
    place.unsent();
    await settle();
    assert.equal(existsSync(lockPath), false);
  });

  test('a process killed with all places taken gives them back within one window', async () => {
    const budget = open();
    await learn(budget, 295, 300);
    const child = fork(holderPath, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send({ folderPath, token, count: 5 });
    await once(child, 'message');
    assert.equal(await acquire(budget, 100), undefined, 'the other has all five');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const state = JSON.parse(await readFile(await fileOf('.json'), 'utf8'));
    state.window.endsToMs = Date.now() + 1_000;
    await writeFile(await fileOf('.json'), JSON.stringify(state));
    const startMs = performance.now();
    const places = await Promise.all([acquire(budget, 4_000), acquire(budget, 4_000)]);
    assert.ok(places.every((place) => place !== undefined));
    assert.ok(performance.now() - startMs < 1_500);
    for (const place of places) {
      place.unsent();
    }
  });

  test('two processes together take no more than is left', async () => {
    await learn(open(), 100, 300);
    const children = [0, 1, 2].map(() =>
      fork(holderPath, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    const counts = await Promise.all(
      children.map(async (child) => {
        child.send({ folderPath, token, count: 150, patienceMs: 1_000 });
        const [count] = await once(child, 'message');
        return Number(count);
      }),
    );
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      200,
      counts.join(),
    );
  });

  test('goes on alone where there can be no file', async () => {
    await mkdir(join(folderPath, '..'), { recursive: true });
    await writeFile(folderPath, 'a file where the folder belongs');
    const budget = open();
    await learn(budget, 299, 300);
    assert.ok(await acquire(budget, 500));
    assert.equal(await acquire(budget, 50), undefined);
  });
});
