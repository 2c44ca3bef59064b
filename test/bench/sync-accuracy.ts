/**
 * How far the highlighted word is from the sound after random seeks in an hour of clicks, for every codec that the platform hands
 * out. Files go through `prepareRecording` as in the product; the product's page plays them in a real browser. When a word is
 * heard is found in the rendered samples: clicks lie at irregular distances, so that a few of them tell which ones they are.
 * What must be encoded needs ffmpeg (Debian: `apt-get install ffmpeg`); without it only WAV is measured. `--scale=0.1` tries it,
 * `--only=mp3Cbr,mp3Vbr` measures some of the codecs: all together take a quarter of an hour.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareRecording } from '../../src/archive/prepareRecording.ts';
import { ConversationPages, type OpenPage } from '../support/conversationPage.ts';
import { isFfmpegThere, runFfmpeg } from '../support/ffmpeg.ts';
import { percentile, report, scaleOf } from '../support/measurement.ts';
import { createRandom } from '../support/random.ts';
import { createSnapshot, encodeTranscript, type SyntheticCall } from '../support/syntheticCall.ts';
import { hookRenderedSound, listenAndLook, type HeardAndSeen } from '../support/syncProbe.ts';
import { pcm16, wavFile } from '../support/wavFile.ts';

const bench = 'sync-accuracy';
const scale = scaleOf(process.argv.slice(2));
const durationMs = scale * 3_600_000;
const seekCount = Math.max(4, Math.round(16 * scale));
const listenMs = 3500;
const sampleRateHz = 16_000;
const wordsPerPhrase = 10;
const never = new AbortController().signal;
const random = createRandom(61);

/** What ffmpeg makes the file with; none for what the sound is made as. */
const codecs: readonly (readonly [string, readonly string[]])[] = [
  ['wavPcm16', []],
  ['wavMuLaw', ['-c:a', 'pcm_mulaw', '-f', 'wav']],
  ['mp3Cbr', ['-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3']],
  ['mp3Vbr', ['-c:a', 'libmp3lame', '-q:a', '6', '-f', 'mp3']],
  ['oggOpus', ['-c:a', 'libopus', '-b:a', '24k', '-f', 'ogg']],
  ['oggVorbis', ['-c:a', 'libvorbis', '-q:a', '1', '-f', 'ogg']],
  ['webmOpus', ['-c:a', 'libopus', '-b:a', '24k', '-f', 'webm']],
];

const codecNames = codecs.map(([name]) => name);
const wanted = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
const chosen = wanted?.split(',') ?? codecNames;
const unknown = chosen.find((name) => !codecNames.includes(name));
if (unknown !== undefined) {
  throw new RangeError(`There is no such codec: ${unknown}. There are ${codecNames.join(', ')}`);
}

/** When each word and its click begin. */
function irregularTimes(): readonly number[] {
  const times: number[] = [];
  for (let timeMs = 1000; timeMs < durationMs - 2000; timeMs += 350 + random.integer(500)) {
    times.push(timeMs);
  }
  return times;
}

function toCall(timesMs: readonly number[]): SyntheticCall {
  const phrases = [];
  for (let first = 0; first < timesMs.length; first += wordsPerPhrase) {
    const words = timesMs.slice(first, first + wordsPerPhrase).map((startMs, index) => ({
      word: `word${String(first + index)}`,
      startMs,
      durationMs: (timesMs[first + index + 1] ?? startMs + 300) - startMs,
      confidence: 0.9,
    }));
    const text = words.map(({ word }) => word).join(' ');
    phrases.push({ role: 'external', text, words });
  }
  return { phrases, durationMs };
}

/** A decaying tone at each time, silence else. */
function clickSamples(timesMs: readonly number[]): Int16Array {
  const samples = new Int16Array((durationMs / 1000) * sampleRateHz);
  for (const startMs of timesMs) {
    const first = Math.round((startMs * sampleRateHz) / 1000);
    for (let index = 0; index < sampleRateHz / 100; index++) {
      const timeMs = (index * 1000) / sampleRateHz;
      samples[first + index] = 24_000 * Math.exp(-timeMs / 3) * Math.sin(2 * Math.PI * timeMs);
    }
  }
  return samples;
}

const toleranceMs = 12;

/** Position of the sound at which the page's clock was 0; undefined when the clicks are not to be told from others. */
function soundAtZero(clicksMs: readonly number[], timesMs: readonly number[]): number | undefined {
  let best: { readonly zeroMs: number; readonly count: number } | undefined;
  for (const anchorMs of clicksMs) {
    for (const timeMs of timesMs) {
      const zeroMs = timeMs - anchorMs;
      const count = clicksMs.filter(
        (clickMs) => Math.abs(nearest(timesMs, clickMs + zeroMs) - clickMs - zeroMs) < toleranceMs,
      ).length;
      if (count > (best?.count ?? 0)) {
        best = { zeroMs, count };
      }
    }
  }
  return best !== undefined && best.count >= 4 && best.count >= clicksMs.length - 1
    ? best.zeroMs
    : undefined;
}

