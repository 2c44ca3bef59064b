/** Which conversations the workspace's archive holds, for marks in the tree: in memory, refreshed when the archive changes. */
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { ConversationId } from '../../model/ids.ts';

export class ArchiveIndex implements Disposable {
  private readonly changed = new Emitter<ReadonlySet<ConversationId>>();
  readonly onDidChange = this.changed.event;
  private ids: ReadonlySet<ConversationId> = new Set();

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
