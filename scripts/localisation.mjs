// @ts-check
/**
 * Writes `l10n/bundle.l10n.json`, the texts of `src/host` for translators, by the official tool. With `--check` it writes nothing
 * and fails when the file is out of step.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getL10nJson } from '@vscode/l10n-dev';

const target = 'l10n/bundle.l10n.json';
const sources = globSync('src/host/**/*.ts').sort();
const texts = await getL10nJson(
  sources.map((path) => ({ extension: '.ts', contents: readFileSync(path, 'utf8') })),
);
const sorted = Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
const text = `${JSON.stringify(sorted, undefined, 2)}\n`;

let current = '';
try {
  current = readFileSync(target, 'utf8');
} catch {
  // Not there yet.
}
if (process.argv.includes('--check')) {
  if (current !== text) {
    console.error(`${target} is out of step with src/host: run \`npm run generate\`.`);
    process.exit(1);
  }
} else {
  mkdirSync('l10n', { recursive: true });
  writeFileSync(target, text);
}
