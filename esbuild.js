// @ts-check
/**
 * The one build for development, tests and shipping: a table of bundles. `--production` minifies, `--watch` rebuilds.
 * The metafile gate fails the build when a bundle breaks the rules that only a bundler can see.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import * as esbuild from 'esbuild';

const isProduction = process.argv.includes('--production');
const isWatch = process.argv.includes('--watch');

/**
 * What is loaded on first use by `await import(…)`, each in a bundle of its own, and the most bytes that may have when minified:
 * packages by name, own modules by path. A new lazy feature is one line here.
 * @type {Readonly<Record<string, number>>}
 */
const lazyModules = {
  axios: 400_000,
  cockatiel: 40_000,
  'src/audio/decoders/mp3Packets.ts': 110_000,
  'src/audio/decoders/opusPackets.ts': 120_000,
  'src/audio/decoders/vorbisPackets.ts': 130_000,
  'src/genesys/bulkClient.ts': 20_000,
  'src/genesys/permissionReport.ts': 20_000,
  'src/host/archives/archiveModule.ts': 250_000,
  'src/host/conversations/pickersModule.ts': 40_000,
  'src/host/downloads/downloadModule.ts': 40_000,
  'src/host/integrity/integrityModule.ts': 60_000,
  'src/host/links/linksModule.ts': 20_000,
  'src/host/localApi/localApiModule.ts': 30_000,
  'src/host/localArchive/localArchiveModule.ts': 80_000,
  'src/host/player/playerModule.ts': 60_000,
  'src/host/reports/reportsModule.ts': 150_000,
  'src/host/retention/retentionModule.ts': 60_000,
  'src/host/session/connectionModule.ts': 100_000,
  'src/host/session/signInModule.ts': 80_000,
  'src/host/statusBar/statusMenu.ts': 10_000,
  'src/host/support/supportModule.ts': 40_000,
  'src/host/sync/syncModule.ts': 120_000,
};

/** Files of different folders must not share a name. */
const lazyNameOf = (/** @type {string} */ module) => basename(module, '.ts');

/** @type {esbuild.Plugin} */
const lazyPlugin = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') {
        return undefined;
      }
      const module = path.startsWith('.')
        ? relative('.', join(resolveDir, path)).split(sep).join('/')
        : path;
      return module in lazyModules
        ? { path: `./${lazyNameOf(module)}.cjs`, external: true }
        : undefined;
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

/**
 * Of a package only the named exports: a default arrives differently from CommonJS.
 * @param {string} module @param {number} maxBytes
 */
function lazyBundle(module, maxBytes) {
  const outfile = `dist/${lazyNameOf(module)}.cjs`;
  if (!module.endsWith('.ts')) {
    const stdin = { contents: `export * from '${module}';`, resolveDir: import.meta.dirname };
    return { options: { ...node, stdin, outfile }, maxBytes };
  }
  const mayNameVscode = module.startsWith('src/host/');
  // The engines complain on the console about every damaged packet; what matters of it reaches the user as a sentence.
  /** @type {esbuild.Drop[]} */
  const drop = module.startsWith('src/audio/decoders/') ? ['console'] : [];
  return {
    options: {
      ...node,
      entryPoints: [module],
      outfile,
      drop,
      external: mayNameVscode ? ['vscode'] : [],
      plugins: [lazyPlugin],
    },
    maxBytes,
    mayNameVscode,
  };
}

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
  ...Object.fromEntries(
    Object.entries(lazyModules).map(([module, maxBytes]) => [
      lazyNameOf(module),
      lazyBundle(module, maxBytes),
    ]),
  ),
  archiveWorker: {
    options: {
      ...node,
      entryPoints: ['src/workers/archiveWorker.ts'],
      outfile: 'dist/archiveWorker.cjs',
      plugins: [lazyPlugin],
    },
    maxBytes: 170_000,
  },
  verifyWorker: {
    options: {
      ...node,
      entryPoints: ['src/workers/verifyWorker.ts'],
      outfile: 'dist/verifyWorker.cjs',
    },
    maxBytes: 100_000,
  },
  playerWorker: {
    options: {
      ...node,
      entryPoints: ['src/workers/playerWorker.ts'],
      outfile: 'dist/playerWorker.cjs',
    },
    maxBytes: 120_000,
  },
  apiWorker: {
    options: {
      ...node,
      entryPoints: ['src/workers/apiWorker.ts'],
      outfile: 'dist/apiWorker.cjs',
    },
    maxBytes: 150_000,
  },
  conversationView: {
    options: {
      ...browser,
      entryPoints: ['src/webview/conversationView/main.ts'],
      outfile: 'dist/webview/conversationView.js',
    },
    maxBytes: 250_000,
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

/** Files that the webviews load as they are, and what is owed to the authors of bundled code. */
async function copyAssets() {
  await mkdir('dist/webview', { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) {
    await cp(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
  }
  await cp('docs/third-party-notices.txt', 'dist/NOTICES.txt');
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
