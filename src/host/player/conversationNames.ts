/** Which name to show for an id of an archived conversation. Pure. */
import type { ArchivedNames } from '../../archive/archivedNames.ts';
import type { Names } from './conversationSnapshot.ts';

/** The name that the directory knows now, else the one of the download, else the id. Without a sign-in `live` is undefined. */
export function withArchivedNames(live: Names | undefined, archived: ArchivedNames): Names {
  return {
    queueName: (id) => pick(id, live?.queueName(id), archived.queues),
    userName: (id) => pick(id, live?.userName(id), archived.users),
    wrapUpName: (id) => pick(id, live?.wrapUpName(id), archived.wrapUpCodes),
  };
}

/** A directory that does not know a name answers with the id. */
function pick(
  id: string,
  liveName: string | undefined,
  archived: ReadonlyMap<string, string>,
): string {
  return liveName === undefined || liveName === id ? (archived.get(id) ?? id) : liveName;
}
