/** Verifying, repairing and playing an archive that is packed by the settings, in the real workbench. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { FaultBench } from '../support/faultBench.ts';
import { PlayerView } from '../support/playerView.ts';

suite('Verifying the archive in the workbench', function () {
  this.timeout(90_000);
  let bench: FaultBench;
  suiteSetup(async function () {
    this.timeout(180_000);
    bench = await FaultBench.launch({
      settings: {
        'genesysArchive.archive.jsonCompression': 'zstd',
        'genesysArchive.archive.compressWav': true,
      },
    });
    await bench.signInAndList();
    await bench.workbench.chooseFromContextMenu(row(), 'Download Conversation');
    await bench.takeNotification(/Downloaded/u, 60_000);
  });
  suiteTeardown(async () => {
    await bench.close();
  });
  const row = (): Locator => bench.rows.filter({ hasText: 'Sales Premium' }).first();
  const archive = (): string => join(bench.folder, 'genesys-archive');

  const verify = async (depth: string): Promise<void> => {
    await bench.workbench.runCommand('Genesys Archive: Verify Archive…');
    await bench.workbench.answerPick('How thoroughly should the archive be verified?', depth);
  };

  const press = async (notification: Locator, label: string): Promise<void> => {
    await notification.hover();
    await notification.getByRole('button', { name: label }).click();
  };

  test('says that a sound archive is sound, for a sample as well', async () => {
    await verify('Deep');
    assert.match(
      await bench.takeNotification(/as it was stored/u),
      /Conversations verified: 1, to the last byte: 1/u,
    );
    await verify('Sample');
    await bench.workbench.answerInput('How many percent of the conversations', '100');
    assert.match(await bench.takeNotification(/as it was stored/u), /to the last byte: 1/u);
  });

  test('finds a flipped bit, shows the report, and repairs', async () => {
    const { workbench } = bench;
    const [wav = ''] = globSync('conversations/**/*.wav.gz', { cwd: archive() });
    const path = join(archive(), wav);
    const whole = readFileSync(path);
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(10_000) ^ 1, 10_000);
    writeFileSync(path, flipped);
    await workbench.runCommand('Genesys Archive: Verify Archive…');
    await workbench.screenshot('verify depth');
    await workbench.answerPick('How thoroughly should the archive be verified?', 'Deep');
    const found = await workbench.waitForNotification(/Verification found damage/u);
    assert.match(await found.innerText(), /Problems: 1, in conversations: 1/u);
    await workbench.screenshot('verify found');
    await press(found, 'Show Report');
    const report = workbench.webview();
    await report.locator('h1', { hasText: 'Verification of the Archive' }).waitFor();
    await report.locator('li', { hasText: 'SHA-256 is not the one in the manifest' }).waitFor();
    await workbench.screenshot('verify report');
    await verify('Deep');
    await press(await workbench.waitForNotification(/Verification found/u), 'Repair');
    assert.match(
      await bench.takeNotification(/mended/u, 60_000),
      /^Repaired\. Problems mended: 1/u,
    );
    assert.deepEqual(readFileSync(path), whole);
    await workbench.screenshot('verify repaired');
  });

  test('plays a recording that is kept packed', async () => {
    const { workbench } = bench;
    await bench.openPlayer(row());
    const player = await PlayerView.waitFor(workbench);
    await player.play();
    const startMs = await player.soundMs();
    await player.pause();
    assert.ok((await player.soundMs()) > startMs);
    await workbench.screenshot('packed recording');
  });

  test('verifies the audit log, and says which line was edited', async () => {
    const { workbench } = bench;
    await workbench.runCommand('Genesys Archive: Verify Audit Log');
    assert.match(
      await bench.takeNotification(/The audit log (?:is|was)/u),
      /is unbroken\. Lines: \d+/u,
    );
    const path = join(archive(), 'audit.jsonl');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"absentCount":0', '"absentCount":1'));
    await workbench.runCommand('Genesys Archive: Verify Audit Log');
    assert.match(
      await bench.takeNotification(/The audit log (?:is|was)/u),
      /The first, in line 1/u,
    );
    await workbench.screenshot('audit edited');
  });
});
