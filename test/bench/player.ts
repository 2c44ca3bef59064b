/**
 * What the player costs with a call of ten hours, two channels and 100 000 words, in the real workbench's browser: how soon
 * waveform and transcript are painted, frames and scripts while it is panned, zoomed, scrolled and searched, how far the
 * highlight is behind the sound, memory, and bytes of the bundle. Frames are compared with a page that does nothing, in the same
 * run. `--scale=0.1` tries it with a shorter call.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Locator, Page } from 'playwright-core';
import { root } from '../../scripts/setUp.mjs';
import { packProduct } from '../../scripts/vsix.mjs';
import { frameMark, scriptMsPerFrame, traceCategories } from '../support/frameTrace.ts';
import { writeLongCall } from '../support/longCall.ts';
import { median, percentile, report, scaleOf } from '../support/measurement.ts';
import {
  readOpenTimes,
  runFrames,
  typeSearches,
  watchFirstPaint,
  watchHighlight,
  type FrameRun,
  type HighlightFrame,
  type OpenTimes,
} from '../support/playerProbe.ts';
import { PlayerView } from '../support/playerView.ts';
import { Workbench } from '../support/workbench.ts';

const bench = 'player';
const openCount = 5;
const frameCount = 600;
const vsyncMs = 1000 / 60;
const scale = scaleOf(process.argv.slice(2));
const call = { durationMs: scale * 36_000_000, wordCount: scale * 100_000 };
const searches = ['baba', 'cece dodo', 'zuzu', 'nothing like it', 'fo'];

const round = (value: number): number => Math.round(value * 100) / 100;

function say(metric: string, value: number, unit: string, reference?: number): void {
  report({
    bench,
    metric,
    value: round(value),
    unit,
    ...(reference === undefined
      ? {}
      : { reference: round(reference), ratio: round(value / reference) }),
  });
}

/** Bytes that the page's process holds for scripts, once garbage is gone: objects and the buffers behind them. */
async function pageBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

interface Opened {
  readonly waveformMs: number;
  readonly transcriptMs: number;
  readonly commandToPaintMs: number;
}

async function untilPainted(host: Locator): Promise<OpenTimes> {
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const times = await host.evaluate(readOpenTimes);
    if (times !== undefined) {
      return times;
    }
    if (Date.now() > deadlineMs) {
      throw new Error('Waveform and transcript were not painted within two minutes');
    }
    await host.page().waitForTimeout(50);
  }
}

/** Opens the one archived conversation and resolves when all of it was painted. */
async function open(workbench: Workbench): Promise<Opened> {
  await workbench.runCommand('Genesys Archive: Open Archived Conversation…');
  await workbench.quickInput.locator('.monaco-list-row', { hasText: 'Ada Lovelace' }).waitFor();
  const askedAt = Date.now();
  await workbench.page.keyboard.press('Enter');
  const host = workbench.webview().locator('genesys-conversation-view');
  await host.waitFor({ state: 'attached', timeout: 60_000 });
  const { scriptAt, waveformAt, transcriptAt } = await untilPainted(host);
  return {
    waveformMs: waveformAt - scriptAt,
    transcriptMs: transcriptAt - scriptAt,
    commandToPaintMs: Math.max(waveformAt, transcriptAt) - askedAt,
  };
}

interface Frames {
  readonly intervalsMs: readonly number[];
  readonly scriptsMs: readonly number[];
}

async function measureFrames(
  page: Page,
  host: Locator,
  action: FrameRun['action'],
): Promise<Frames> {
  const browser = page.context().browser();
  if (browser === null) {
    throw new Error('The page has no browser');
  }
  await browser.startTracing(page, { categories: traceCategories });
  const intervalsMs = await host.evaluate(runFrames, { action, frameCount, frameMark });
  return { intervalsMs, scriptsMs: scriptMsPerFrame(await browser.stopTracing()) };
}

/** Share of the screen's refreshes that brought no new frame, 0 to 1. */
function droppedShare(intervalsMs: readonly number[]): number {
  const missed = intervalsMs.map((interval) => Math.max(0, Math.round(interval / vsyncMs) - 1));
  const missedCount = missed.reduce((sum, count) => sum + count, 0);
  return missedCount / (missedCount + intervalsMs.length);
}

