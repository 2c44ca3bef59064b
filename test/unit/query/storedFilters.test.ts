import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { parseQueueId, parseUserId } from '../../../src/model/ids.ts';
import { noFilters, type ConversationFilters } from '../../../src/query/conversationQuery.ts';
import {
  decodeConversationFilters,
  encodeConversationFilters,
} from '../../../src/query/storedFilters.ts';

const roundTrip = (filters: ConversationFilters): ConversationFilters =>
  decodeConversationFilters(
    JSON.parse(JSON.stringify(encodeConversationFilters(filters))) as Record<string, unknown>,
  );

suite('stored filters', () => {
  test('come back from the disk as they were', () => {
    const filters: ConversationFilters = {
      ...noFilters,
      queueIds: [parseQueueId('q1'), parseQueueId('q2')],
      userIds: [parseUserId('u1')],
      mediaTypes: ['voice'],
      direction: 'inbound',
      number: 'tel:+12025550143',
    };
    assert.deepEqual(roundTrip(filters), filters);
    assert.deepEqual(roundTrip(noFilters), noFilters);
  });

  test('that cannot be read are refused: a filter must not become all conversations', () => {
    for (const broken of [
      { queueIds: 'q1' },
      { queueIds: [7] },
      { number: 7 },
      { userIds: ['../x'] },
      { direction: 'sideways' },
    ]) {
      assert.throws(
        () => decodeConversationFilters(broken),
        (error) => isAppError(error, 'protocol'),
        JSON.stringify(broken),
      );
    }
  });
});
