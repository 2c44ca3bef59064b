import assert from 'node:assert/strict';
import { rm, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Archive } from '../../../src/archive/archive.ts';
import { decodeArchivedNames, type ArchivedNames } from '../../../src/archive/archivedNames.ts';
import { silentLog } from '../../../src/base/log.ts';
import { CachingNameDirectory } from '../../../src/genesys/nameDirectory.ts';
import { errors } from '../../../src/base/appError.ts';
import type { HttpClient } from '../../../src/genesys/httpClient.ts';
import { withArchivedNames } from '../../../src/host/player/conversationNames.ts';
import { toArchivedPick } from '../../../src/host/player/archivedPick.ts';
import { parseQueueId, parseUserId, parseWrapUpCodeId } from '../../../src/model/ids.ts';
import { sampleFolder, withFolder } from '../../support/archivedSample.ts';
import { assertSound, DownloadBench, filesOf, never } from '../../support/downloadBench.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const queue = '10000000-0000-4000-8000-000000000001';
const agent = '20000000-0000-4000-8000-000000000001';
const code = '30000000-0000-4000-8000-000000000001';
const division = '40000000-0000-4000-8000-000000000001';

const detail = (base: unknown): unknown => ({
  ...(base as object),
  divisionIds: [division],
  participants: [
    {
      participantId: 'd0000000-0000-4000-8000-000000000002',
      purpose: 'agent',
      userId: agent,
      sessions: [
        {
          sessionId: 'a0000000-0000-4000-8000-000000000002',
          mediaType: 'voice',
          segments: [
            { segmentStart: '2026-11-04T23:59:59.000Z', segmentType: 'interact', queueId: queue },
            {
              segmentStart: '2026-11-05T00:09:00.000Z',
              segmentType: 'wrapup',
              wrapUpCode: code,
            },
            {
              segmentStart: '2026-11-05T00:09:30.000Z',
              segmentType: 'wrapup',
              wrapUpCode: 'ININ-WRAP-UP-TIMEOUT',
            },
          ],
        },
      ],
    },
  ],
});

