/** Holds package.json, package.nls.json and the code to each other: what neither the compiler nor VS Code says at build time. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import manifest from '../../../package.json' with { type: 'json' };
import texts from '../../../package.nls.json' with { type: 'json' };
import { nodeContextValues } from '../../../src/host/conversations/treeNodes.ts';
import { downloadContextValues } from '../../../src/host/sync/syncEntry.ts';
import { commandIds, contextKeys, settingSchemas } from '../../../src/generated/manifest.ts';

const root = new URL('../../../', import.meta.url);
const manifestText = JSON.stringify(manifest);
const { contributes } = manifest;
const knownCommands: ReadonlySet<string> = new Set(commandIds);

suite('manifest', () => {
  test('has a text for every key, and no text without a key', () => {
    const used = [...manifestText.matchAll(/"%([^%"]+)%"/gu)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
    assert.deepEqual(
      Object.entries(texts).filter(([, text]) => text.trim() === ''),
      [],
    );
  });

  test('names only icons that exist', () => {
    const icons = [...manifestText.matchAll(/"(media\/[^"]+)"/gu)].map(([, path]) => path ?? '');
    assert.ok(icons.length >= 2);
    assert.deepEqual(
      icons.filter((path) => !existsSync(new URL(path, root))),
      [],
    );
    const png = readFileSync(new URL(manifest.icon, root));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [128, 128]);
  });

  test('names only commands that exist, in menus and in welcome texts', () => {
    const inMenus = Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command);
    const inTexts = [...JSON.stringify(texts).matchAll(/\(command:([^)?]+)/gu)].map(
      ([, id]) => id ?? '',
    );
    assert.ok(inTexts.length > 5);
    assert.deepEqual(
      [...inMenus, ...inTexts].filter((id) => !knownCommands.has(id)),
      [],
    );
  });

  test('titles commands in Title Case', () => {
    const titles = Object.entries(texts).filter(([key]) => key.startsWith('commands.'));
    assert.deepEqual(
      titles.filter(([, title]) => !/^[A-Z]/u.test(title) || / (?!by |in |of )[a-z]/u.test(title)),
      [],
    );
  });

  test('restricts only settings that exist, and describes and bounds every setting', () => {
    const properties = Object.entries(contributes.configuration.properties);
    const ids = properties.map(([id]) => id);
    assert.deepEqual(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.filter(
        (id) => !ids.includes(id),
      ),
      [],
    );
    assert.deepEqual(
      ids,
      Object.keys(settingSchemas).map((key) => `genesysArchive.${key}`),
    );
    for (const [id, schema] of properties) {
      assert.ok('markdownDescription' in schema && 'default' in schema && 'scope' in schema, id);
      assert.ok(schema.type !== 'integer' || ('minimum' in schema && 'maximum' in schema), id);
    }
  });

  test('tests only context keys that the code sets', () => {
    const sources = readdirSync(new URL('src/host/', root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(new URL(`src/host/${path}`, root), 'utf8'))
      .join('\n');
    const unset = contextKeys.filter((key) => !sources.includes(`contextKeys.set('${key}'`));
    assert.deepEqual(unset, []);
  });

  test('tests only rows that exist, and every row that can be opened or downloaded has a menu', () => {
    const patterns = contributes.menus['view/item/context'].map(
      ({ when }) => new RegExp(/viewItem =~ \/(.+)\//u.exec(when)?.[1] ?? '^$', 'u'),
    );
    const matched = (value: string): boolean => patterns.some((pattern) => pattern.test(value));
    const rows = [...nodeContextValues, ...downloadContextValues];
    const idle = patterns.filter((pattern) => !rows.some((value) => pattern.test(value)));
    assert.deepEqual(idle, []);
    assert.deepEqual(nodeContextValues.filter(matched), [
      'conversation',
      'conversation archived',
      'conversation archived held',
      'recording',
      'transcript',
    ]);
    assert.deepEqual(
      downloadContextValues.filter((value) => !matched(value)),
      ['syncGroup', 'syncGroup ended', 'syncNote'],
    );
  });

  test('has development tasks that run scripts which exist', () => {
    const tasks = readFileSync(new URL('.vscode/tasks.json', root), 'utf8');
    const scripts = [...tasks.matchAll(/"script": "([^"]+)"/gu)].map(([, script]) => script ?? '');
    assert.ok(scripts.length > 0);
    assert.deepEqual(
      scripts.filter((script) => !Object.hasOwn(manifest.scripts, script)),
      [],
    );
  });
});
