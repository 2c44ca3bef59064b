/**
 * What starting the extension costs: bytes of the main bundle and of the package, and CPU time of load and activation in the
 * real extension host beside an empty extension in the same windows. Every reload of the window is a cold extension host.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runOrFail } from '../../scripts/childProcess.mjs';
import { root } from '../../scripts/setUp.mjs';
import { listProductFiles, packProduct } from '../../scripts/vsix.mjs';
import { median, report } from '../support/measurement.ts';
import { Workbench } from '../support/workbench.ts';

const reloads = 15;
const bench = 'activation';

interface Sample {
  readonly extension: string;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Gives the extension in `folder` the probe as its main, to be activated when the window has started. */
function addProbe(folder: string): void {
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  cpSync(join(root, 'test/support/activationProbe.cjs'), join(folder, 'activationProbe.cjs'));
  const probed = {
    ...manifest,
    realMain: manifest.main,
    main: './activationProbe.cjs',
    activationEvents: ['onStartupFinished'],
    scripts: {},
  };
  writeFileSync(path, JSON.stringify(probed));
}

async function packProbed(folder: string): Promise<string> {
  addProbe(folder);
  const target = `${folder}.vsix`;
  const args = [
    'package',
    '--no-dependencies',
    '--skip-license',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  await runOrFail('vsce', [...args, '--out', target], {
    cwd: folder,
    whatToDo: 'Read what vsce says.',
  });
  return target;
}

async function copyProduct(folder: string): Promise<void> {
  for (const file of await listProductFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

function writeEmptyExtension(folder: string): void {
  mkdirSync(folder);
  const manifest = {
    name: 'empty',
    publisher: 'reference',
    version: '0.0.1',
    engines: { vscode: '^1.108.0' },
    main: './main.cjs',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'main.cjs'), 'exports.activate = () => undefined;\n');
}

const readSamples = (logFile: string): readonly Sample[] =>
  existsSync(logFile)
    ? readFileSync(logFile, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Sample => JSON.parse(line))
    : [];

async function waitForSamples(logFile: string, count: number): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (readSamples(logFile).length < count) {
    if (Date.now() > deadlineMs) {
      throw new Error('An extension was not activated within 60 s');
    }
    await delay(100);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-bench-'));
try {
  const vsix = await packProduct(join(folder, 'product.vsix'));
  const mainBundle = join(root, 'dist/extension.cjs');
  report({ bench, metric: 'mainBundleBytes', value: statSync(mainBundle).size, unit: 'bytes' });
  report({ bench, metric: 'vsixBytes', value: statSync(vsix).size, unit: 'bytes' });
  const logFile = join(folder, 'samples.jsonl');
  const product = join(folder, 'product');
  const empty = join(folder, 'empty');
  await copyProduct(product);
  writeEmptyExtension(empty);
  const workbench = await Workbench.launch({
    folder: mkdtempSync(join(folder, 'workspace-')),
    vsixFiles: [await packProbed(product), await packProbed(empty)],
    env: { GENESYS_ARCHIVE_ACTIVATION_LOG: logFile },
  });
  try {
    for (let window = 1; window <= reloads; window++) {
      await waitForSamples(logFile, 2 * window);
      if (window < reloads) {
        await workbench.reload();
      }
    }
  } finally {
    await workbench.close();
  }
  const samples = readSamples(logFile);
  const of = (isEmpty: boolean): readonly Sample[] =>
    samples.filter(({ extension }) => (extension === 'reference.empty') === isEmpty);
  // Many kernels count a thread's CPU time in ticks of 4 ms: the mean over the windows is true, the median is not.
  const meanCpuMs = (isEmpty: boolean): number =>
    of(isEmpty).reduce((total, { cpuMs }) => total + cpuMs, 0) / reloads;
  const round = (value: number): number => Math.round(value * 100) / 100;
  const unit = 'ms';
  const [ours, reference] = [meanCpuMs(false), meanCpuMs(true)];
  report({ bench, metric: 'activationCpuMs', value: round(ours), unit });
  report({ bench, metric: 'referenceEmptyMs', value: round(reference), unit });
  report({
    bench,
    metric: 'activationCpuOverEmptyMs',
    value: round(ours - reference),
    unit,
    reference: round(reference),
    // An empty extension can cost less than the clock shows.
    ...(reference > 0 ? { ratio: round(ours / reference) } : {}),
  });
  const [ourWallMs, referenceWallMs] = [false, true].map((isEmpty) =>
    median(of(isEmpty).map(({ wallMs }) => wallMs)),
  );
  if (ourWallMs !== undefined && referenceWallMs !== undefined) {
    report({
      bench,
      metric: 'activationWallMs',
      value: round(ourWallMs),
      unit,
      reference: round(referenceWallMs),
      ratio: round(ourWallMs / referenceWallMs),
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
