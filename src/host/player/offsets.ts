/** How much each conversation's text was shifted by hand, remembered for this machine. */
import type * as vscode from 'vscode';
import { isRecord } from '../../base/decode.ts';
import type { ConversationId } from '../../model/ids.ts';

const key = 'player.offsets';
/** The ones set last stay; a shift is needed for few conversations. */
const maxCount = 500;

export class Offsets {
  private readonly memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
  }

  /** Milliseconds that the text is later than its times say; 0 when it was never set. */
  get(id: ConversationId): number {
    const value = this.all()[id];
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  }

  async set(id: ConversationId, offsetMs: number): Promise<void> {
    const others = Object.entries(this.all()).filter(([other]) => other !== id);
    const entries = offsetMs === 0 ? others : [...others, [id, offsetMs] as const];
    await this.memento.update(key, Object.fromEntries(entries.slice(-maxCount)));
  }

  private all(): Readonly<Record<string, unknown>> {
    const value = this.memento.get(key);
    return isRecord(value) ? value : {};
  }
}
