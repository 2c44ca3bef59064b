import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isAppError } from '../../../src/base/appError.ts';
import { decodeTranscript } from '../../../src/transcript/decodeTranscript.ts';
import { JsonElements } from '../../../src/transcript/jsonElements.ts';
import {
  TranscriptTextReader,
  type TranscriptPart,
} from '../../../src/transcript/transcriptText.ts';
import { createRandom } from '../../support/random.ts';

const fixtures = new URL('../../fixtures/', import.meta.url);

function read(bytes: Uint8Array, chunkBytes = bytes.length): readonly TranscriptPart[] {
  const reader = new TranscriptTextReader(1000);
  const parts: TranscriptPart[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    parts.push(...reader.push(Buffer.from(bytes.subarray(start, start + chunkBytes))));
  }
  return [...parts, ...reader.finish()];
}

suite('TranscriptTextReader', () => {
  for (const name of [
    'genesys/real-transcript-quickhits.json',
    'speech/callOne/transcript.json',
    'speech/callTwo/transcript.json',
  ]) {
    test(`says of ${name} what the decoder of the whole file says, whatever the chunks`, () => {
      const bytes = readFileSync(new URL(name, fixtures));
      const decoded = decodeTranscript(JSON.parse(bytes.toString('utf8')));
      for (const chunkBytes of [bytes.length, 7, 100, 4096]) {
        const phrases = read(bytes, chunkBytes).filter(({ kind }) => kind === 'phrase');
        assert.ok(phrases.length > 0);
        const offsetMs = decoded.timeBase === 'recording' ? 1000 : 0;
        assert.deepEqual(
          phrases.toSorted((a, b) => a.startMs - b.startMs),
          decoded.phrases.map(({ role, text, startMs, durationMs }) => ({
            kind: 'phrase',
            role,
            text,
            startMs: startMs + offsetMs,
            durationMs,
          })),
        );
      }
    });
  }

  test('names the speakers of an older file whose participants come last', () => {
    const file = {
      transcript: [{ start_time: 1.5, end_time: 2, text: 'hi', speaker_id: 's', confidence: 1 }],
      participants: [{ id: 's', name: 'Dana', role: 'agent' }],
    };
    assert.deepEqual(read(Buffer.from(JSON.stringify(file))), [
      { kind: 'phrase', role: 'internal', text: 'hi', startMs: 2500, durationMs: 500 },
    ]);
  });

  test('refuses a file that is cut', () => {
    assert.throws(
      () => read(Buffer.from('{"transcripts":[{"phrases":[{"te')),
      (error) => isAppError(error, 'corrupt'),
    );
  });
});

suite('JsonElements', () => {
  test('cuts omitted values out, whatever is in them and wherever the chunks end', () => {
    const random = createRandom();
    const values = ['"\\"]}\\\\"', '[{"a":"]"},[]]', '{"x":[1,"}"]}', 'null', '1.5', '""', '"é😀"'];
    for (let round = 0; round < 1000; round++) {
      const elements = Array.from({ length: random.integer(4) }, () =>
        Array.from({ length: random.integer(5) }, (_, index) => {
          const name = random.pick(['words', 'text', 'deep']);
          return {
            name: `${name}${name === 'words' ? '' : String(index)}`,
            value: random.pick(values),
          };
        }),
      );
      const text = `{"skipped":${random.pick(values)},"list":[${elements
        .map((fields) => `{${fields.map(({ name, value }) => `"${name}" : ${value}`).join(', ')}}`)
        .join(',')}],"one":${random.pick(values)}}`;
      const expected = (JSON.parse(text) as { list: readonly object[] }).list.map((element) =>
        'words' in element ? { ...element, words: null } : element,
      );
      const found: unknown[] = [];
      const reader = new JsonElements({
        paths: ['list.*', 'other'],
        omit: ['words'],
        skims: random.integer(2) === 0,
        onElement: (value, pathIndex) => {
          found.push(value);
          assert.equal(pathIndex, 0);
        },
      });
      const bytes = Buffer.from(text);
      const step = 1 + random.integer(bytes.length);
      for (let start = 0; start < bytes.length; start += step) {
        // The same memory again and again, as file readers do.
        const chunk = Buffer.from(bytes.subarray(start, start + step));
        reader.push(chunk);
        chunk.fill(0x7b);
      }
      reader.finish();
      assert.deepEqual(found, expected, `${random.label}, round ${String(round)}: ${text}`);
    }
  });

  test('finds the end of arrays whose strings look like their end', () => {
    const random = createRandom();
    const strings = [
      ']',
      '],',
      ']}',
      ']:',
      '],"',
      ']\\',
      ', ',
      ',',
      ':',
      '}',
      ' ',
      '',
      'a',
      '\\"]',
      '[',
    ];
    const list = (): readonly string[] =>
      Array.from({ length: random.integer(5) }, () => random.pick(strings));
    for (let round = 0; round < 3000; round++) {
      const elements = Array.from({ length: 1 + random.integer(3) }, () => ({
        words: random.pick([list(), [{ [random.pick(strings)]: random.pick(strings) }], [list()]]),
        [random.pick(strings)]: random.pick([list(), random.pick(strings), 1]),
      }));
      const document = {
        [random.pick(strings)]: list(),
        list: elements,
        [random.pick(strings)]: 1,
      };
      const bytes = Buffer.from(JSON.stringify(document, null, random.pick([undefined, ' '])));
      const found: unknown[] = [];
      const reader = new JsonElements({
        paths: ['list.*'],
        omit: ['words'],
        skims: true,
        onElement: (value) => found.push(value),
      });
      const step = random.pick([bytes.length, 1 + random.integer(bytes.length)]);
      for (let start = 0; start < bytes.length; start += step) {
        reader.push(bytes.subarray(start, start + step));
      }
      reader.finish();
      assert.deepEqual(
        found,
        elements.map((element) => ({ ...element, words: null })),
        `${random.label}, round ${String(round)}: ${bytes.toString()}`,
      );
    }
  });

  test('counts only what is kept against the bound of an element', () => {
    const text = `{"a":[{"words":"${'x'.repeat(500)}","t":1}]}`;
    const found: unknown[] = [];
    const reader = new JsonElements({
      paths: ['a.*'],
      omit: ['words'],
      skims: true,
      maxElementBytes: 50,
      onElement: (value) => found.push(value),
    });
    for (const byte of Buffer.from(text)) {
      reader.push(Uint8Array.of(byte));
    }
    reader.finish();
    assert.deepEqual(found, [{ words: null, t: 1 }]);
  });
});
