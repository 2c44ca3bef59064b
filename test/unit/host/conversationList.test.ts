import assert from 'node:assert/strict';
import { cancellation, errors } from '../../../src/base/appError.ts';
import type {
  ConversationPage,
  NameDirectory,
  NamesWanted,
} from '../../../src/genesys/genesysApi.ts';
import {
  ConversationList,
  type ListSource,
} from '../../../src/host/conversations/conversationList.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import { parseConversationId, parseQueueId } from '../../../src/model/ids.ts';
import { noFilters } from '../../../src/query/conversationQuery.ts';

const query = { interval: { startMs: 0, endMs: 1 }, filters: noFilters };

const conversation = (id: string): Conversation => ({
  id: parseConversationId(id),
  startMs: 0,
  endMs: 1,
  originatingDirection: undefined,
  divisionIds: [],
  externalTag: undefined,
  minMos: undefined,
  participants: [],
});

const page = (ids: readonly string[], hasMore: boolean): ConversationPage => ({
  conversations: ids.map((id) => ({
    value: conversation(id),
    rawJson: '{}',
    source: 'test',
    fetchedAtMs: 0,
  })),
  undecodable: [],
  totalHits: 3,
  hasMore,
});

/** A source whose pages are the results of `steps`, in order. */
function sourceOf(
  ...steps: (() => Promise<ConversationPage | undefined>)[]
): ListSource & { readonly resolved: NamesWanted[] } {
  const resolved: NamesWanted[] = [];
  const names = {
    resolve: (wanted: NamesWanted) => Promise.resolve(void resolved.push(wanted)),
  } as unknown as NameDirectory;
  return {
    open: () => ({ next: () => steps.shift()?.() ?? Promise.resolve(undefined) }),
    names,
    resolved,
  };
}

const ids = (list: ConversationList): readonly string[] =>
  list.current.conversations.map(({ value }) => value.id);

suite('the list behind the Conversations view', () => {
  test('appends pages without repeats and says whether there are more', async () => {
    const list = new ConversationList();
    const source = sourceOf(
      () => Promise.resolve(page(['c1', 'c2'], true)),
      () => Promise.resolve(page(['c2', 'c3'], false)),
    );
    await list.refresh(source, query);
    assert.deepEqual(
      [list.current.status, list.current.hasMore, ids(list)],
      ['ready', true, ['c1', 'c2']],
    );
    await list.loadMore();
    assert.deepEqual(
      [list.current.status, list.current.hasMore, ids(list)],
      ['ready', false, ['c1', 'c2', 'c3']],
    );
  });

  test('keeps what it has when a further page fails, and tries again', async () => {
    const list = new ConversationList();
    const source = sourceOf(
      () => Promise.resolve(page(['c1'], true)),
      () => Promise.reject(errors.network('No answer')),
      () => Promise.resolve(page(['c2'], false)),
    );
    await list.refresh(source, query);
    await list.loadMore();
    assert.deepEqual([list.current.status, ids(list)], ['failed', ['c1']]);
    await list.loadMore();
    assert.deepEqual([list.current.status, ids(list)], ['ready', ['c1', 'c2']]);
  });

  test('a newer refresh wins over an older one that answers late', async () => {
    const list = new ConversationList();
    let answerLate: (value: ConversationPage) => void = () => undefined;
    const late = new Promise<ConversationPage>((resolve) => {
      answerLate = resolve;
    });
    const first = list.refresh(
      sourceOf(() => late),
      query,
    );
    await list.refresh(
      sourceOf(() => Promise.resolve(page(['new'], false))),
      query,
    );
    answerLate(page(['old'], false));
    await first;
    assert.deepEqual(ids(list), ['new']);
  });

  test('clearing while a page is under way leaves nothing behind', async () => {
    const list = new ConversationList();
    const loading = list.refresh(
      sourceOf(() => Promise.reject(cancellation())),
      query,
    );
    list.clear();
    await loading;
    assert.deepEqual([list.current.status, ids(list)], ['idle', []]);
  });

  test('asks once a page for the names of everything on it', async () => {
    const queueId = parseQueueId('q');
    const withQueue: Conversation = {
      ...conversation('c1'),
      participants: [
        {
          id: 'p' as never,
          name: undefined,
          purpose: 'acd',
          userId: undefined,
          sessions: [
            {
              id: 's' as never,
              mediaType: 'voice',
              direction: 'inbound',
              ani: undefined,
              dnis: undefined,
              remote: undefined,
              isRecorded: undefined,
              flowName: undefined,
              metrics: [],
              segments: [
                {
                  startMs: 0,
                  endMs: 1,
                  type: 'interact',
                  disconnectType: undefined,
                  queueId,
                  wrapUpCodeId: undefined,
                  wrapUpNote: undefined,
                  subject: undefined,
                },
              ],
            },
          ],
        },
      ],
    };
    const source = sourceOf(() =>
      Promise.resolve({
        ...page([], false),
        conversations: [withQueue, withQueue].map((value, index) => ({
          value: { ...value, id: parseConversationId(`c${String(index)}`) },
          rawJson: '',
          source: '',
          fetchedAtMs: 0,
        })),
      }),
    );
    await new ConversationList().refresh(source, query);
    assert.deepEqual(source.resolved, [{ queueIds: [queueId], userIds: [], wrapUpCodeIds: [] }]);
  });
});
