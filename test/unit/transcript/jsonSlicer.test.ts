import assert from 'node:assert/strict';
import { isAppError, isCancellation } from '../../../src/base/appError.ts';
import { JsonScanner } from '../../../src/transcript/jsonScanner.ts';
import { JsonSlicer, sliceJson } from '../../../src/transcript/jsonSlicer.ts';
import { createRandom, type Random } from '../../support/random.ts';

const never = new AbortController().signal;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function slice(
  text: string | Uint8Array,
  path: string,
  splits: readonly number[] = [],
  maxElementBytes?: number,
): readonly unknown[] {
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  const slicer = new JsonSlicer(
    maxElementBytes === undefined ? { path } : { path, maxElementBytes },
  );
  const elements: unknown[] = [];
  let start = 0;
  for (const end of [...splits, bytes.length]) {
    // The same memory again and again, as file readers do.
    const chunk = bytes.slice(start, end);
    elements.push(...slicer.push(chunk));
    chunk.fill(0x7b);
    start = end;
  }
  return [...elements, ...slicer.finish()];
}

async function* chunksOf(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += sizeBytes) {
    yield await Promise.resolve(bytes.subarray(start, start + sizeBytes));
  }
}

const keys = ['a', 'b', 'words', 'é"\\', '', '__proto__', '0'];

function randomValue(random: Random, depth: number): unknown {
  const kind = random.integer(depth > 4 ? 5 : 7);
  switch (kind) {
    case 0:
      return random.pick([0, -0.5, 1e21, 1.5e-7, 12345678901, -3, 20]);
    case 1:
      return random.pick(['', 'x', '"\\/\b\f\n\r\t', 'é€😀', '{"a":[1,', '\u0001\u2028', '\\']);
    case 2:
      return random.pick([true, false]);
    case 3:
      return null;
    case 4:
      return random.pick([[], {}]);
    case 5:
      return Array.from({ length: random.integer(5) }, () => randomValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.integer(5) }, () => [
          random.pick(keys),
          randomValue(random, depth + 1),
        ]),
      );
  }
}

/** What the slicer must find, by walking the parsed value. */
function select(value: unknown, segments: readonly string[]): readonly unknown[] {
  const [first, ...rest] = segments;
  if (first === undefined) {
    return [value];
  }
  if (Array.isArray(value)) {
    return first === '*' ? value.flatMap((item: unknown) => select(item, rest)) : [];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value)
    .filter(([key]) => first === '*' || first === key)
    .flatMap(([, item]) => select(item, rest));
}

/** Scans the whole text in chunks when it is called. */
function scanAll(bytes: Uint8Array, chunkBytes: number): () => void {
  const ignore = (): void => undefined;
  return () => {
    const scanner = new JsonScanner({
      onValueStart: ignore,
      onValueEnd: ignore,
      onKeyStart: ignore,
      onKeyEnd: ignore,
    });
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      scanner.push(bytes.subarray(offset, offset + chunkBytes));
    }
    scanner.finish();
  };
}

suite('JSON slicer', () => {
  test('finds the phrases of a transcript in their order and nothing else', () => {
    const text =
      '{"x":{"phrases":[9]},"transcripts":[{"phrases":[{"t":1},{"t":2}],"y":[3]},{"phrases":[4]}],"phrases":[5]}';
    assert.deepEqual(slice(text, 'transcripts.*.phrases.*'), [{ t: 1 }, { t: 2 }, 4]);
  });

  test('equals JSON.parse on random documents, paths and splits', () => {
    const random = createRandom();
    for (let round = 0; round < 3000; round++) {
      const value = randomValue(random, 0);
      const indent = random.pick([undefined, 1, '\t']);
      const bytes = bytesOf(
        random.pick(['', '\ufeff', ' \r\n']) + JSON.stringify(value, null, indent),
      );
      const splits = Array.from({ length: random.integer(6) }, () =>
        random.integer(bytes.length + 1),
      ).sort((a, b) => a - b);
      const segments = Array.from({ length: random.integer(4) }, () =>
        random.pick(['*', '*', ...keys.filter((key) => key !== '')]),
      );
      const parsed = JSON.parse(JSON.stringify(value)) as unknown;
      assert.deepEqual(
        slice(bytes, segments.join('.'), splits),
        select(parsed, segments),
        `${random.label}, round ${String(round)}`,
      );
    }
  });

  test('accepts and refuses random mutations exactly as JSON.parse does', () => {
    const random = createRandom();
    let refusedCount = 0;
    for (let round = 0; round < 3000; round++) {
      const text = JSON.stringify(randomValue(random, 0));
      const at = random.integer(text.length + 1);
      const mutated =
        text.slice(0, at) +
        random.pick([
          '',
          ',',
          '"',
          '}',
          ']',
          '{',
          '[',
          ':',
          '0',
          '-',
          '.',
          'e',
          '\\',
          't',
          '\n',
          ' ',
        ]) +
        text.slice(at + random.integer(3));
      let isValid = true;
      try {
        JSON.parse(mutated);
      } catch {
        isValid = false;
        refusedCount++;
      }
      const check = scanAll(bytesOf(mutated), 1 + random.integer(9));
      const where = `${random.label}, round ${String(round)}: ${mutated}`;
      if (isValid) {
        assert.doesNotThrow(check, where);
      } else {
        assert.throws(check, (error) => isAppError(error, 'corrupt'), where);
      }
    }
    assert.ok(refusedCount > 500, `mutations must break documents: ${String(refusedCount)}`);
  });

  test('refuses every truncation of a document', () => {
    const bytes = bytesOf('\ufeff{"a":[1.5e3,true,null,"é\\u00e9"],"b":{"c":{}}}');
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(
        () => slice(bytes.subarray(0, length), 'a.*'),
        (error) => isAppError(error, 'corrupt'),
        `length ${String(length)}`,
      );
    }
    assert.deepEqual(slice(bytes, 'a.*'), [1500, true, null, 'éé']);
  });

  test('refuses an element over its bound, in one chunk and over many', () => {
    const text = `{"a":["${'x'.repeat(100)}"]}`;
    const splits = Array.from({ length: 10 }, (_, index) => (index + 1) * 10);
    for (const cut of [[], splits]) {
      assert.throws(
        () => slice(text, 'a.*', cut, 50),
        (error) => isAppError(error, 'corrupt'),
      );
      assert.equal(slice(text, 'a.*', cut, 102).length, 1);
    }
  });

  test('refuses nesting that would overflow a parser', () => {
    assert.throws(
      () => slice('['.repeat(100_000), '*'),
      (error) => isAppError(error, 'corrupt'),
    );
  });

  test('keeps a constant amount of a document that never ends an uninteresting value', async () => {
    const chunk = bytesOf('x'.repeat(1 << 20));
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield bytesOf('{"skip":"');
      for (let index = 0; index < 64; index++) {
        yield await Promise.resolve(chunk);
      }
      yield bytesOf('","a":[7]}');
    }
    const elements = [];
    for await (const element of sliceJson(
      endless(),
      { path: 'a.*', maxElementBytes: 100 },
      never,
    )) {
      elements.push(element);
    }
    assert.deepEqual(elements, [7]);
  });

  test('stops when aborted between two chunks', async () => {
    const controller = new AbortController();
    const elements: unknown[] = [];
    await assert.rejects(async () => {
      const chunks = chunksOf(bytesOf('[1,2,3,4]'), 3);
      for await (const element of sliceJson(chunks, { path: '*' }, controller.signal)) {
        elements.push(element);
        controller.abort();
      }
    }, isCancellation);
    assert.deepEqual(elements, [1]);
  });
});
