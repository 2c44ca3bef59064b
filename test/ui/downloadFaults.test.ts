/** Downloading in the real workbench when files, folder or platform are not as they should be: what a person is told, and what is on disk. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { FaultBench } from '../support/faultBench.ts';
import { checkFiles } from '../support/mainJob.ts';
import type { FaultRule } from '../simulator/control/faults.ts';

const media = '/downloads/MediaCache/*';
const result = /Downloaded|Nothing had changed|cannot|could not|another/u;

suite('Downloading in the workbench', function () {
  this.timeout(90_000);
  let bench: FaultBench;
  let row: Locator;
  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch();
    const rows = await bench.signInAndList();
    // A call with real speech: two channels, a transcript, no waiting for transcoding.
    row = rows.filter({ hasText: 'Sales Premium' }).first();
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  setup(() => {
    bench.simulator.control.clearFaults();
    rmSync(archive(), { recursive: true, force: true });
  });

  const archive = (): string => join(bench.folder, 'genesys-archive');
  const files = (pattern: string): readonly string[] => globSync(pattern, { cwd: archive() });
  const wavs = (): number => files('conversations/**/*.wav').length;

  async function download(fault?: FaultRule): Promise<string> {
    if (fault !== undefined) {
      bench.simulator.control.addFault(fault);
    }
    await bench.workbench.chooseFromContextMenu(row, 'Download Conversation');
    const message = await bench.takeNotification(result, 60_000);
    bench.simulator.control.clearFaults();
    return message;
  }

  async function assertWhole(): Promise<void> {
    const manifests = files('conversations/*/*/*/*/manifest.json');
    assert.equal(manifests.length, 1);
    await checkFiles(join(archive(), manifests[0] ?? '', '..'));
  }

  for (const [what, fault, said] of [
    ['a web page', { kind: 'html' }, /is a web page, not a recording/u],
    ['a header without sound', { kind: 'headerOnlyWav' }, /holds no sound/u],
  ] as const) {
    test(`stores nothing under a final name when the recording is ${what}, says so, and a later download completes`, async () => {
      assert.match(await download({ path: media, count: null, fault }), said);
      assert.equal(wavs(), 0);
      await assertWhole();
      assert.match(await download(), /Downloaded 2 files/u);
      assert.equal(wavs(), 2);
      await assertWhole();
    });
  }

  test('asks for new links when they expire, and goes on after a cut', async () => {
    bench.simulator.control.addFault({ path: media, fault: { kind: 'cut', afterBytes: 70_000 } });
    const message = await download({ path: media, skip: 1, fault: { kind: 'expiredLink' } });
    assert.match(message, /^Downloaded \d files \([\d.]+ [KM]B\)\.$/u);
    assert.equal(wavs(), 2);
    await assertWhole();
  });

  test('does not keep a transcript that is no JSON, and says so', async () => {
    const fault = { kind: 'body', contentType: 'application/json', text: '{"transcripts":[{' };
    const message = await download({
      path: '/downloads/transcriptsCache/*',
      count: null,
      fault: { ...fault, kind: 'body' },
    });
    assert.match(message, /Not available: .*transcript/iu);
    assert.deepEqual(files('conversations/**/transcripts/*'), []);
    assert.equal(wavs(), 2);
  });

  test('says that nothing can be written where a file is in the way', async () => {
    writeFileSync(archive(), 'not a folder');
    const message = await download();
    assert.match(message, /archive|folder/iu);
    assert.equal(readFileSync(archive(), 'utf8'), 'not a folder');
  });

  test('does not mix in another organisation', async () => {
    await download();
    const identity = join(archive(), 'archive.json');
    const text = readFileSync(identity, 'utf8');
    const foreign = text.replace(bench.organisation.id, '11111111-1111-4111-8111-111111111111');
    assert.notEqual(foreign, text);
    writeFileSync(identity, foreign);
    assert.match(await download(), /another organisation/u);
    assert.equal(readFileSync(identity, 'utf8'), foreign);
  });

  test('stops when it is cancelled in the notification, and the next download goes on', async () => {
    const { workbench, simulator } = bench;
    simulator.control.addFault({
      path: media,
      count: null,
      fault: { kind: 'stall', afterBytes: 60_000 },
    });
    await workbench.chooseFromContextMenu(row, 'Download Conversation');
    await workbench.waitForStatusBar(/· *\S* *1$/u);
    const progress = await workbench.waitForNotification('Downloading conversation');
    await progress.hover();
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await workbench.waitForStatusBar(/\d+h$/u);
    assert.equal(wavs(), 0);
    simulator.control.clearFaults();
    assert.match(await download(), /^Downloaded/u);
    assert.equal(wavs(), 2);
    assert.deepEqual(files('conversations/**/*.partial'), []);
    await assertWhole();
  });

  test('opens what was downloaded while the platform is gone', async () => {
    const { simulator } = bench;
    await download();
    simulator.control.addFault({ path: '*', count: null, fault: { kind: 'cut', afterBytes: 0 } });
    await bench.openPlayer(row);
  });
});
