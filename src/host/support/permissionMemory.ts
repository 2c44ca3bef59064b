/**
 * What a person was told about missing permissions, so that nobody is told twice: for good by account and result, and for this
 * window by feature. Pure over a memento; holds no names, only ids of features and permissions.
 */
import type { FeatureStatus } from '../../genesys/permissions.ts';

interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const key = 'genesysArchive.permissionsTold';
const maxAccounts = 50;

export class PermissionMemory {
  private readonly memory: Memory;
  /** `account feature` */
  private readonly toldNow = new Set<string>();

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Whether the account was checked before, whatever came of it. */
  hasChecked(accountId: string): boolean {
    return this.read().has(accountId);
  }

  /**
   * Takes down the result of a check. True when something is missing that was not told of this account before; a check that
   * found everything forgets what was told.
   */
  async takeResult(accountId: string, features: readonly FeatureStatus[]): Promise<boolean> {
    const missing = features.filter(({ state }) => state === 'missing');
    for (const { feature } of missing) {
      this.toldNow.add(`${accountId} ${feature}`);
    }
    const result = missing
      .map((status) =>
        [status.feature, ...status.missingPermissions, ...status.missingScopes].join(' '),
      )
      .join(', ');
    const results = this.read();
    const isNews = result !== '' && results.get(accountId) !== result;
    if (results.get(accountId) !== result) {
      results.delete(accountId);
      results.set(accountId, result);
      await this.memory.update(key, Object.fromEntries([...results].slice(-maxAccounts)));
    }
    return isNews;
  }

  /** True the first time in this window, unless a check told it of this account before. Either way it counts as told. */
  takeRefusal(accountId: string, feature: string): boolean {
    const name = `${accountId} ${feature}`;
    const wasTold =
      this.toldNow.has(name) ||
      (this.read().get(accountId) ?? '').split(', ').some((told) => told.split(' ')[0] === feature);
    this.toldNow.add(name);
    return !wasTold;
  }

  private read(): Map<string, string> {
    const stored = this.memory.get(key);
    const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
    return new Map(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }
}
