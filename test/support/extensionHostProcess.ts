/** Finds the extension host among the processes of a code-server. Knows only how VS Code starts it. */
import { run } from '../../scripts/childProcess.mjs';

/**
 * Ids of the extension hosts that descend from a process.
 * @throws Error when the processes cannot be listed
 */
export async function extensionHostIds(ancestorId: number): Promise<readonly number[]> {
  const { code, output } = await run('ps', ['-eo', 'pid=,ppid=,args='], { isQuiet: true });
  if (code !== 0) {
    throw new Error(`The processes cannot be listed: ${output}`);
  }
  const processes = output.split('\n').flatMap((line) => {
    const [, id, parentId, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line) ?? [];
    return args === undefined ? [] : [{ id: Number(id), parentId: Number(parentId), args }];
  });
  const family = new Set([ancestorId]);
  // A parent may be listed after its child: go over the list until nobody is added.
  for (let sizeBefore = 0; sizeBefore !== family.size;) {
    sizeBefore = family.size;
    for (const { id, parentId } of processes) {
      if (family.has(parentId)) {
        family.add(id);
      }
    }
  }
  return processes
    .filter(({ id, args }) => family.has(id) && args.includes('--type=extensionHost'))
    .map(({ id }) => id);
}
