/** The interval and filters of the Conversations view, remembered for the workspace. */
import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { ConversationQuery } from '../../query/conversationQuery.ts';
import {
  decodeIntervalChoice,
  intervalLabel,
  toInterval,
  type IntervalChoice,
} from './intervals.ts';
import {
  decodeSavedFilters,
  emptyFilters,
  filterLabels,
  hasFilters,
  toConversationFilters,
  type SavedFilters,
} from './savedFilters.ts';

const intervalKey = 'conversations.interval';
const filtersKey = 'conversations.filters';

export class QueryState implements Disposable {
  private readonly memento: vscode.Memento;
  private readonly clock: Clock;
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(memento: vscode.Memento, clock: Clock) {
    this.memento = memento;
    this.clock = clock;
  }

  get interval(): IntervalChoice {
    return decodeIntervalChoice(this.memento.get(intervalKey));
  }

  get filters(): SavedFilters {
    return decodeSavedFilters(this.memento.get(filtersKey));
  }

  get hasFilters(): boolean {
    return hasFilters(this.filters);
  }

  /** The query as of now: presets move with the clock. */
  get query(): ConversationQuery {
    return {
      interval: toInterval(this.interval, this.clock.nowMs()),
      filters: toConversationFilters(this.filters),
    };
  }

  describe(): { readonly interval: string; readonly filters: readonly string[] } {
    return { interval: intervalLabel(this.interval), filters: filterLabels(this.filters) };
  }

  async setInterval(choice: IntervalChoice): Promise<void> {
    await this.memento.update(intervalKey, choice);
    this.changed.fire();
  }

  async setFilters(filters: SavedFilters): Promise<void> {
    await this.memento.update(filtersKey, filters);
    this.changed.fire();
  }

  async clearFilters(): Promise<void> {
    await this.setFilters(emptyFilters);
  }

  dispose(): void {
    this.changed.dispose();
  }
}
