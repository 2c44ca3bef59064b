/** The names of what a conversation refers to: looked up and stored beside it. A name that cannot be had is no failure. */
import type { Conversation } from '../model/conversation.ts';
import { toConversationFacts } from '../model/conversationFacts.ts';
import { readArchivedNames } from './archivedConversation.ts';
import {
  encodeArchivedNames,
  mergeNames,
  namesContent,
  type ArchivedNames,
} from './archivedNames.ts';
import type { ConversationWriter, StoredFile } from './conversationWriter.ts';
import type { DownloadDeps, NameSource } from './downloadRun.ts';

/**
 * Stores the names that are known now over those stored before. Undefined when there are none to store.
 * @throws AppError `storage` and cancellation only
 */
export async function downloadNames(
  { names, clock }: Pick<DownloadDeps, 'names' | 'clock'>,
  conversation: Conversation,
  writer: ConversationWriter,
  signal: AbortSignal,
): Promise<StoredFile | undefined> {
  if (names === undefined) {
    return undefined;
  }
  const stored = await readArchivedNames(writer.folderPath, writer.files, signal);
  const merged = mergeNames(stored, await lookUp(names, conversation, signal));
  if (Object.values(merged).every((map: ReadonlyMap<string, string>) => map.size === 0)) {
    return undefined;
  }
  return await writer.storeJson(
    {
      path: namesContent,
      source: 'lookups',
      fetchedAtMs: clock.nowMs(),
      verifiedAgainst: ['json'],
      recordingId: undefined,
      communicationId: undefined,
      channel: undefined,
      validator: undefined,
    },
    encodeArchivedNames(merged),
    signal,
  );
}

async function lookUp(
  names: NameSource,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<ArchivedNames> {
  const { queueIds, wrapUpCodeIds } = toConversationFacts(conversation);
  const { divisionIds } = conversation;
  const userIds = conversation.participants.flatMap(({ userId }) =>
    userId === undefined ? [] : [userId],
  );
  await names.resolve({ queueIds, userIds, wrapUpCodeIds, divisionIds }, signal);
  return {
    queues: known(queueIds, (id) => names.queueName(id)),
    users: known(userIds, (id) => names.userName(id)),
    wrapUpCodes: known(wrapUpCodeIds, (id) => names.wrapUpName(id)),
    divisions: known(divisionIds, (id) => names.divisionName(id)),
  };
}

/** An id that nobody could name is its own name: nothing is stored for it. */
function known<Id extends string>(
  ids: readonly Id[],
  nameOf: (id: Id) => string,
): ReadonlyMap<string, string> {
  return new Map(ids.map((id) => [id, nameOf(id)] as const).filter(([id, name]) => name !== id));
}
