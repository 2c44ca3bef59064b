import assert from 'node:assert/strict';
import {
  appendFile,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import {
  auditHeadName,
  auditName,
  readAuditHead,
} from '../../../../src/archive/audit/auditFiles.ts';
import { AuditLog } from '../../../../src/archive/audit/auditLog.ts';
import { verifyAudit, type AuditVerification } from '../../../../src/archive/audit/verifyAudit.ts';
import { isAppError, isCancellation } from '../../../../src/base/appError.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createRandom } from '../../../support/random.ts';

const never = new AbortController().signal;
const clock = new FakeClock();

const openLog = (root: string): Promise<AuditLog> => AuditLog.open(root, { clock }, never);

async function writeSample(root: string, count: number): Promise<void> {
  const log = await openLog(root);
  for (let index = 1; index <= count; index++) {
    await log.append('sampled', { index, name: 'häppy', list: [1, { b: true }] }, never);
  }
}

async function linesOf(root: string): Promise<string[]> {
  return (await readFile(join(root, auditName), 'utf8')).split('\n').slice(0, -1);
}

async function writeLines(root: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(root, auditName), lines.map((line) => `${line}\n`).join(''));
}

async function kindsOf(root: string): Promise<readonly string[]> {
  return (await linesOf(root)).map((line) => {
    return /"kind":"(\w+)"/u.exec(line)?.[1] ?? '?';
  });
}

const firstProblem = ({ problems }: AuditVerification): string =>
  problems[0] === undefined ? 'none' : `${String(problems[0].line)}: ${problems[0].reason}`;

