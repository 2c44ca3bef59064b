/** Makes this process fail like one that is killed: from the n-th file operation on, every one fails, the first half done. */
import fileSystem, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type AsyncMethod = (...parameters: unknown[]) => Promise<unknown>;

export class FileFaults {
  private readonly restores: (() => void)[] = [];
  private count = 0;
  private failFrom = Infinity;

  /** Operations since the last reset. */
  get operationCount(): number {
    return this.count;
  }

  /** @param failFrom number of the first operation that fails, from 1 */
  reset(failFrom = Infinity): void {
    this.count = 0;
    this.failFrom = failFrom;
  }

  async install(): Promise<void> {
    const probe: FileHandle = await fileSystem.open(process.execPath);
    this.wrap(Object.getPrototypeOf(probe) as object, ['write', 'sync', 'truncate']);
    await probe.close();
    this.wrap(fileSystem, ['open', 'rename', 'link', 'mkdir', 'rm', 'truncate', 'writeFile']);
    syncBuiltinESMExports();
  }

  restore(): void {
    this.restores.splice(0).forEach((undo) => {
      undo();
    });
    syncBuiltinESMExports();
  }

  private wrap(target: object, names: readonly string[]): void {
    const methods = target as Record<string, AsyncMethod>;
    for (const name of names) {
      const original = methods[name];
      if (original === undefined) {
        continue;
      }
      const faults = this as FileFaults;
      methods[name] = async function (this: unknown, ...parameters: unknown[]) {
        faults.count++;
        if (faults.count > faults.failFrom) {
          throw killed(name);
        }
        if (faults.count === faults.failFrom) {
          const [bytes] = parameters;
          if (name === 'write' && Buffer.isBuffer(bytes)) {
            await original.call(this, bytes.subarray(0, bytes.length >> 1));
          }
          throw killed(name);
        }
        return await original.apply(this, parameters);
      };
      this.restores.push(() => {
        methods[name] = original;
      });
    }
  }
}

/** The errno of a broken disk: nothing goes on after it. */
function killed(syscall: string): Error {
  return Object.assign(new Error('killed'), { code: 'EIO', syscall });
}
