/** What a window has brought already, of bounded size: when it is full, the oldest are forgotten and may come again. */
import { createHash } from 'node:crypto';
import type { DecodedConversations } from './bulkApi.ts';

export class RememberedIds {
  private readonly keys = new Set<string>();
  private readonly maxCount: number;

  constructor(maxCount: number) {
    this.maxCount = maxCount;
  }

  /** What is new of a page; it is remembered. */
  takeNew({ conversations, undecodable }: DecodedConversations): DecodedConversations {
    return {
      conversations: conversations.filter(({ value }) => this.isNew(value.id)),
      undecodable: undecodable.filter(({ rawJson, reason }) =>
        this.isNew(`#${createHash('sha256').update(rawJson).update(reason).digest('base64')}`),
      ),
    };
  }

  private isNew(key: string): boolean {
    if (this.keys.has(key)) {
      return false;
    }
    this.keys.add(key);
    if (this.keys.size > this.maxCount) {
      for (const oldest of this.keys) {
        this.keys.delete(oldest);
        break;
      }
    }
    return true;
  }
}
