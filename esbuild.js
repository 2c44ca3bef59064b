// @ts-check
/**
 * The one build for development, tests and shipping: a table of bundles. `--production` minifies, `--watch` rebuilds.
 * The metafile gate fails the build when a bundle breaks the rules that only a bundler can see.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as esbuild from 'esbuild';

const isProduction = process.argv.includes('--production');
const isWatch = process.argv.includes('--watch');

/**
 * What lives in a bundle of its own and is loaded on first use by `await import(…)`: packages by name, own modules by path.
 * @type {Readonly<Record<string, string>>}
 */
const lazyModules = {
  axios: 'axios.cjs',
  cockatiel: 'cockatiel.cjs',
  'src/genesys/bulkClient.ts': 'bulkClient.cjs',
  'src/genesys/permissionReport.ts': 'permissionReport.cjs',
  'src/host/archives/archiveModule.ts': 'archiveModule.cjs',
  'src/host/conversations/pickersModule.ts': 'pickersModule.cjs',
  'src/host/player/playerModule.ts': 'playerModule.cjs',
  'src/host/session/signInModule.ts': 'signInModule.cjs',
  'src/host/support/supportModule.ts': 'supportModule.cjs',
};

/** @type {esbuild.Plugin} */
const lazyPlugin = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') {
        return undefined;
      }
      const name = path.startsWith('.') ? relative('.', join(resolveDir, path)) : path;
      const file = lazyModules[name.split(sep).join('/')];
      return file === undefined ? undefined : { path: `./${file}`, external: true };
    });
  },
};

const shared = /** @type {const} */ ({
  bundle: true,
  minify: isProduction,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: { 'import-is-undefined': 'error' },
});
const node = /** @type {const} */ ({
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // ES modules of dependencies first: only of them does the bundle list its exports, without which Node's import() finds none.
  mainFields: ['module', 'main'],
});
const browser = /** @type {const} */ ({
  ...shared,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
});

/** A package as a bundle. Only its named exports: a default arrives differently from CommonJS. */
const packageBundle = (/** @type {string} */ name) => ({
  ...node,
  stdin: { contents: `export * from '${name}';`, resolveDir: import.meta.dirname },
  outfile: `dist/${name}.cjs`,
});

/**
 * Every bundle: name → options and the most bytes it may have when minified. Only what runs in the
 * extension's own thread may name `vscode`.
 * @type {Record<string, { options: esbuild.BuildOptions; maxBytes: number; mayNameVscode?: boolean }>}
 */
const bundles = {
  extension: {
    options: {
      ...node,
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.cjs',
      external: ['vscode'],
      plugins: [lazyPlugin],
    },
    maxBytes: 150_000,
    mayNameVscode: true,
  },
  axios: { options: packageBundle('axios'), maxBytes: 400_000 },
  cockatiel: { options: packageBundle('cockatiel'), maxBytes: 40_000 },
  bulkClient: {
    options: {
      ...node,
      entryPoints: ['src/genesys/bulkClient.ts'],
      outfile: 'dist/bulkClient.cjs',
    },
    maxBytes: 20_000,
  },
  permissionReport: {
    options: {
      ...node,
      entryPoints: ['src/genesys/permissionReport.ts'],
      outfile: 'dist/permissionReport.cjs',
    },
    maxBytes: 20_000,
  },
  supportModule: {
    options: {
      ...node,
      entryPoints: ['src/host/support/supportModule.ts'],
      outfile: 'dist/supportModule.cjs',
      external: ['vscode'],
    },
    maxBytes: 40_000,
    mayNameVscode: true,
  },
  pickersModule: {
    options: {
      ...node,
      entryPoints: ['src/host/conversations/pickersModule.ts'],
      outfile: 'dist/pickersModule.cjs',
      external: ['vscode'],
    },
    maxBytes: 40_000,
    mayNameVscode: true,
  },
  playerModule: {
    options: {
      ...node,
      entryPoints: ['src/host/player/playerModule.ts'],
      outfile: 'dist/playerModule.cjs',
      external: ['vscode'],
    },
    maxBytes: 60_000,
    mayNameVscode: true,
  },
  archiveModule: {
    options: {
      ...node,
      entryPoints: ['src/host/archives/archiveModule.ts'],
      outfile: 'dist/archiveModule.cjs',
    },
    maxBytes: 150_000,
  },
  signInModule: {
    options: {
      ...node,
      entryPoints: ['src/host/session/signInModule.ts'],
      outfile: 'dist/signInModule.cjs',
      external: ['vscode'],
      plugins: [lazyPlugin],
    },
    maxBytes: 80_000,
    mayNameVscode: true,
  },
  archiveWorker: {
    options: {
      ...node,
      entryPoints: ['src/workers/archiveWorker.ts'],
      outfile: 'dist/archiveWorker.cjs',
    },
    maxBytes: 150_000,
  },
  conversationView: {
    options: {
      ...browser,
      entryPoints: ['src/webview/conversationView/main.ts'],
      outfile: 'dist/webview/conversationView.js',
    },
    maxBytes: 260_000,
  },
};

/** @param {string} name @param {esbuild.Metafile} metafile */
function checkBundle(name, metafile) {
  const { maxBytes, mayNameVscode } = /** @type {(typeof bundles)[string]} */ (bundles[name]);
  const [output] = Object.entries(metafile.outputs).filter(([path]) => !path.endsWith('.map'));
  if (output === undefined) {
    throw new Error(`${name}: nothing was built`);
  }
  const [path, { bytes, imports }] = output;
  if (isProduction && bytes > maxBytes) {
    throw new Error(`${path} has ${bytes} bytes, more than its ${maxBytes}`);
  }
  if (mayNameVscode !== true && imports.some((item) => item.path === 'vscode')) {
    throw new Error(`${path} names vscode: only what runs in the extension's own thread may`);
  }
  return { path, bytes };
}

/** Files that the webviews load as they are. */
async function copyAssets() {
  await mkdir('dist/webview', { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) {
    await cp(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
  }
}

/** @type {esbuild.Plugin} */
const problemMatcher = {
  name: 'problem-matcher',
  setup(build) {
    build.onStart(() => console.log('[watch] build started'));
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) {
          console.error(`    ${location.file}:${location.line}:${location.column}:`);
        }
      }
      console.log('[watch] build finished');
    });
  },
};

await rm('dist', { recursive: true, force: true });
await copyAssets();
if (isWatch) {
  for (const { options } of Object.values(bundles)) {
    const context = await esbuild.context({
      ...options,
      plugins: [...(options.plugins ?? []), problemMatcher],
    });
    await context.watch();
  }
} else {
  const sizes = [];
  for (const [name, { options }] of Object.entries(bundles)) {
    const { metafile } = await esbuild.build(options);
    if (metafile === undefined) {
      throw new Error(`${name}: no metafile`);
    }
    sizes.push(checkBundle(name, metafile));
  }
  await writeFile('dist/sizes.json', `${JSON.stringify(sizes, undefined, 2)}\n`);
}
