/** Exports read stored files and write what other people's parsers accept. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse as parseSubtitles } from '@plussub/srt-vtt-parser';
import webvtt from 'webvtt-parser';
import { exportClip } from '../../../../src/archive/exports/exportClip.ts';
import {
  exportTranscriptFile,
  type TranscriptSource,
} from '../../../../src/archive/exports/exportTranscriptFile.ts';
import { isAppError, isCancellation } from '../../../../src/base/appError.ts';
import { probeWav } from '../../../../src/audio/wav.ts';
import { transcriptFileFormats } from '../../../../src/protocol/playerWorker.ts';
import { transcriptFormats } from '../../../../src/transcript/exports/exportTranscript.ts';
import { createCall, createFiles, createSnapshot } from '../../../support/syntheticCall.ts';

const never = new AbortController().signal;
const call = createCall(14);
const snapshot = createSnapshot(call);
const files = createFiles(call);

suite('exported transcript files', () => {
  let folder: string;
  let source: TranscriptSource;
  const bytesOf = (name: string): Uint8Array => {
    const bytes = files.get(name);
    return typeof bytes === 'object' ? bytes : new Uint8Array();
  };
  const write = async (
    format: (typeof transcriptFormats)[number],
    change: Partial<TranscriptSource> = {},
  ): Promise<string> => {
    const path = join(folder, `out.${format}`);
    await exportTranscriptFile({ ...source, ...change }, format, path, never);
    return await readFile(path, 'utf8');
  };

  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'transcript-export-'));
    await writeFile(join(folder, 'words.json.gz'), bytesOf('/files/transcript.json.gz'));
    await writeFile(join(folder, 'call.wav'), bytesOf('/files/call.wav'));
    source = {
      files: [{ path: join(folder, 'words.json.gz'), kind: 'transcript' }],
      conversationId: 'c-1',
      communicationId: 's-1',
      recordingId: 'r-1',
      isOutbound: false,
      startMs: snapshot.startMs,
      cuts: [],
      offsetMs: 0,
      speakers: snapshot.speakers,
      heading: { title: snapshot.title, facts: snapshot.facts },
      notes: [],
      mediaPath: join(folder, 'call.wav'),
      side: undefined,
      clip: undefined,
    };
  });

  teardown(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('the page, the worker and the writers know the same formats', () => {
    assert.deepEqual(transcriptFileFormats, transcriptFormats);
  });

  test("W3C's validator finds nothing wrong with the WebVTT, and a second parser reads the same cues", async () => {
    const text = await write('vtt');
    const { cues, errors } = new webvtt.WebVTTParser().parse(
      text,
      'subtitles/captions/descriptions',
    );
    assert.deepEqual(errors, []);
    assert.equal(cues.length, call.phrases.length);
    const { entries } = parseSubtitles(text);
    assert.deepEqual(
      entries.map(({ from, to }) => [from, to]),
      cues.map(({ startTime, endTime }) => [
        Math.round(startTime * 1000),
        Math.round(endTime * 1000),
      ]),
    );
    assert.equal(Math.round((cues[3]?.startTime ?? 0) * 1000), call.phrases[3]?.words[0]?.startMs);
  });

  test('the validator would have told: it refuses a cue that ends before it begins', () => {
    const wrong = 'WEBVTT\n\n00:02.000 --> 00:01.000\nback\n';
    const { errors } = new webvtt.WebVTTParser().parse(wrong, 'subtitles/captions/descriptions');
    assert.notEqual(errors.length, 0);
  });

  test('a parser of SubRip reads every phrase with its time and speaker', async () => {
    const { entries } = parseSubtitles(await write('srt'));
    assert.equal(entries.length, call.phrases.length);
    assert.deepEqual(
      entries.map(({ from }) => from),
      call.phrases.map(({ words }) => words[0]?.startMs),
    );
    assert.equal(entries[1]?.text, `Dana Example: ${call.phrases[1]?.text ?? ''}`);
  });

  test('hostile text, names and titles stay within their cues, whoever parses them', async () => {
    const hostile = [
      'a --> b',
      '00:00:01.000 --> 00:00:02.000',
      '\n\n99\n00:00:03,000 --> 00:00:04,000\nforged',
      'blank\n\n\nlines\r\n\r\nhere',
      '</v><v Forged>words</v>',
      '<script>alert(1)</script> &amp; & < >',
      'NOTE\nnot a note',
      'STYLE\n::cue { color: red }',
      '\u202eمرحبا بالعالم\u202c 日本語 👩‍👩‍👧 \u2028line\u2029paragraph\u0000end',
      '42',
      '{\\an8}<i>{b}',
    ];
    const path = join(folder, 'hostile.json.gz');
    await writeFile(
      path,
      gzipSync(
        JSON.stringify({
          transcripts: [
            {
              startTime: snapshot.startMs,
              phrases: hostile.map((text, index) => ({
                text,
                startTimeMs: snapshot.startMs + index * 1000,
                duration: { milliseconds: 900 },
                participantPurpose: 'external',
              })),
            },
          ],
        }),
      ),
    );
    const change: Partial<TranscriptSource> = {
      files: [{ path, kind: 'transcript' }],
      speakers: [
        {
          role: 'external',
          name: 'Eve\n\n1\n00:00:00.000 --> 00:00:09.000 <b>',
          startMs: 0,
          endMs: undefined,
        },
      ],
      heading: { title: 'x\n\n00:00:01.000 --> 00:00:02.000\nforged', facts: [] },
    };
    const vtt = await write('vtt', change);
    const strict = new webvtt.WebVTTParser().parse(vtt, 'subtitles/captions/descriptions');
    assert.deepEqual(strict.errors, []);
    const starts = hostile.map((_, index) => index * 1000);
    assert.deepEqual(
      strict.cues.map(({ startTime }) => Math.round(startTime * 1000)),
      starts,
    );
    for (const text of [vtt, await write('srt', change)]) {
      const { entries } = parseSubtitles(text);
      assert.deepEqual(
        entries.map(({ from, to }) => [from, to]),
        starts.map((startMs) => [startMs, startMs + 900]),
      );
      assert.ok(
        entries.every(({ text: words }) => !words.includes('\n')),
        'one line a cue',
      );
    }
  });

  test('what it amounts to and the notes go with the whole of it; a clip has only its own notes', async () => {
    const at = (ms: number): number => snapshot.startMs + ms;
    const notes: TranscriptSource['notes'] = [
      { text: 'Look *here*', tags: ['refund'], startMs: at(12_000), endMs: at(17_000) },
      { text: 'A moment', tags: [], startMs: at(40_000), endMs: undefined },
      { text: 'All of it', tags: [], startMs: undefined, endMs: undefined },
    ];
    const whole = JSON.parse(await write('json', { notes, side: 'customer' }));
    assert.partialDeepStrictEqual(whole, {
      summary: {
        durationMs: call.durationMs,
        phraseCount: call.phrases.length,
        wordCount: call.phrases.reduce((sum, { words }) => sum + words.length, 0),
        turnCounts: { agent: 7, customer: 6, system: 1 },
        overtalkRatio: 0,
        averageConfidence: 0.9,
        averageSentiment: 0.05,
        sentimentTrend: 1.5,
      },
      notes: [
        { text: 'All of it' },
        { text: 'Look *here*', tags: ['refund'], startMs: 12_000, endMs: 17_000 },
        { text: 'A moment', startMs: 40_000 },
      ],
    });
    const talkRatios: Record<string, number> = whole.summary.talkRatios;
    const sum = Object.values(talkRatios).reduce(
      (total, ratio) => total + ratio,
      Number(whole.summary.silenceRatio),
    );
    assert.ok(Math.abs(sum - 1) < 0.001, String(sum));
    const clipped = JSON.parse(
      await write('json', { notes, clip: { startMs: 10_000, endMs: 20_000 } }),
    );
    assert.equal(clipped.summary, undefined);
    assert.deepEqual(clipped.notes, [
      { text: 'Look *here*', tags: ['refund'], startMs: 2_000, endMs: 7_000 },
    ]);
    const markdown = await write('md', { notes });
    assert.ok(markdown.includes('\n## Summary\n\n- **Duration:** 1:00\n'), markdown);
    assert.ok(markdown.includes('\n- **Trend:** better (+1.50)\n'));
    assert.ok(
      markdown.includes(
        '\n## Notes\n\n- `overall` All of it\n- `0:12–0:17` Look \\*here\\* #refund\n- `0:40` A moment\n\n## Transcript\n',
      ),
      markdown,
    );
    assert.ok(
      (await write('txt', { notes })).includes('\nNote [0:12–0:17]: Look *here* #refund\n'),
    );
  });

  test('side, clip and a moved text are honoured', async () => {
    const clip = { startMs: 4000, endMs: 20_000 };
    const text = await write('json', { side: 'customer', clip, offsetMs: 1000 });
    const { phrases, startTime, sampleRateHz } = JSON.parse(text);
    assert.equal(sampleRateHz, 8000);
    assert.equal(startTime, new Date(snapshot.startMs + 4000).toISOString());
    const expected = call.phrases.filter(
      ({ role, words }) =>
        role === 'external' &&
        (words[0]?.startMs ?? 0) + 1000 < 20_000 &&
        (words.at(-1)?.startMs ?? 0) + (words.at(-1)?.durationMs ?? 0) + 1000 > 4000,
    );
    assert.ok(expected.length > 0 && expected.length < call.phrases.length / 2);
    assert.deepEqual(
      phrases.map((phrase: { startMs: number }) => phrase.startMs),
      expected.map(({ words }) => (words[0]?.startMs ?? 0) + 1000 - 4000),
    );
  });

  test('messages of a recording object become lines with their own senders', async () => {
    const path = join(folder, 'chat.json.gz');
    const utc = new Date(snapshot.startMs + 1000).toISOString();
    await writeFile(
      path,
      gzipSync(JSON.stringify({ transcript: [{ id: '1', utc, from: 'Customer', body: 'Hi!' }] })),
    );
    const text = await write('txt', { files: [{ path, kind: 'recording' }] });
    assert.ok(text.endsWith('\n[0:01] Customer: Hi!\n'), text);
  });

  test('a damaged or missing file, and a cancelled export, leave what was there', async () => {
    const outputPath = join(folder, 'out.txt');
    await writeFile(outputPath, 'before');
    await writeFile(join(folder, 'bad.json.gz'), 'no gzip');
    const wrong = { path: join(folder, 'bad.json.gz'), kind: 'transcript' } as const;
    await assert.rejects(
      exportTranscriptFile({ ...source, files: [wrong] }, 'txt', outputPath, never),
      (error) => isAppError(error, 'corrupt'),
    );
    await assert.rejects(
      exportTranscriptFile(source, 'txt', outputPath, AbortSignal.abort()),
      isCancellation,
    );
    assert.equal(await readFile(outputPath, 'utf8'), 'before');
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.partial')),
      [],
    );
  });

  test('a clip holds exactly the samples of its stretch, all channels', async () => {
    const outputPath = join(folder, 'clip.wav');
    const clip = { startMs: 2500, endMs: 9001 };
    const { durationMs } = await exportClip(source.mediaPath ?? '', clip, outputPath, never);
    assert.equal(durationMs, 6501);
    const written = await readFile(outputPath);
    const whole = bytesOf('/files/call.wav').subarray(44);
    assert.deepEqual(written.subarray(44), Buffer.from(whole.subarray(2500 * 8 * 4, 9001 * 8 * 4)));
    const probe = probeWav(written);
    assert.ok(probe.isComplete);
    assert.equal(probe.format.channelCount, 2);
    assert.equal(probe.format.dataLengthBytes, 6501 * 8 * 4);
  });

  test('a clip ends with the recording; one beyond it or of no WAV is refused with what to do', async () => {
    const outputPath = join(folder, 'clip.wav');
    const path = source.mediaPath ?? '';
    const late = { startMs: call.durationMs - 1000, endMs: call.durationMs + 60_000 };
    const { durationMs } = await exportClip(path, late, outputPath, never);
    assert.ok(Math.abs(durationMs - 1000) < 1);
    await assert.rejects(
      exportClip(path, { startMs: call.durationMs + 1000, endMs: 9e9 }, outputPath, never),
      (error) => isAppError(error, 'input'),
    );
    await assert.rejects(
      exportClip(join(folder, 'words.json.gz'), late, outputPath, never),
      (error) => isAppError(error, 'unsupported'),
    );
  });
});