function sayFrames(name: string, { intervalsMs, scriptsMs }: Frames, empty: Frames): void {
  const p95 = (values: readonly number[]): number => percentile(values, 95);
  say(`${name}FrameP95Ms`, p95(intervalsMs), 'ms', p95(empty.intervalsMs));
  say(`${name}ScriptP95Ms`, p95(scriptsMs), 'ms', p95(empty.scriptsMs));
  const [dropped, emptyDropped] = [intervalsMs, empty.intervalsMs].map(droppedShare);
  report({
    bench,
    metric: `${name}DroppedFrames`,
    value: round((dropped ?? 0) * 100),
    unit: '%',
    reference: round((emptyDropped ?? 0) * 100),
  });
}

/** Of each move of the highlight: how many frames after the first one whose sound had come to that word, or before it. */
function highlightDelays(
  frames: readonly HighlightFrame[],
  phraseStartsMs: readonly number[],
): readonly number[] {
  const stepMs = call.durationMs / call.wordCount;
  const delays: number[] = [];
  for (const [index, { phrase, word }] of frames.entries()) {
    const before = frames[index - 1];
    const startMs = phraseStartsMs[phrase];
    const hasMoved =
      before !== undefined && (word !== before.word || phrase !== before.phrase) && word >= 0;
    if (hasMoved && startMs !== undefined) {
      // Times of the transcript and of the sound are whole milliseconds.
      const wordMs = startMs + word * stepMs - 1;
      const due = frames.findIndex(({ soundMs }) => soundMs >= wordMs);
      // A word that the sound has not come to by the end is as early as can be.
      delays.push(Math.abs(index - (due < 0 ? frames.length : due)));
    }
  }
  // The first is the place that was gone to, not a move.
  return delays.slice(1);
}

async function measureMoving(
  workbench: Workbench,
  phraseStartsMs: readonly number[],
): Promise<void> {
  const host = workbench.webview().locator('genesys-conversation-view');
  const { page } = workbench;
  const empty = await measureFrames(page, host, 'nothing');
  sayFrames('panZoom', await measureFrames(page, host, 'panZoom'), empty);
  sayFrames('scroll', await measureFrames(page, host, 'scroll'), empty);
  say('findP95Ms', percentile(await host.evaluate(typeSearches, searches), 95), 'ms');
  // A search stops following the sound.
  await host.locator('button[aria-label="Follow the sound"][aria-pressed="false"]').click();
  const player = await PlayerView.waitFor(workbench);
  await player.play();
  const delays = highlightDelays(await host.evaluate(watchHighlight, 10_000), phraseStartsMs);
  if (delays.length < 10) {
    throw new Error(`The highlight moved ${String(delays.length)} times in ten seconds`);
  }
  say('highlightDelayP95Frames', percentile(delays, 95), 'frames');
  await player.pause();
  // Once the sound was asked for, code-server brings all 600 MB of it through the thread that draws the page; desktop VS Code does not.
  say('findAfterPlayingP95Ms', percentile(await host.evaluate(typeSearches, searches), 95), 'ms');
}

const folder = mkdtempSync(join(tmpdir(), 'genesys-archive-player-bench-'));
try {
  const vsix = await packProduct(join(folder, 'product.vsix'));
  const bundle = join(root, 'dist/webview/conversationView.js');
  say('playerBundleBytes', statSync(bundle).size, 'bytes');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const phraseStartsMs = await writeLongCall(join(workspace, 'genesys-archive'), call);
  const workbench = await Workbench.launch({ vsixFiles: [vsix], folder: workspace });
  try {
    await workbench.page.addInitScript(watchFirstPaint);
    await workbench.openView('Genesys Archive');
    const session = await workbench.page.context().newCDPSession(workbench.page);
    const cold = await open(workbench);
    const opened: Opened[] = [];
    const addedBytes: number[] = [];
    for (let turn = 0; turn < openCount; turn++) {
      await workbench.runCommand('View: Close All Editors');
      await workbench.page.locator('iframe.webview').waitFor({ state: 'detached' });
      const beforeBytes = await pageBytes(session);
      opened.push(await open(workbench));
      addedBytes.push((await pageBytes(session)) - beforeBytes);
    }
    const of = (key: keyof Opened): number => median(opened.map((one) => one[key]));
    say('firstWaveformMs', of('waveformMs'), 'ms');
    say('transcriptFirstPaintMs', of('transcriptMs'), 'ms');
    say('commandToPaintMs', of('commandToPaintMs'), 'ms');
    say('coldCommandToPaintMs', cold.commandToPaintMs, 'ms');
    say('pageMemoryBytes', median(addedBytes), 'bytes');
    await measureMoving(workbench, phraseStartsMs);
  } catch (error) {
    await workbench.screenshot('player bench');
    process.stderr.write(`${workbench.consoleErrors.join('\n')}\n`);
    throw error;
  } finally {
    await workbench.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
