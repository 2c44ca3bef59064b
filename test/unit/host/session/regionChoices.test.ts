import assert from 'node:assert/strict';
import { regions } from '../../../../src/genesys/regions.ts';
import { listRegionChoices } from '../../../../src/host/session/regionChoices.ts';
import { plainLocaliser } from '../../../support/plainLocaliser.ts';

const list = (preferred: readonly string[], typed: string): readonly string[] =>
  listRegionChoices(preferred, typed, plainLocaliser).map(
    ({ label, domain }) => `${label}: ${domain}`,
  );

suite('region choices', () => {
  test('lists every known region once, the preferred ones first', () => {
    const choices = list(['mypurecloud.de', 'new.pure.cloud'], '');
    assert.deepEqual(choices.slice(0, 3), [
      'EMEA (Frankfurt): mypurecloud.de',
      'Other Region: new.pure.cloud',
      'Americas (US East): mypurecloud.com',
    ]);
    assert.equal(choices.length, regions.length + 1);
  });

  test('adds what was typed when it names another region, and only then', () => {
    assert.equal(
      list([], 'https://apps.xyz1.pure.cloud/login').at(-1),
      'Other Region: xyz1.pure.cloud',
    );
    for (const typed of ['frank', 'eu-central-1', 'mypurecloud.de', 'a b.c', '<x>.y']) {
      assert.equal(list([], typed).length, regions.length, typed);
    }
  });
});