suite('names in the archive', () => {
  leakCheck();
  const bench = new DownloadBench();
  /** What the platform answers, by path; a path without an entry is forbidden. */
  let known: Record<string, Record<string, string>> = {};

  setup(async () => {
    await bench.start();
    bench.data.detail = detail(bench.data.detail);
    bench.restoreSource();
    known = {
      '/api/v2/routing/queues': { [queue]: 'Billing' },
      '/api/v2/users': { [agent]: 'Ada <b>' },
      '/api/v2/routing/wrapupcodes': { [code]: 'Resolved' },
      '/api/v2/authorization/divisions': { [division]: 'Home' },
    };
    signInAgain();
  });
  teardown(async () => {
    bench.names = undefined;
    await bench.stop();
  });

  /** A directory that has asked nothing yet. */
  const signInAgain = (): void => {
    const http: Pick<HttpClient, 'call'> = {
      call: ({ pathTemplate }) => {
        const entries = known[pathTemplate];
        if (entries === undefined) {
          return Promise.reject(errors.forbidden('No permission'));
        }
        const entities = Object.entries(entries).map(([id, name]) => ({ id, name }));
        return Promise.resolve({
          status: 200,
          text: JSON.stringify({ entities }),
          source: `GET ${pathTemplate}`,
          receivedAtMs: 0,
        });
      },
    };
    bench.names = new CachingNameDirectory({ http, clock: bench.clock, log: silentLog });
  };
  const read = async (root: string): Promise<ArchivedNames> => {
    const archive = await Archive.open(
      root,
      undefined,
      { clock: bench.clock, log: silentLog },
      never,
    );
    return (await archive.read(join(root, sampleFolder), never)).names;
  };
  const namesFile = (root: string): string => join(root, sampleFolder, 'names.json.gz');

  test('are stored with a download and read back without the platform', () =>
    withFolder(async (root) => {
      await bench.download(root);
      assert.equal(
        gunzipSync(await readFile(namesFile(root))).toString(),
        `{"queues":{"${queue}":"Billing"},"users":{"${agent}":"Ada <b>"},"wrapUpCodes":{"${code}":"Resolved"},"divisions":{"${division}":"Home"}}`,
      );
      const names = await read(root);
      assert.equal(names.queues.get(queue), 'Billing');
      assert.equal(names.wrapUpCodes.get(code), 'Resolved');
      await assertSound(root);
    }));

  test('stay when the permission is taken away, and change only when the platform has another name', () =>
    withFolder(async (root) => {
      await bench.download(root);
      const before = await readFile(namesFile(root));
      known = {};
      signInAgain();
      const second = await bench.download(root);
      assert.deepEqual(await readFile(namesFile(root)), before);
      assert.equal(second.unchangedCount, second.files.length);
      known = { '/api/v2/routing/queues': { [queue]: 'Billing Europe' } };
      signInAgain();
      await bench.download(root);
      const names = await read(root);
      assert.equal(names.queues.get(queue), 'Billing Europe');
      assert.equal(names.users.get(agent), 'Ada <b>');
      const history = (await filesOf(root)).filter((path) => path.startsWith('history/'));
      assert.equal(history.length, 1, 'the old names are kept');
      await assertSound(root);
    }));

  test('leave no file when nobody knows any', () =>
    withFolder(async (root) => {
      known = {};
      signInAgain();
      const report = await bench.download(root);
      assert.deepEqual(
        report.absent.filter(({ item }) => item.includes('name')),
        [],
      );
      assert.ok(!(await filesOf(root)).includes('names.json.gz'));
      assert.equal((await read(root)).queues.size, 0);
    }));

  test('that are damaged or gone do not keep the conversation from being read', () =>
    withFolder(async (root) => {
      await bench.download(root);
      await writeFile(namesFile(root), 'no gzip');
      assert.equal((await read(root)).users.size, 0);
      await rm(namesFile(root));
      assert.equal((await read(root)).users.size, 0);
      await bench.download(root);
      assert.equal((await read(root)).users.get(agent), 'Ada <b>');
    }));

  test('of another shape are passed over one by one', () => {
    const names = decodeArchivedNames({ queues: { a: 'A', b: 5, c: null }, users: ['x'] });
    assert.deepEqual([...names.queues], [['a', 'A']]);
    assert.equal(names.divisions.size, 0);
    assert.equal(decodeArchivedNames('nothing').users.size, 0);
  });
});

suite('withArchivedNames', () => {
  const archived: ArchivedNames = {
    queues: new Map([[queue, 'Old queue']]),
    users: new Map([[agent, 'Ada']]),
    wrapUpCodes: new Map(),
    divisions: new Map(),
  };

  test('prefers the live name, then the archived one, then the id', () => {
    const live = {
      queueName: () => 'New queue',
      userName: (id: string) => id,
      wrapUpName: (id: string) => id,
    };
    const names = withArchivedNames(live, archived);
    assert.equal(names.queueName(parseQueueId(queue)), 'New queue');
    assert.equal(names.userName(parseUserId(agent)), 'Ada');
    assert.equal(names.wrapUpName(parseWrapUpCodeId(code)), code);
    assert.equal(
      withArchivedNames(undefined, archived).queueName(parseQueueId(queue)),
      'Old queue',
    );
  });
});

suite('toArchivedPick', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  test('says when, what and who', () =>
    withFolder(async (root) => {
      bench.data.detail = detail(bench.data.detail);
      bench.restoreSource();
      await bench.download(root, { parts: [] });
      const archive = await Archive.open(
        root,
        undefined,
        { clock: bench.clock, log: silentLog },
        never,
      );
      const read = await archive.readDetail(join(root, sampleFolder), never);
      const names = withArchivedNames(undefined, {
        queues: new Map([[queue, 'Billing\u202e']]),
        users: new Map([[agent, 'Ada']]),
        wrapUpCodes: new Map(),
        divisions: new Map(),
      });
      const pick = toArchivedPick(read, names);
      assert.match(pick.label, /2026.* · Voice$/u);
      assert.equal(pick.description, 'Billing · Ada · 10:01');
      assert.equal(pick.startMs, Date.UTC(2026, 10, 4, 23, 59, 59));
    }));
});