suite('The audit log', () => {
  test('chains every event to the one before and verifies', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 3);
      await (await openLog(root)).append('later', { count: 1 }, never);
      const verified = await verifyAudit(root, never);
      assert.deepEqual(verified, {
        lineCount: 4,
        head: await readAuditHead(root, never),
        problems: [],
        problemCount: 0,
        hasTornLine: false,
      });
      assert.equal(
        (await linesOf(root))[0]?.slice(0, 118),
        `{"seq":1,"at":"2026-11-05T12:00:00.000Z","kind":"sampled","details":{"index":1,"name":"häppy","list":[1,{"b":true}]},"`,
      );
    });
  });

  test('is sound and empty where there is none', async () => {
    await withFolder(async (root) => {
      assert.equal((await verifyAudit(root, never)).problemCount, 0);
    });
  });

  test('keeps the order of calls when many append at once through several objects', async () => {
    await withFolder(async (root) => {
      const logs = [await openLog(root), await openLog(root)];
      await Promise.all(
        Array.from({ length: 300 }, async (_, index) => {
          await logs[index % 2]?.append('burst', { index, padding: 'x'.repeat(2_000) }, never);
        }),
      );
      const seen: unknown[] = [];
      const verified = await verifyAudit(root, never, ({ details }) => seen.push(details['index']));
      assert.equal(firstProblem(verified), 'none');
      assert.deepEqual(
        seen,
        Array.from({ length: 300 }, (_, index) => index),
      );
    });
  });

  test('finds a changed byte in any line, the last included', async () => {
    const random = createRandom();
    await withFolder(async (root) => {
      await writeSample(root, 12);
      const whole = await readFile(join(root, auditName));
      const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at);
      for (const [index, end] of ends.entries()) {
        const start = (ends[index - 1] ?? -1) + 1;
        const position = start + random.integer(end - start);
        const edited = Buffer.from(whole);
        edited[position] = (edited[position] ?? 0) ^ (1 << random.integer(7));
        await writeFile(join(root, auditName), edited);
        const { problems } = await verifyAudit(root, never);
        assert.equal(problems[0]?.line, index + 1, `${random.label} byte ${String(position)}`);
      }
    });
  });

  test('finds a line that was changed together with its own hash, the last included', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 4);
      const lines = await linesOf(root);
      await withFolder(async (other) => {
        await (await openLog(other)).append('sampled', { index: 99 }, never);
        const [forged = ''] = await linesOf(other);
        await writeLines(root, [forged, ...lines.slice(1)]);
      });
      assert.equal(
        firstProblem(await verifyAudit(root, never)),
        '2: The line does not follow the one before it.',
      );
      await writeLines(root, lines);
      await withFolder(async (other) => {
        await writeLines(other, lines.slice(0, 3));
        await (await openLog(other)).append('forged', {}, never);
        await rm(join(other, auditHeadName));
        const last = (await linesOf(other)).at(-1) ?? '';
        await writeLines(root, [...lines.slice(0, 3), last]);
      });
      assert.notEqual(firstProblem(await verifyAudit(root, never)), 'none');
    });
  });

  test('finds removed, reordered, doubled and foreign lines', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 5);
      const [a = '', b = '', c = '', d = '', e = ''] = await linesOf(root);
      const cases: readonly (readonly [readonly string[], number])[] = [
        [[b, c, d, e], 1],
        [[a, c, d, e], 2],
        [[a, b, d, c, e], 3],
        [[a, b, b, c, d, e], 3],
        [[a, b, '', c, d, e], 3],
        [[a, b, '{"seq":3}', c, d, e], 3],
        [[a, b, 'x'.repeat(300_000), c, d, e], 3],
        [[a, b, c, d], 5],
        [[a, b], 3],
        [[], 1],
      ];
      for (const [lines, line] of cases) {
        await writeLines(root, lines);
        assert.equal((await verifyAudit(root, never)).problems[0]?.line, line, lines.join('\n'));
      }
      await writeLines(root, [a, b, c, d, e]);
      assert.equal(firstProblem(await verifyAudit(root, never)), 'none');
    });
  });

  test('says so when the head file is gone or damaged', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 2);
      await writeFile(join(root, auditHeadName), '{"seq":');
      assert.match(
        firstProblem(await verifyAudit(root, never)),
        /^2: The head of the log is missing/u,
      );
      await (await openLog(root)).append('later', {}, never);
      assert.deepEqual(await kindsOf(root), ['sampled', 'sampled', 'auditHeadMissing', 'later']);
    });
  });

  test('sets a torn last line aside, notes it, and goes on', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 2);
      await appendFile(join(root, auditName), '{"seq":3,"at":"2026-');
      assert.equal((await verifyAudit(root, never)).hasTornLine, true);
      await openLog(root);
      await (await openLog(root)).append('later', {}, never);
      assert.deepEqual(await kindsOf(root), ['sampled', 'sampled', 'auditTornLineKept', 'later']);
      assert.equal(firstProblem(await verifyAudit(root, never)), 'none');
      const kept = (await readdir(root)).find((name) => name.startsWith('audit.torn-')) ?? '';
      assert.equal(await readFile(join(root, kept), 'utf8'), '{"seq":3,"at":"2026-');
    });
  });

  test('goes on after a crash between the lines and the note of the head', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 2);
      const head = await readFile(join(root, auditHeadName));
      await writeSample(root, 3);
      await writeFile(join(root, auditHeadName), head);
      assert.equal(firstProblem(await verifyAudit(root, never)), 'none');
      await (await openLog(root)).append('later', {}, never);
      assert.equal((await kindsOf(root)).at(-1), 'later');
      assert.equal(firstProblem(await verifyAudit(root, never)), 'none');
    });
  });

  test('never heals a cut or forged end by appending: the gap stays visible', async () => {
    for (const damage of ['cut', 'damaged', 'forged'] as const) {
      await withFolder(async (root) => {
        await writeSample(root, 4);
        const lines = await linesOf(root);
        if (damage === 'cut') {
          await writeLines(root, lines.slice(0, 2));
        } else if (damage === 'damaged') {
          await writeLines(root, [...lines.slice(0, 3), 'nonsense']);
        } else {
          const head = await readFile(join(root, auditHeadName));
          await writeLines(root, lines.slice(0, 2));
          await rm(join(root, auditHeadName));
          await writeSample(root, 5);
          await writeFile(join(root, auditHeadName), head);
        }
        await (await openLog(root)).append('later', {}, never);
        const kinds = await kindsOf(root);
        assert.ok(kinds.includes('auditDamageFound'), `${damage}: ${kinds.join()}`);
        assert.notEqual(firstProblem(await verifyAudit(root, never)), 'none', damage);
      });
    }
  });

  test('opens a log of gigabytes by its end alone', async () => {
    await withFolder(async (root) => {
      await writeSample(root, 2);
      const path = join(root, auditName);
      const lines = await readFile(path);
      const holeBytes = 6 * 1024 ** 3;
      await truncate(path, 0);
      const file = await open(path, 'r+');
      await file.write(Buffer.from('\n'), 0, 1, holeBytes - 1);
      await file.write(lines, 0, lines.length, holeBytes);
      await file.close();
      await (await openLog(root)).append('later', {}, never);
      const { size } = await stat(path);
      const end = Buffer.alloc(size - holeBytes);
      const read = await open(path, 'r');
      await read.read(end, 0, end.length, holeBytes);
      await read.close();
      assert.match(end.toString(), /"seq":3.*"kind":"later"/u);
      assert.equal((await readAuditHead(root, never))?.seq, 3);
    });
  });

  test('writes no links, refuses details that are too long, and never writes through a link', async () => {
    await withFolder(async (root) => {
      const log = await openLog(root);
      await log.append('linked', { note: 'see https://x.example/a?Signature=abc now' }, never);
      assert.match((await linesOf(root))[0] ?? '', /"note":"see \[link\] now"/u);
      await assert.rejects(log.append('long', { text: 'x'.repeat(200_000) }, never), (error) =>
        isAppError(error, 'bug'),
      );
      await rm(join(root, auditName));
      await writeFile(join(root, 'elsewhere'), '');
      await symlink(join(root, 'elsewhere'), join(root, auditName));
      await assert.rejects(log.append('linked', {}, never), (error) =>
        isAppError(error, 'storage'),
      );
      assert.equal(await readFile(join(root, 'elsewhere'), 'utf8'), '');
    });
  });

  test('does nothing for a signal that is aborted already', async () => {
    await withFolder(async (root) => {
      const log = await openLog(root);
      await assert.rejects(log.append('late', {}, AbortSignal.abort()), isCancellation);
      await assert.rejects(verifyAudit(root, AbortSignal.abort()), isCancellation);
      assert.deepEqual(await linesOf(root), []);
    });
  });
});
