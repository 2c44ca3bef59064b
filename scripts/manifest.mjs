// @ts-check
/**
 * Writes `src/generated/manifest.ts` from `package.json`: ids, context keys and settings with types and defaults, so that a
 * misspelt or missing one does not compile. With `--check` it writes nothing and fails when the file is out of step.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const target = new URL('src/generated/manifest.ts', root);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const { contributes } = manifest;

const quote = (/** @type {unknown} */ value) =>
  `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const list = (
  /** @type {string} */ name,
  /** @type {string} */ type,
  /** @type {readonly string[]} */ values,
  /** @type {string} */ comment,
) =>
  `/** ${comment} */\nexport const ${name} = [\n${values.map((value) => `  ${quote(value)},\n`).join('')}] as const;\nexport type ${type} = (typeof ${name})[number];\n`;

const whens = JSON.stringify([
  contributes.menus,
  contributes.viewsWelcome,
  contributes.keybindings,
]);
const contextKeys = [
  ...new Set([...whens.matchAll(/genesysArchive:([A-Za-z]+)/gu)].map(([, key]) => String(key))),
].sort();
const states = [
  ...new Set(
    [...whens.matchAll(/genesysArchive:state == ([A-Za-z]+)/gu)].map(([, state]) => String(state)),
  ),
].sort();
const properties = Object.entries(contributes.configuration.properties).map(([key, schema]) => ({
  key: key.replace('genesysArchive.', ''),
  schema,
}));

const typeOf = (/** @type {any} */ schema) => {
  if (schema.enum) {
    return schema.enum.map(quote).join(' | ');
  }
  return { string: 'string', integer: 'number', number: 'number', boolean: 'boolean' }[
    /** @type {'string'} */ (schema.type)
  ];
};
const literal = (/** @type {unknown} */ value) =>
  typeof value === 'string' ? quote(value) : JSON.stringify(value);

const text = `/** Generated from package.json by scripts/manifest.mjs (\`npm run generate\`): do not edit. */

export const extensionId = ${quote(`${manifest.publisher}.${manifest.name}`)};
export const extensionVersion = ${quote(manifest.version)};
export const authenticationProviderId = ${quote(contributes.authentication[0].id)};
export const authenticationProviderLabel = ${quote(contributes.authentication[0].label)};

${list(
  'commandIds',
  'CommandId',
  contributes.commands.map((/** @type {any} */ { command }) => command),
  'Every command of the manifest; the host implements each.',
)}
${list(
  'viewIds',
  'ViewId',
  Object.values(contributes.views)
    .flat()
    .map((/** @type {any} */ { id }) => id),
  'Every view of the manifest.',
)}
${list('contextKeys', 'ContextKey', contextKeys, 'Context keys that menus and welcome views test, without their prefix.')}
${list('viewStates', 'ViewState', states, 'Values of the context key `state` that have a welcome view.')}
/** Settings with the types of the manifest, keyed without their prefix. */
export interface Settings {
${properties.map(({ key, schema }) => `  readonly ${quote(key)}: ${typeOf(schema)};\n`).join('')}}

/** The manifest's bounds and defaults: what VS Code does not enforce on hand-written settings files, the code must. */
export const settingSchemas = {
${properties
  .map(({ key, schema }) => {
    const { enum: values, minimum, maximum, default: value } = /** @type {any} */ (schema);
    const bounds = [
      `default: ${literal(value)}`,
      ...(values ? [`values: [${values.map(quote).join(', ')}]`] : []),
      ...(minimum === undefined ? [] : [`minimum: ${minimum}`]),
      ...(maximum === undefined ? [] : [`maximum: ${maximum}`]),
    ];
    return `  ${quote(key)}: { ${bounds.join(', ')} },\n`;
  })
  .join('')}} as const;
`;

let current = '';
try {
  current = readFileSync(target, 'utf8');
} catch {
  // Not there yet.
}
if (process.argv.includes('--check')) {
  if (current !== text) {
    console.error(
      'src/generated/manifest.ts is out of step with package.json: run `npm run generate`.',
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
