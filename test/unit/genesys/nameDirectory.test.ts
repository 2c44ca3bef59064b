import assert from 'node:assert/strict';
import { errors, isCancellation, type AppError } from '../../../src/base/appError.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ApiRequest } from '../../../src/genesys/httpClient.ts';
import { CachingNameDirectory } from '../../../src/genesys/nameDirectory.ts';
import { parseQueueId, parseUserId, parseWrapUpCodeId } from '../../../src/model/ids.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const never = new AbortController().signal;
const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const userIds = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => parseUserId(uuid(from + index)));

/** A directory over a platform that knows everybody below number 500. */
function open(refusal?: () => AppError | undefined): {
  names: CachingNameDirectory;
  requests: ApiRequest[];
  clock: FakeClock;
} {
  const requests: ApiRequest[] = [];
  const clock = new FakeClock();
  const http = {
    call: async (request: ApiRequest, signal: AbortSignal) => {
      signal.throwIfAborted();
      requests.push(request);
      await Promise.resolve();
      const error = refusal?.();
      if (error !== undefined) {
        throw error;
      }
      const ids = request.query?.['id'];
      const entities = (typeof ids === 'object' ? ids : [])
        .filter((id) => id < uuid(500))
        .map((id) => ({ id, name: `name ${String(Number(id.slice(-12)))}` }));
      return { status: 200, text: JSON.stringify({ entities }), source: '', receivedAtMs: 0 };
    },
  };
  return { names: new CachingNameDirectory({ http, clock, log: silentLog }), requests, clock };
}

suite('CachingNameDirectory', () => {
  test('asks once per kind for up to 100 ids, with people who left', async () => {
    const { names, requests } = open();
    const queueId = parseQueueId(uuid(7));
    await names.resolve(
      { userIds: [...userIds(1, 100), ...userIds(1, 5)], queueIds: [queueId] },
      never,
    );
    assert.deepEqual(requests.map(({ pathTemplate }) => pathTemplate).sort(), [
      '/api/v2/routing/queues',
      '/api/v2/users',
    ]);
    const users = requests.find(({ pathTemplate }) => pathTemplate === '/api/v2/users');
    assert.equal(users?.query?.['state'], 'any');
    assert.equal(users.query['pageSize'], 100);
    assert.equal(names.userName(parseUserId(uuid(42))), 'name 42');
    assert.equal(names.queueName(queueId), 'name 7');
    await names.resolve({ userIds: userIds(1, 100) }, never);
    assert.equal(requests.length, 2, 'known names are not asked for again');
    await names.resolve({ userIds: userIds(101, 101) }, never);
    assert.equal(requests.length, 4, '101 ids are two batches');
  });

  test('asks for the same ids once when two lists open together', async () => {
    const { names, requests } = open();
    await Promise.all([
      names.resolve({ userIds: userIds(1, 60) }, never),
      names.resolve({ userIds: userIds(31, 60) }, never),
    ]);
    assert.deepEqual(
      requests.map(({ query }) => (query?.['id'] as string[]).length),
      [60, 30],
    );
  });

  test('shows system wrap-up codes literally and never asks for them', async () => {
    const { names, requests } = open();
    const id = parseWrapUpCodeId('ININ-WRAP-UP-TIMEOUT');
    await names.resolve({ wrapUpCodeIds: [id] }, never);
    assert.deepEqual([names.wrapUpName(id), requests.length], ['ININ-WRAP-UP-TIMEOUT', 0]);
  });

  test('does not ask again for unknown ids for a while', async () => {
    const { names, requests, clock } = open();
    const [id] = userIds(900, 1);
    assert.ok(id !== undefined);
    await names.resolve({ userIds: [id] }, never);
    await names.resolve({ userIds: [id] }, never);
    assert.deepEqual([names.userName(id), requests.length], [id, 1]);
    await clock.advance(11 * 60_000);
    await names.resolve({ userIds: [id] }, never);
    assert.equal(requests.length, 2);
  });

  test('leaves ids when the permission is missing and asks again only later', async () => {
    let isRefused = true;
    const { names, requests, clock } = open(() => (isRefused ? errors.forbidden('x') : undefined));
    await names.resolve({ userIds: userIds(1, 250) }, never);
    await names.resolve({ userIds: userIds(300, 5) }, never);
    assert.equal(requests.length, 1);
    assert.equal(names.userName(parseUserId(uuid(1))), uuid(1));
    isRefused = false;
    await clock.advance(11 * 60_000);
    await names.resolve({ userIds: userIds(1, 5) }, never);
    assert.equal(names.userName(parseUserId(uuid(1))), 'name 1');
  });

  test('keeps an outdated name when the platform is down, and tries again next time', async () => {
    let isDown = false;
    const { names, requests, clock } = open(() => (isDown ? errors.network('x') : undefined));
    await names.resolve({ userIds: userIds(1, 1) }, never);
    isDown = true;
    await clock.advance(31 * 60_000);
    await names.resolve({ userIds: userIds(1, 1) }, never);
    await names.resolve({ userIds: userIds(1, 1) }, never);
    assert.deepEqual([names.userName(parseUserId(uuid(1))), requests.length], ['name 1', 3]);
  });

  test('rejects only when cancelled', async () => {
    const { names } = open();
    await assert.rejects(
      names.resolve({ userIds: userIds(1, 1) }, AbortSignal.abort()),
      isCancellation,
    );
  });
});
