import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/base/appError.ts';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { dayMs, documentOf, sampleStartMs } from '../../support/catalogueSamples.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const never = new AbortController().signal;
const billing = { kind: 'queue', id: 'q1', name: 'Billing' } as const;
const support = { kind: 'queue', id: 'q2', name: 'Älter' } as const;

suite('the catalogue as a list', () => {
  leakCheck();
  let root = '';
  let catalogue: Catalogue;

  setup(async () => {
    root = await mkdtemp(join(tmpdir(), 'catalogue-groups-'));
    catalogue = await Catalogue.open(join(root, 'c.sqlite'));
    for (const document of [
      documentOf({ id: 'c1', phrases: ['a refund', 'another refund'], labels: [billing] }),
      documentOf({ id: 'c2', phrases: ['hello'], labels: [billing, support] }),
      documentOf({ id: 'c3', phrases: ['refund'], startMs: sampleStartMs + dayMs }),
    ]) {
      await catalogue.ingest(document, never);
    }
  });
  teardown(async () => {
    catalogue.close();
    await rm(root, { recursive: true, force: true });
  });

  const countsOf = async (query: string, by: 'day' | 'queue'): Promise<unknown> => {
    const { conversationCount, groups } = await catalogue.groups(query, by, never);
    return [conversationCount, ...groups.map((group) => [group.name, group.conversationCount])];
  };
  const idsOf = async (
    query: string,
    by?: 'day' | 'queue',
    id = '',
    limit = 500,
  ): Promise<readonly string[]> => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await catalogue.conversations(
        query,
        {
          limit,
          ...(after === undefined ? {} : { after }),
          ...(by === undefined ? {} : { group: { by, id } }),
        },
        never,
      );
      ids.push(...page.conversations.map(({ conversationId }) => conversationId));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };

  test('groups by day newest first, by queue in the order of the alphabet with those without at the end', async () => {
    assert.deepEqual(await countsOf('', 'day'), [3, ['2026-11-06', 1], ['2026-11-05', 2]]);
    assert.deepEqual(await countsOf('', 'queue'), [3, ['Älter', 1], ['Billing', 2], ['', 1]]);
  });

  test('counts and lists only what matches, each conversation once', async () => {
    assert.deepEqual(await countsOf('refund', 'day'), [2, ['2026-11-06', 1], ['2026-11-05', 1]]);
    assert.deepEqual(await idsOf('refund'), ['c3', 'c1']);
    assert.deepEqual(await countsOf('nothing', 'queue'), [0]);
  });

  test('pages through a group without loss, newest first', async () => {
    assert.deepEqual(await idsOf('', undefined, '', 1), ['c3', 'c2', 'c1']);
    assert.deepEqual(await idsOf('', 'queue', 'q1', 1), ['c2', 'c1']);
    assert.deepEqual(await idsOf('', 'queue', ''), ['c3']);
    assert.deepEqual(await idsOf('refund', 'day', '2026-11-05'), ['c1']);
    assert.deepEqual(await idsOf('', 'queue', "' OR TRUE --"), []);
  });

  test('refuses a limit or a place that is none', async () => {
    for (const request of [{ limit: 0 }, { limit: 501 }, { limit: 5, after: 'p:1' }]) {
      await assert.rejects(catalogue.conversations('', request, never), (error) =>
        isAppError(error, 'input'),
      );
    }
  });
});