function nearest(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const [before = -Infinity, after = Infinity] = [sorted[low - 1], sorted[low]];
  return wanted - before < after - wanted ? before : after;
}

/** Of one move of the highlight. */
interface MoveError {
  /** How far the sound was from the start of the word then. */
  readonly errorMs: number;
  /** That, without the frame in which it happened: what the highlight's clock is off, however slowly frames come. */
  readonly clockMs: number;
  readonly frameMs: number;
}

function errorsOf(
  { clicksMs, moves }: HeardAndSeen,
  timesMs: readonly number[],
): readonly MoveError[] | undefined {
  const zeroMs = soundAtZero(clicksMs, timesMs);
  if (zeroMs === undefined) {
    return undefined;
  }
  return moves.map(({ atMs, frameMs, phrase, word }) => {
    const lateMs = atMs + zeroMs - (timesMs[phrase * wordsPerPhrase + word] ?? Infinity);
    const clockMs = Math.max(0, -lateMs, lateMs - frameMs);
    return { errorMs: Math.abs(lateMs), clockMs, frameMs };
  });
}

async function measure(open: OpenPage, timesMs: readonly number[]): Promise<readonly MoveError[]> {
  const { page, tell } = open;
  const host = page.locator('genesys-conversation-view');
  const errors: MoveError[] = [];
  let unheardCount = 0;
  for (let seek = 0; seek < seekCount; seek++) {
    await tell({ kind: 'seek', offsetMs: 2000 + random.integer(durationMs - 12_000) });
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    // Until the place was found and its sound is heard.
    await page.waitForTimeout(700);
    const found = errorsOf(await host.evaluate(listenAndLook, listenMs), timesMs);
    unheardCount += found === undefined ? 1 : 0;
    errors.push(...(found ?? []));
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  }
  if (unheardCount > seekCount / 4) {
    throw new Error(`After ${String(unheardCount)} seeks the clicks could not be told from others`);
  }
  return errors;
}

const folder = await mkdtemp(join(tmpdir(), 'sync-accuracy-'));
const pages = new ConversationPages();
try {
  await pages.start();
  const timesMs = irregularTimes();
  const call = toCall(timesMs);
  const snapshot = createSnapshot(call);
  const wavPath = join(folder, 'clicks.wav');
  await writeFile(wavPath, wavFile({ sampleRateHz, data: pcm16(clickSamples(timesMs)) }));
  for (const [codec, encoder] of codecs.filter(([name]) => chosen.includes(name))) {
    if (encoder.length > 0 && !isFfmpegThere()) {
      process.stderr.write(`${codec}: skipped, since it is encoded by ffmpeg, which is not here\n`);
      continue;
    }
    const path = join(folder, codec);
    await (encoder.length === 0
      ? writeFile(path, await readFile(wavPath))
      : runFfmpeg(['-i', wavPath, ...encoder, path]));
    const prepared = await prepareRecording(
      {
        files: [{ channel: '0', path, peaksPath: join(folder, `${codec}.dat`) }],
        playablePath: join(folder, `${codec}.playable.wav`),
      },
      never,
    );
    const sound = await readFile(prepared.playablePath ?? path);
    const audioUrl = `/files/${codec}${prepared.playablePath === path ? '' : '.wav'}`;
    const open = await pages.open({
      theme: 'dark',
      widthPx: 1000,
      heightPx: 800,
      snapshot: {
        ...snapshot,
        recordings: snapshot.recordings.map((one) => ({ ...one, audioUrl, channels: [] })),
      },
      files: new Map<string, Uint8Array | number>([
        [audioUrl, sound],
        ['/files/transcript.json.gz', encodeTranscript(call)],
      ]),
    });
    await open.page.evaluate(hookRenderedSound);
    await open.page.locator('.row .word').first().waitFor();
    const errors = await measure(open, timesMs);
    await open.close();
    const say = (metric: string, key: keyof MoveError, percent: number): void => {
      const of = percentile(
        errors.map((error) => error[key]),
        percent,
      );
      report({ bench, metric: `${codec}.${metric}`, value: Math.round(of * 10) / 10, unit: 'ms' });
    };
    say('errorP99Ms', 'errorMs', 99);
    say('errorP50Ms', 'errorMs', 50);
    say('clockErrorP99Ms', 'clockMs', 99);
    say('frameP99Ms', 'frameMs', 99);
    report({ bench, metric: `${codec}.moves`, value: errors.length, unit: 'count' });
    await rm(join(folder, `${codec}.playable.wav`), { force: true });
  }
} finally {
  await pages.stop();
  await rm(folder, { recursive: true, force: true });
}
