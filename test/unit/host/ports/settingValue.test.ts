import assert from 'node:assert/strict';
import { restrictedSettings, validSetting } from '../../../../src/host/ports/settingValue.ts';
import manifest from '../../../../package.json' with { type: 'json' };

suite('validSetting', () => {
  test('keeps what holds to the manifest', () => {
    assert.equal(validSetting('conversations.pageSize', 25), 25);
    assert.equal(validSetting('recordings.format', 'OGG_OPUS'), 'OGG_OPUS');
    assert.equal(validSetting('archive.folder', ' my archive '), 'my archive');
  });

  test('moves numbers into their bounds and cuts fractions', () => {
    assert.equal(validSetting('conversations.pageSize', 1_000_000), 100);
    assert.equal(validSetting('conversations.pageSize', -3), 1);
    assert.equal(validSetting('conversations.pageSize', 10.9), 10);
  });

  for (const value of [undefined, null, 'many', Number.NaN, Infinity, {}, [], true]) {
    test(`falls back to the default for ${JSON.stringify(value)} (${typeof value})`, () => {
      assert.equal(validSetting('conversations.pageSize', value), 100);
    });
  }

  test('falls back to the default for a value that is not listed and for a wrong type', () => {
    assert.equal(validSetting('recordings.format', 'wav'), 'WAV');
    assert.equal(validSetting('archive.folder', 5), 'genesys-archive');
  });

  test('restricts the same settings as the manifest does', () => {
    assert.deepEqual(
      [...restrictedSettings].map((key) => `genesysArchive.${key}`).sort(),
      [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(),
    );
  });
});
