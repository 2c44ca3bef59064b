/** What was searched for in this workspace, newest first. */
import type * as vscode from 'vscode';

const key = 'search.history';
const maxCount = 20;

export class SearchHistory {
  private readonly memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
  }

  get all(): readonly string[] {
    const value: unknown = this.memento.get(key);
    return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
  }

  async add(text: string): Promise<void> {
    const trimmed = text.trim();
    if (trimmed !== '' && trimmed !== '?') {
      const others = this.all.filter((other) => other !== trimmed);
      await this.memento.update(key, [trimmed, ...others].slice(0, maxCount));
    }
  }
}
