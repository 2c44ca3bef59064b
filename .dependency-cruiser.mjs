// @ts-check
import { layers, withoutNode, withVscode } from './scripts/layers.mjs';

const folders = Object.keys(layers);
const only = (/** @type {readonly string[]} */ names) => `^src/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      // The cruiser takes the package `esbuild`, imported by the build, for the build itself.
      from: { pathNot: '^esbuild\\.js$' },
      to: { circular: true },
    },
    ...Object.entries(layers).map(([layer, allowed]) => {
      const /** @type {string[]} */ banned = folders.filter(
          (other) =>
            other !== layer && !(/** @type {readonly string[]} */ (allowed).includes(other)),
        );
      return {
        name: `layer-${layer}`,
        severity: /** @type {const} */ ('error'),
        comment: `${layer} may import only: ${['itself', ...allowed].join(', ')}`,
        from: { path: only([layer]) },
        to: { path: banned.length === 0 ? '^$' : only(banned) },
      };
    }),
    {
      name: 'vscode-only-in-host',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${withVscode.join('|').replace('.', '\\.')})` },
      to: { path: '^(vscode|node_modules/@types/vscode)' },
    },
    {
      name: 'no-node-in-browser-code',
      severity: 'error',
      from: { path: only(withoutNode) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'src-never-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { pathNot: '^test/fixtures' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
    {
      name: 'simulator-knows-nothing-of-the-product',
      severity: 'error',
      from: { path: '^test/simulator/' },
      to: { path: '^src/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
