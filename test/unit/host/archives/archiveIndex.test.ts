import assert from 'node:assert/strict';
import { ArchiveIndex } from '../../../../src/host/archives/archiveIndex.ts';
import { parseConversationId } from '../../../../src/model/ids.ts';

const first = parseConversationId('c1');
const second = parseConversationId('c2');

suite('ArchiveIndex', () => {
  test('tells of changes only, and of each reading', () => {
    const index = new ArchiveIndex();
    const told: string[] = [];
    index.onDidChange(() => told.push('changed'));
    index.onDidReadAgain(() => told.push('read'));
    index.onDidStore(() => told.push('stored'));
    index.add(first);
    index.add(first);
    index.replace(new Set([first]));
    index.replace(new Set([second]));
    index.replaceHeld(new Set([second]));
    index.replaceHeld(new Set([second]));
    assert.deepEqual(told, ['changed', 'stored', 'stored', 'read', 'changed', 'read', 'changed']);
    assert.deepEqual(
      [index.has(first), index.has(second), index.isHeld(second)],
      [false, true, true],
    );
    index.dispose();
  });
});
