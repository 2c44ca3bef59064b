/** VS Code's SecretStorage as it behaves for several windows: one store, every window hears every change. */
import { Emitter } from '../../src/base/event.ts';
import type { SessionStoreSecrets } from '../../src/host/session/sessionStore.ts';

export class MemorySecrets implements SessionStoreSecrets {
  readonly values = new Map<string, string>();
  private readonly changed = new Emitter<{ readonly key: string }>();
  readonly onDidChange = this.changed.event;
  /** When set, every operation fails with it, as on a machine without a keyring. */
  failure: Error | undefined;

  async get(key: string): Promise<string | undefined> {
    await this.answer();
    return this.values.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.answer();
    this.values.set(key, value);
    this.changed.fire({ key });
  }

  async delete(key: string): Promise<void> {
    await this.answer();
    this.values.delete(key);
    this.changed.fire({ key });
  }

  private async answer(): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }
}
