import assert from 'node:assert/strict';
import { parseIdList } from '../../../../src/host/sync/idList.ts';
import { createRandom } from '../../../support/random.ts';

const id = (number: number): string =>
  `4f3b1c9a-0d52-4d6b-9a0e-${String(number).padStart(12, '0')}`;
const idsOf = (text: string): readonly string[] => parseIdList(text).ids;

suite('parseIdList', () => {
  test('finds ids in lists however they are parted, each once and in order', () => {
    const list = parseIdList(
      `${id(2)}, ${id(1)};${id(3)}\t"${id(1)}"\r\n\r\n${id(4).toUpperCase()}`,
    );
    assert.deepEqual(list.ids, [id(2), id(1), id(3), id(4)]);
    assert.deepEqual([list.repeatedCount, list.unknownLineCount], [1, 0]);
  });

  test('takes the last id of an address, as the pages of Genesys Cloud have it', () => {
    const url = `https://apps.mypurecloud.de/directory/#/engage/${id(8)}/interactions/${id(1)}?tab=2`;
    assert.deepEqual(idsOf(`see ${url} and ${id(2)}`), [id(1), id(2)]);
  });

  test('takes only the conversation where a line says which of its ids that is', () => {
    assert.deepEqual(
      idsOf(
        `{"queueId":"${id(7)}","conversationId": "${id(1)}"}\nconversation_id=${id(2)} ${id(9)}`,
      ),
      [id(1), id(2)],
    );
  });

  test('tells the lines that hold no id, with their numbers, and not those that nobody would miss', () => {
    const list = parseIdList(`conversationId\n[\n# last week\n${id(1)}\nMrs Example\n],\n4711\n`);
    assert.deepEqual(list.ids, [id(1)]);
    assert.deepEqual(list.unknownLines, [
      { lineNumber: 5, text: 'Mrs Example' },
      { lineNumber: 7, text: '4711' },
    ]);
  });

  test('takes no part of a longer run of letters for an id', () => {
    assert.deepEqual(idsOf(`${id(1)}00\naa${id(2)}\n${id(3)}-4f3b`), []);
  });

  test('finds every id of a long text in any mixture', () => {
    const random = createRandom();
    const wanted = Array.from({ length: 5_000 }, (_, number) => id(number));
    const parts = [' ', ', ', '\n', '\r\n', ';', '"\n"', '\thttps://example.com/x/'];
    const text = wanted
      .map((each) => `${parts[random.integer(parts.length)] ?? ' '}${each}`)
      .join('');
    assert.equal(idsOf(text).length, wanted.length, random.label);
  });

  test('shortens what it did not understand and counts what it does not show', () => {
    const list = parseIdList(Array.from({ length: 100 }, () => 'x'.repeat(500)).join('\n'));
    assert.equal(list.unknownLineCount, 100);
    assert.equal(list.unknownLines.length, 20);
    assert.equal(list.unknownLines[0]?.text.length, 80);
  });
});
