import assert from 'node:assert/strict';
import type { Phrase } from '../../../src/model/transcript.ts';
import { createAlignment } from '../../../src/transcript/alignment.ts';
import {
  exportTranscript,
  transcriptFormats,
  type TranscriptFormat,
} from '../../../src/transcript/exports/exportTranscript.ts';
import { toLines, type LineOptions } from '../../../src/transcript/exports/transcriptLines.ts';

const zeroMs = Date.UTC(2026, 10, 5, 9, 30);

const phrase = (
  index: number,
  startMs: number,
  durationMs: number,
  text: string,
  more: Partial<Phrase> = {},
): Phrase => ({
  index,
  role: index % 2 === 0 ? 'internal' : 'external',
  text,
  startMs: zeroMs + startMs,
  durationMs,
  confidence: 0.5,
  words: [],
  ...more,
});

const options: LineOptions = {
  alignment: createAlignment({
    recordingStartMs: zeroMs,
    cuts: [{ realtimeOffsetMs: 10_000, durationMs: 5_000 }],
    userOffsetMs: 0,
  }),
  speakers: [
    { role: 'internal', name: 'Ada Example', startMs: zeroMs, endMs: zeroMs + 20_000 },
    { role: 'internal', name: 'Bo Second', startMs: zeroMs + 20_000, endMs: undefined },
    { role: 'external', name: '<b>Eve</b> & "Co"', startMs: zeroMs, endMs: undefined },
  ],
};

const call: readonly Phrase[] = [
  phrase(0, -500, 300, 'before it began'),
  phrase(1, 1_000, 1_500, 'first --> <i>line</i>\nwith a break', {
    words: [
      { text: 'first', startMs: zeroMs + 1_000, durationMs: 250, confidence: 0.9 },
      { text: 'break', startMs: zeroMs + 2_250, durationMs: 250, confidence: undefined },
    ],
  }),
  phrase(2, 16_000, 1_000, '=HYPERLINK("http://evil.example")'),
  phrase(3, 21_000, 0, '你好 👨‍👩‍👧 مرحبا'),
  phrase(4, 3_661_001 + 5_000, 10, 'late'),
];

const heading = { title: 'Voice · Billing', facts: [{ label: 'Queue', value: 'Billing *EMEA*' }] };
const origin = {
  conversationId: 'c1',
  communicationId: undefined,
  recordingId: 'r1',
  language: 'en-US',
  zeroEpochMs: zeroMs,
  sampleRateHz: 8_000,
};

function write(format: TranscriptFormat, more: Partial<LineOptions> = {}): string {
  return [
    ...exportTranscript(format, toLines(call, { ...options, ...more }), heading, origin),
  ].join('');
}

suite('exported transcripts', () => {
  test('WebVTT has ordered cues within the recording, names as voices, and nothing that could end a cue', () => {
    const text = write('vtt');
    assert.ok(text.startsWith('WEBVTT\n\nNOTE Voice · Billing\n\n'));
    assert.ok(
      text.includes(
        '\n2\n00:00:01.000 --> 00:00:02.500\n<v.customer &lt;b&gt;Eve&lt;/b&gt; &amp; "Co">first --&gt; &lt;i&gt;line&lt;/i&gt; with a break</v>\n',
      ),
      text,
    );
    assert.ok(
      text.includes('\n1\n00:00:00.000 --> 00:00:00.001\n'),
      'what was said before is at 0',
    );
    assert.ok(text.includes('\n00:00:11.000 --> 00:00:12.000\n'), 'the cut is taken out');
    assert.ok(text.includes('\n01:01:01.001 --> 01:01:01.011\n'));
    for (const [, from = '', to = ''] of text.matchAll(/^(\S+) --> (\S+)$/gmu)) {
      assert.ok(from < to, `${from} < ${to}`);
    }
  });

  test('SubRip is numbered without gaps and keeps its markers out of the text', () => {
    const text = write('srt', { sides: ['customer'] });
    assert.equal(
      text,
      '1\n00:00:01,000 --> 00:00:02,500\n‹b›Eve‹/b› & "Co": first --› ‹i›line‹/i› with a break\n' +
        '\n2\n00:00:16,000 --> 00:00:16,001\n‹b›Eve‹/b› & "Co": 你好 👨‍👩‍👧 مرحبا\n',
    );
  });

  test('Markdown and plain text name who spoke at the time, and take no markup from others', () => {
    const markdown = write('md');
    assert.ok(markdown.startsWith('# Voice · Billing\n\n- **Queue:** Billing \\*EMEA\\*\n\n'));
    assert.ok(
      markdown.includes('`0:01` **\\<b\\>Eve\\</b\\> \\& "Co":** first --\\> \\<i\\>line\\</i\\>'),
    );
    assert.ok(markdown.includes('`1:01:01` **Bo Second:** late'));
    assert.ok(write('txt').includes('[-0:00] Agent: before it began\n'));
  });

  test('CSV holds samples, and no cell that a spreadsheet would run', () => {
    const rows = write('csv').split('\r\n');
    assert.equal(rows.length, call.length + 2);
    assert.equal(
      rows[3],
      '2,11,12,88000,96000,2026-11-05T09:30:16.000Z,internal,agent,Ada Example,0.5,"\'=HYPERLINK(""http://evil.example"")"',
    );
  });

  test('JSON is whole, with words and samples at any rate', () => {
    const json: unknown = JSON.parse(
      [
        ...exportTranscript('json', toLines(call, options), heading, {
          ...origin,
          sampleRateHz: 44_100,
        }),
      ].join(''),
    );
    assert.partialDeepStrictEqual(json, {
      formatVersion: 1,
      conversationId: 'c1',
      recordingId: 'r1',
      startTime: '2026-11-05T09:30:00.000Z',
      sampleRateHz: 44_100,
      phrases: [
        { startMs: -500, startSample: -22_050 },
        {
          speaker: '<b>Eve</b> & "Co"',
          words: [
            { text: 'first', startMs: 1_000, endMs: 1_250, startSample: 44_100, endSample: 55_125 },
            { text: 'break' },
          ],
        },
        { startMs: 11_000, startTime: '2026-11-05T09:30:16.000Z' },
        { text: '你好 👨‍👩‍👧 مرحبا' },
        { startMs: 3_661_001 },
      ],
    });
  });

  test('a clip brings only what is heard in it, in its own times', () => {
    const lines = [...toLines(call, { ...options, clip: { startMs: 2_000, endMs: 11_500 } })];
    assert.deepEqual(
      lines.map(({ index, startMs, endMs, words }) => [index, startMs, endMs, words.length]),
      [
        [1, -1_000, 500, 1],
        [2, 9_000, 10_000, 0],
      ],
    );
  });

  test('an empty transcript is a valid file in every format', () => {
    for (const format of transcriptFormats) {
      const text = [...exportTranscript(format, [], heading, origin)].join('');
      if (format === 'json') {
        assert.deepEqual((JSON.parse(text) as { phrases: unknown }).phrases, []);
      } else {
        assert.ok(format === 'srt' || text.length > 0);
      }
    }
  });
});
