/** Which conversations the workspace's archive holds, for marks in the tree: in memory, refreshed when the archive changes. */
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { ConversationId } from '../../model/ids.ts';

export class ArchiveIndex implements Disposable {
  private readonly changed = new Emitter<ReadonlySet<ConversationId>>();
  /** What is archived, or on hold, is not what it was. */
  readonly onDidChange = this.changed.event;
  private readonly stored = new Emitter<ConversationId>();
  /** Something of this conversation was written by this window. */
  readonly onDidStore = this.stored.event;
  private readonly readAgain = new Emitter<void>();
  /** The archive's folders were read again, since something in them may have changed. */
  readonly onDidReadAgain = this.readAgain.event;
  private ids: ReadonlySet<ConversationId> = new Set();

  private heldIds: ReadonlySet<ConversationId> = new Set();

  /** On legal hold. */
  isHeld(id: ConversationId): boolean {
    return this.heldIds.has(id);
  }

  /** Takes the whole new set of those on hold. */
  replaceHeld(ids: ReadonlySet<ConversationId>): void {
    const isSame = isSameSet(ids, this.heldIds);
    this.heldIds = ids;
    if (!isSame) {
      this.changed.fire(this.ids);
    }
  }

  has(id: ConversationId): boolean {
    return this.ids.has(id);
  }

  /** Takes the whole new set, as it was read from the folders. */
  replace(ids: ReadonlySet<ConversationId>): void {
    const isSame = isSameSet(ids, this.ids);
    this.ids = ids;
    if (!isSame) {
      this.changed.fire(ids);
    }
    this.readAgain.fire();
  }

  /** After something of the conversation was written. */
  add(id: ConversationId): void {
    if (!this.ids.has(id)) {
      this.ids = new Set([...this.ids, id]);
      this.changed.fire(this.ids);
    }
    this.stored.fire(id);
  }

  dispose(): void {
    this.changed.dispose();
    this.stored.dispose();
    this.readAgain.dispose();
  }
}

function isSameSet(one: ReadonlySet<ConversationId>, other: ReadonlySet<ConversationId>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}
