/** Which conversations the workspace's archive holds, for marks in the tree: in memory, refreshed when the archive changes. */
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { ConversationId } from '../../model/ids.ts';

export class ArchiveIndex implements Disposable {
  private readonly changed = new Emitter<ReadonlySet<ConversationId>>();
  readonly onDidChange = this.changed.event;
  private ids: ReadonlySet<ConversationId> = new Set();

  private heldIds: ReadonlySet<ConversationId> = new Set();

  /** On legal hold. */
  isHeld(id: ConversationId): boolean {
    return this.heldIds.has(id);
  }

  /** Takes the whole new set of those on hold. */
  replaceHeld(ids: ReadonlySet<ConversationId>): void {
    const isSame = ids.size === this.heldIds.size && [...ids].every((id) => this.isHeld(id));
    this.heldIds = ids;
    if (!isSame) {
      this.changed.fire(this.ids);
    }
  }

  has(id: ConversationId): boolean {
    return this.ids.has(id);
  }

  /** Takes the whole new set. */
  replace(ids: ReadonlySet<ConversationId>): void {
    this.ids = ids;
    this.changed.fire(ids);
  }

  add(id: ConversationId): void {
    if (!this.ids.has(id)) {
      this.replace(new Set([...this.ids, id]));
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}
