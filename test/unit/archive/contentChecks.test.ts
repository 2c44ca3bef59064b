import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonCheck } from '../../../src/archive/jsonCheck.ts';
import { checkMedia, sniffExtension } from '../../../src/archive/mediaCheck.ts';
import { withoutSignedLinks } from '../../../src/archive/signedLinks.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { makeWav } from '../../support/wav.ts';

function problemOf(text: string | Uint8Array, chunkBytes = 1): string | undefined {
  const bytes = Buffer.from(text);
  const check = new JsonCheck();
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    check.push(bytes.subarray(offset, offset + chunkBytes));
  }
  return check.finish();
}

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

suite('JsonCheck', () => {
  test('agrees with JSON.parse on mutated documents, whatever the chunks', () => {
    const seed = Number(process.env['JSON_SEED'] ?? Date.now() % 1_000_000);
    let state = seed;
    const random = (below: number): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return Math.floor((state / 4_294_967_296) * below);
    };
    const base = '{"a":[1,-2.5e+3,{"b":"x\\"\\u00e9\\n"},[],{}],"c":null,"d":true,"e":"{[,:"} ';
    const marks = '{}[],:"\\0-.eE+truefalsn \n\t';
    for (let run = 0; run < 20_000; run++) {
      let text = base;
      for (let change = random(3); change >= 0; change--) {
        const at = random(text.length);
        const mark = marks.charAt(random(marks.length));
        text = text.slice(0, at) + (random(2) === 0 ? mark : '') + text.slice(at + random(2));
      }
      assert.equal(
        problemOf(text, 1 + random(9)) === undefined,
        isJsonObject(text),
        `JSON_SEED=${String(seed)}: ${text}`,
      );
    }
  });

  test('refuses what is not UTF-8, what is too deep, lists, words and nothing', () => {
    assert.match(problemOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])) ?? '', /UTF-8/u);
    const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    assert.equal(problemOf(deep(500)), undefined);
    assert.match(problemOf(deep(5000)) ?? '', /deep/u);
    assert.match(problemOf('[]') ?? '', /object/u);
    assert.ok(problemOf('true') !== undefined);
    assert.match(problemOf('') ?? '', /early/u);
  });
});

suite('checkMedia', () => {
  test('knows containers by their first bytes', () => {
    const kinds = [
      'OggS',
      '\x1aE\xdf\xa3',
      'fLaC',
      'ID3',
      '\xff\xfb\x90\x00',
      'RIFF....WAVE',
      '<html>',
    ];
    assert.deepEqual(
      kinds.map((text) => sniffExtension(Buffer.from(text, 'latin1'))),
      ['ogg', 'webm', 'flac', 'mp3', 'mp3', 'wav', undefined],
    );
  });

  test('reads the play time of a WAV past other chunks, and takes one of unknown length', () =>
    withFolder(async (folder) => {
      const plain = makeWav(44 + 16_000, 1);
      const list = Buffer.from('LIST\x05\0\0\0abcde\0', 'latin1');
      const withList = Buffer.concat([plain.subarray(0, 36), list, plain.subarray(36)]);
      const streamed = Buffer.from(plain);
      streamed.writeUInt32LE(0xffffffff, 40);
      const path = join(folder, 'a.wav');
      await writeFile(path, withList);
      assert.deepEqual(await checkMedia(path), {
        extension: 'wav',
        problem: undefined,
        durationMs: 1000,
        isContainerSound: true,
      });
      await writeFile(path, streamed);
      assert.equal((await checkMedia(path)).isContainerSound, false);
      await writeFile(path, plain.subarray(0, 30));
      assert.match((await checkMedia(path)).problem ?? '', /WAV/u);
    }));
});

suite('withoutSignedLinks', () => {
  test('empties links and leaves every other byte', () => {
    const raw =
      '{ "mediaUri" : "https:\\/\\/h\\/f?x=1",\n "a":"mediaUri", "b": "https://h/f?a=1\\u0026X-Amz-Signature=z", "c":"http://h/page?x=1", "d":"a \\"mediaUri\\": \\"u\\""}';
    assert.equal(
      withoutSignedLinks(raw),
      '{ "mediaUri" : null,\n "a":"mediaUri", "b": null, "c":"http://h/page?x=1", "d":"a \\"mediaUri\\": \\"u\\""}',
    );
  });

  test('takes strings of many megabytes', () => {
    const raw = `{"a":"${'x\\n'.repeat(5_000_000)}"}`;
    assert.equal(withoutSignedLinks(raw), raw);
  });
});
