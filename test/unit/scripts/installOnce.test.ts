import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentStamp, installOnce } from '../../../scripts/installOnce.mjs';

suite('shared installations', () => {
  let folder = '';
  setup(() => {
    folder = mkdtempSync(join(tmpdir(), 'install-once-'));
  });
  teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('install once and are found the next time', async () => {
    const target = join(folder, 'cache/tool-1');
    let runs = 0;
    const install = (staging: string): Promise<void> => {
      runs++;
      writeFileSync(join(staging, 'file'), 'whole');
      return Promise.resolve();
    };
    assert.equal(await installOnce(target, install), target);
    assert.equal(await installOnce(target, install), target);
    assert.deepEqual([runs, readFileSync(join(target, 'file'), 'utf8')], [1, 'whole']);
  });

  test('a failed installation leaves nothing that could be taken for a whole one', async () => {
    const target = join(folder, 'tool-1');
    await assert.rejects(
      installOnce(target, (staging) => {
        writeFileSync(join(staging, 'half'), '');
        return Promise.reject(new Error('no network'));
      }),
      /no network/u,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test('two at once both get a whole folder', async () => {
    const target = join(folder, 'tool-1');
    const { promise: bothStarted, resolve } = Promise.withResolvers<undefined>();
    let started = 0;
    const install = async (staging: string): Promise<void> => {
      started++;
      if (started === 2) {
        resolve(undefined);
      }
      await bothStarted;
      writeFileSync(join(staging, 'file'), 'whole');
    };
    await Promise.all([installOnce(target, install), installOnce(target, install)]);
    assert.equal(existsSync(join(target, 'file')), true);
    assert.deepEqual(readdirSync(folder), ['tool-1']);
  });

  test('stamps differ when a byte moves from one file to the next', () => {
    const write = (name: string, content: string): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };
    const paths = [write('a', 'xy'), write('b', 'z')];
    const before = contentStamp(paths);
    assert.equal(contentStamp(paths), before);
    write('a', 'x');
    write('b', 'yz');
    assert.notEqual(contentStamp(paths), before);
  });
});
