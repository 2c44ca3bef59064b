import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { layers } from '../../../scripts/layers.mjs';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/ARCHITECTURE.md',
  'docs/security.md',
  ...readdirSync('docs/adr').map((name) => `docs/adr/${name}`),
];

const layersSection = (): string =>
  readFileSync('docs/ARCHITECTURE.md', 'utf8').split('## Layers')[1] ?? '';

suite('documents', () => {
  test('name only paths that exist', () => {
    const missing = documents.flatMap((document) =>
      [
        ...readFileSync(document, 'utf8').matchAll(
          /`((?:src|test|scripts|docs|media)\/[\w./-]+)`/gu,
        ),
      ]
        .map(([, path]) => path ?? '')
        .filter((path) => !existsSync(path))
        // CONTRIBUTING shows the rule by an example pair.
        .map((path) => `${document}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  test('name only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const missing = documents.flatMap((document) =>
      [...readFileSync(document, 'utf8').matchAll(/npm run (?:-s )?([a-z:]+)/gu)]
        .map(([, script]) => script ?? '')
        .filter((script) => scripts[script] === undefined)
        .map((script) => `${document}: ${script}`),
    );
    assert.deepEqual(missing, []);
  });

  test('show the layer table as it is', () => {
    const rows = Object.entries(layers).map(
      ([layer, allowed]) => `${layer}|${allowed.length === 0 ? '–' : allowed.join(', ')}`,
    );
    const shown = [...layersSection().matchAll(/^\| (\w+)\s+\| (.+?)\s*\|$/gmu)]
      .map(([, layer, allowed]) => `${layer ?? ''}|${allowed ?? ''}`)
      .filter((row) => Object.hasOwn(layers, row.split('|')[0] ?? ''));
    assert.deepEqual(shown, rows);
  });
});
