import assert from 'node:assert/strict';
import { toSafeFileName, withDiscriminator } from '../../../src/archive/safeFileName.ts';
import { isSafeName } from '../../../src/model/ids.ts';
import { createRandom } from '../../support/random.ts';

suite('toSafeFileName', () => {
  for (const [name, safe] of [
    ['invoice.pdf', 'invoice.pdf'],
    ['../../invoice.pdf', 'invoice.pdf'],
    ['C:\\Users\\me\\Résumé (1).docx', 'Resume_1_.docx'],
    ['.bashrc', 'bashrc'],
    ['..', 'file'],
    ['', 'file'],
    ['合同.pdf', 'pdf'],
    ['CON', 'file-CON'],
    ['nul.txt', 'file-nul.txt'],
    ['report. ', 'report'],
    ['log.gz', 'log.gz.file'],
    ['x.json.GZ', 'x.json.GZ.file'],
    ['left.partial', 'left.partial.file'],
    ['left.partial.json', 'left.partial.json.file'],
    [`${'a'.repeat(300)}.jpeg`, `${'a'.repeat(95)}.jpeg`],
    ['a\u202Egpj.exe', 'a_gpj.exe'],
  ] as const) {
    test(`makes ${JSON.stringify(name.slice(0, 40))} to ${safe.slice(0, 40)}`, () => {
      assert.equal(toSafeFileName(name), safe);
    });
  }

  test('makes a safe name of anything, with and without a discriminator', () => {
    const random = createRandom();
    const parts = [
      '.',
      '..',
      '/',
      '\\',
      'con',
      'ü',
      ' ',
      'a',
      '-',
      '_',
      '.gz',
      '\0',
      '💥',
      '\n',
      ':',
    ];
    for (let round = 0; round < 2000; round++) {
      const name = Array.from({ length: random.integer(60) }, () => random.pick(parts)).join('');
      const safe = toSafeFileName(name);
      const message = `${random.label}: ${JSON.stringify(name)}`;
      assert.ok(isSafeName(safe), message);
      assert.ok(isSafeName(withDiscriminator(safe, name)), message);
      assert.ok(safe.length <= 110, message);
    }
  });

  test('a discriminator depends on the key and keeps the extension', () => {
    const [first, second] = [withDiscriminator('a.pdf', '1'), withDiscriminator('a.pdf', '2')];
    assert.match(first, /^a-[0-9a-f]{8}\.pdf$/u);
    assert.notEqual(first, second);
    assert.equal(withDiscriminator('a.pdf', '1'), first);
  });
});
