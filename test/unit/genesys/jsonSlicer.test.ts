import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { sliceElements, sliceMembers } from '../../../src/genesys/jsonSlicer.ts';

suite('jsonSlicer', () => {
  test('returns elements exactly as received, whatever their strings hold', () => {
    const elements = [
      '{ "a" : "]}\\"\\\\",  "n": 1.0e5 }',
      '"x,\\\\"',
      '[ [1,2], {"k":"["} ]',
      'null',
      '-12.50',
      '"\\u005d\\""',
      '{}',
    ];
    assert.deepEqual(sliceElements(`  [ ${elements.join(' ,\n\t')} ] \r\n`), elements);
    assert.deepEqual(sliceElements('[]'), []);
  });

  test('returns members by key, the last of a repeated one, escapes in keys resolved', () => {
    const members = sliceMembers('{"a":[1, 2] , "b\\"c" : {"x":"}"}, "a": 7 }');
    assert.deepEqual(
      [...members],
      [
        ['a', '7'],
        ['b"c', '{"x":"}"}'],
      ],
    );
  });

  test('agrees with JSON.parse on random documents', () => {
    const seed = Date.now() % 1_000_000;
    let state = seed;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state % below;
    };
    const strings = ['', '"', '\\', '\\"', ']}', '{[', 'é\u2028😀', '\n,', ':'];
    const make = (depth: number): unknown => {
      switch (random(depth > 3 ? 4 : 6)) {
        case 0:
          return strings[random(strings.length)];
        case 1:
          return random(1000) / 7 - 50;
        case 2:
          return null;
        case 3:
          return random(2) === 0;
        case 4:
          return Array.from({ length: random(4) }, () => make(depth + 1));
        default:
          return Object.fromEntries(
            Array.from({ length: random(4) }, (_, index) => [
              `${String(index)}${strings[random(strings.length)] ?? ''}`,
              make(depth + 1),
            ]),
          );
      }
    };
    for (let round = 0; round < 300; round++) {
      const list = Array.from({ length: random(5) }, () => make(0));
      const text = JSON.stringify(list, undefined, random(3));
      const parsed: unknown = sliceElements(text).map((slice) => JSON.parse(slice) as unknown);
      assert.deepEqual(parsed, JSON.parse(text), `seed ${String(seed)}, round ${String(round)}`);
    }
  });

  test('refuses text that is cut or no list', () => {
    for (const text of ['', '[', '[1', '[1,', '[1,]', '["a]', '{"a":1}', '[1] x', '[{]', '[1 2]']) {
      assert.throws(
        () => sliceElements(text).map((slice) => JSON.parse(slice) as unknown),
        (error: unknown) => isAppError(error, 'protocol') || error instanceof SyntaxError,
        text,
      );
    }
    for (const text of ['{', '{"a"}', '{"a":}', '{a:1}', '[1]']) {
      assert.throws(
        () => sliceMembers(text),
        (error: unknown) => isAppError(error, 'protocol'),
        text,
      );
    }
  });
});
