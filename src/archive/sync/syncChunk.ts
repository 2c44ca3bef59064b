/** Gathers the conversations that share a batch: as many as fit, by their recordings. Decides what comes next, downloads nothing. */
import type { ConversationId, RecordingId } from '../../model/ids.ts';
import type { PreparedConversation } from './conversationPreparation.ts';
import type { ItemRecord } from './syncEvents.ts';

export interface SyncChunk {
  readonly conversations: readonly PreparedConversation[];
  /** Recordings to bring, with their conversations. */
  readonly wanted: ReadonlyMap<RecordingId, ConversationId>;
  /** A batch for them that an earlier run made. */
  readonly batchId: string | undefined;
}

export interface GatherPorts {
  /** The next conversation to work on; undefined when there is none now. */
  readonly take: () => ItemRecord | undefined;
  /** Undefined when it is settled already. @throws what ends the run */
  readonly prepare: (item: ItemRecord) => Promise<PreparedConversation | undefined>;
  /** Waits a moment for more to be found; false when none will come soon. */
  readonly waitForMore: () => Promise<boolean>;
}

/** Conversations that are prepared at once. */
const waveSize = 8;
/** So that conversations with few recordings do not pile up unstored. */
const maxConversations = 100;

export class ChunkGatherer {
  private readonly ports: GatherPorts;
  private readonly maxRecordings: number;
  /** Prepared, and too many for the chunk before. */
  private readonly carried: PreparedConversation[] = [];

  constructor(ports: GatherPorts, maxRecordings: number) {
    this.ports = ports;
    this.maxRecordings = maxRecordings;
  }

  /** Undefined when there is nothing to work on now. One at a time may run. */
  async next(): Promise<SyncChunk | undefined> {
    const chosen: PreparedConversation[] = [];
    let recordingCount = 0;
    const fits = ({ wanted }: PreparedConversation): boolean =>
      chosen.length === 0 ||
      (recordingCount + wanted.length <= this.maxRecordings && chosen.length < maxConversations);
    for (;;) {
      for (let next = this.carried[0]; next !== undefined; next = this.carried[0]) {
        if (!fits(next)) {
          return toChunk(chosen);
        }
        this.carried.shift();
        chosen.push(next);
        recordingCount += next.wanted.length;
      }
      if (recordingCount >= this.maxRecordings || chosen.length >= maxConversations) {
        return toChunk(chosen);
      }
      const isEmpty = !(await this.prepareWave());
      if (isEmpty && (chosen.length === 0 || !(await this.ports.waitForMore()))) {
        return chosen.length === 0 ? undefined : toChunk(chosen);
      }
    }
  }

  /** False when there was nothing to prepare. */
  private async prepareWave(): Promise<boolean> {
    const items: ItemRecord[] = [];
    for (let item = this.ports.take(); item !== undefined; item = this.ports.take()) {
      items.push(item);
      if (items.length === waveSize) {
        break;
      }
    }
    const prepared = await Promise.all(items.map((item) => this.ports.prepare(item)));
    this.carried.push(...prepared.filter((each) => each !== undefined));
    return items.length > 0;
  }
}

export function toChunk(
  conversations: readonly PreparedConversation[],
  batchId?: string,
): SyncChunk {
  const wanted = new Map(
    conversations.flatMap(({ wanted: ids, detail }) =>
      ids.map((id) => [id, detail.value.id] as const),
    ),
  );
  return { conversations, wanted, batchId };
}
