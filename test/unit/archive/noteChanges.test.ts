import assert from 'node:assert/strict';
import { applyNoteChange, type NoteContent } from '../../../src/archive/noteChanges.ts';
import { noNotes, type ConversationNotes } from '../../../src/archive/notes.ts';
import { readNotesText } from '../../../src/archive/indexing/writtenText.ts';
import { decodeNotes, encodeNotes } from '../../../src/archive/notes.ts';
import { isAppError } from '../../../src/base/appError.ts';
import { parseRecordingId } from '../../../src/model/ids.ts';

const recordingId = parseRecordingId('b0000000-0000-4000-8000-000000000001');
const content = (text: string, tags: readonly string[] = []): NoteContent => ({
  text,
  tags,
  recordingId,
  fromMs: 1_000,
  toMs: 2_000,
});
const add = (all: ConversationNotes, text: string): ConversationNotes =>
  applyNoteChange(all, { kind: 'add', content: content(text) }, 10);

suite('changes of notes', () => {
  test('add, edit, remove and restore leave the rest as it is, with what other versions wrote', () => {
    const three = ['one', 'two', 'three'].reduce(add, { ...noNotes, tags: ['vip'] });
    const [, second] = three.notes;
    assert.ok(second !== undefined);
    const marked = { ...second, other: { colour: 'red' } };
    const before = { ...three, notes: three.notes.with(1, marked) };
    const edited = applyNoteChange(
      before,
      { kind: 'edit', id: second.id, content: content('  TWO ', [' a ', 'a', '']) },
      99,
    );
    assert.deepEqual(edited.notes[1], { ...marked, text: 'TWO', tags: ['a'], updatedAtMs: 99 });
    const removed = applyNoteChange(before, { kind: 'remove', id: second.id }, 99);
    assert.deepEqual(
      removed.notes.map(({ text }) => text),
      ['one', 'three'],
    );
    const restore = { kind: 'restore', note: marked, index: 1 } as const;
    assert.deepEqual(applyNoteChange(removed, restore, 99), before);
    assert.equal(applyNoteChange(before, restore, 99), before, 'it is there already');
    assert.equal(applyNoteChange(removed, { kind: 'remove', id: second.id }, 99), removed);
  });

  test('a note that another window deleted cannot be edited, and an empty one is refused', () => {
    assert.throws(
      () => applyNoteChange(noNotes, { kind: 'edit', id: 'x', content: content('t') }, 1),
      (error) => isAppError(error, 'notFound'),
    );
    assert.throws(
      () => applyNoteChange(noNotes, { kind: 'add', content: content(' \n', [' ']) }, 1),
      (error) => isAppError(error, 'input'),
    );
  });

  test('the file keeps place and recording; one that could leave the folder is refused', () => {
    const all = add(noNotes, 'here');
    const file: unknown = JSON.parse(encodeNotes(all));
    assert.deepEqual(decodeNotes(file), all);
    assert.throws(() =>
      decodeNotes(JSON.parse(encodeNotes(all).replace(recordingId, '../../../etc'))),
    );
  });

  test('the index finds a note at its moment, on its recording, with its tags; any other when it was written', () => {
    const startMs = Date.UTC(2026, 10, 5);
    const createdAt = '2026-11-20T10:00:00.000Z';
    const { notes, tags } = readNotesText(
      {
        tags: ['vip'],
        notes: [
          { id: 'a', text: 'Refund', tags: ['billing'], fromMs: 5_000, recordingId, createdAt },
          { id: 'b', text: 'Overall', createdAt },
          { id: 'c', text: 'hostile', fromMs: 1e300, recordingId: '../x', createdAt },
          { id: 'd', tags: ['only a tag'], createdAt },
        ],
      },
      startMs,
    );
    const writtenMs = Date.parse(createdAt);
    const none = { role: 'note', recordingId: undefined, startMs: writtenMs };
    assert.deepEqual(notes, [
      { role: 'note', text: 'Refund #billing', startMs: startMs + 5_000, recordingId },
      { ...none, text: 'Overall' },
      { ...none, text: 'hostile' },
      { ...none, text: '#only a tag' },
    ]);
    assert.deepEqual(tags, ['vip', 'billing', 'only a tag']);
  });
});
