import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  decodeSavedFilters,
  emptyFilters,
  filterLabels,
  hasFilters,
  parsePastedConversation,
  toConversationFilters,
  toPlatformNumber,
} from '../../../src/host/conversations/savedFilters.ts';
import { parseQueueId } from '../../../src/model/ids.ts';

suite('filters of the Conversations view', () => {
  const filters = {
    ...emptyFilters,
    queues: [{ id: parseQueueId('q-1'), name: 'Billing\u202e EMEA' }],
    mediaTypes: ['voice', 'email'],
    direction: 'inbound' as const,
    number: '+1 (202) 555-0143',
  };

  test('are sent by id and shown by name, without control characters', () => {
    assert.deepEqual(toConversationFilters(filters), {
      queueIds: ['q-1'],
      userIds: [],
      wrapUpCodeIds: [],
      mediaTypes: ['voice', 'email'],
      direction: 'inbound',
      number: 'tel:+12025550143',
      conversationIds: [],
    });
    assert.deepEqual(filterLabels(filters), [
      'Queue: Billing EMEA',
      'Media: Voice, E-mail',
      'Direction: inbound',
      'Number: +1 (202) 555-0143',
    ]);
  });

  test('survive being remembered; damaged ones are forgotten', () => {
    assert.deepEqual(decodeSavedFilters(JSON.parse(JSON.stringify(filters))), filters);
    assert.deepEqual(
      decodeSavedFilters({ queues: [{ id: '../../etc', name: 'x' }] }),
      emptyFilters,
    );
    assert.deepEqual(decodeSavedFilters({ queues: 'all' }), emptyFilters);
    assert.deepEqual(decodeSavedFilters(undefined), emptyFilters);
    assert.equal(hasFilters(emptyFilters), false);
  });

  test('numbers take the platform’s form; addresses stay', () => {
    assert.equal(toPlatformNumber('tel:+12025550143'), 'tel:+12025550143');
    assert.equal(toPlatformNumber('jo@example.com'), 'jo@example.com');
    assert.equal(toPlatformNumber('ext. abc'), 'ext. abc');
  });
});

suite('pasted conversations', () => {
  const id = '4da18eaa-c3ef-4e3b-a637-6968c6a59f5e';

  test('are found as an id and within addresses of both user interfaces', () => {
    for (const text of [
      id,
      `  ${id.toUpperCase()}\n`,
      `https://apps.mypurecloud.de/directory/#/engage/admin/interactions/${id}`,
      `https://apps.usw2.pure.cloud/directory/#/analytics/interactions/${id}/admin/details`,
    ]) {
      assert.equal(parsePastedConversation(text), id);
    }
  });

  test('that hold no id, or a path, are refused as the person’s mistake', () => {
    for (const text of ['', '   ', '../../secrets', 'a b', 'x'.repeat(200)]) {
      assert.throws(
        () => parsePastedConversation(text),
        (error) => isAppError(error, 'input'),
      );
    }
  });
});
