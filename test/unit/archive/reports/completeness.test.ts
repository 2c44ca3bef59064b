import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from '../../../../src/archive/absence.ts';
import type { Archive } from '../../../../src/archive/archive.ts';
import { recheckCompleteness } from '../../../../src/archive/reports/recheckCompleteness.ts';
import {
  writeCompletenessReport,
  type CompletenessReport,
} from '../../../../src/archive/reports/completenessReport.ts';
import type {
  AuditPort,
  PlatformConversation,
  PlatformSet,
} from '../../../../src/archive/reports/reportPorts.ts';
import { errors, isAppError, isCancellation } from '../../../../src/base/appError.ts';
import type { Interval } from '../../../../src/model/interval.ts';
import { idOf, openArchive, putConversation, sha256 } from '../../../support/archiveOnDisk.ts';
import { withFolder } from '../../../support/archivedSample.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createRandom } from '../../../support/random.ts';

const never = new AbortController().signal;
const nobody = (): void => undefined;
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 10, 4, 22);
const interval: Interval = { startMs, endMs: startMs + 48 * hourMs };

const onPlatform = (
  index: number,
  atMs: number,
  label = 'Voice · Billing',
): PlatformConversation => ({
  conversationId: idOf(index),
  startMs: atMs,
  endMs: atMs + 60_000,
  label,
});

/** Answers like the platform: only what was asked for, in pages of two, newest first. */
const platformOf = (
  conversations: readonly PlatformConversation[],
  undecodableCount = 0,
): PlatformSet & { readonly asked: Interval[] } => {
  const asked: Interval[] = [];
  return {
    asked,
    async *pages(within, signal) {
      asked.push(within);
      signal.throwIfAborted();
      const hits = conversations
        .filter((one) => one.startMs >= within.startMs && one.startMs < within.endMs)
        .toSorted((a, b) => b.startMs - a.startMs);
      for (let from = 0; from < hits.length; from += 2) {
        yield await Promise.resolve({
          conversations: hits.slice(from, from + 2),
          undecodableCount: 0,
        });
      }
      yield { conversations: [], undecodableCount: asked.length === 1 ? undecodableCount : 0 };
    },
  };
};

const local = (index: number, atMs: number): Parameters<typeof putConversation>[1] => ({
  id: idOf(index),
  startMs: atMs,
  endMs: atMs + 60_000,
  wavBytes: 444,
  phrases: ['Hello'],
});

async function report(
  archive: Archive,
  platform: PlatformSet,
  audit?: AuditPort,
  within = interval,
): Promise<CompletenessReport> {
  return await writeCompletenessReport(
    { archive, platform, clock: new FakeClock(), audit },
    within,
    nobody,
    never,
  );
}

const recheck = (path: string, archive: Archive): ReturnType<typeof recheckCompleteness> =>
  recheckCompleteness(path, archive, nobody, never);

suite('completeness report', () => {
  test('accounts for every conversation of both sides: state, names, reasons; verdict first', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      await putConversation(archive, local(1, startMs));
      await putConversation(archive, {
        ...local(2, startMs + hourMs),
        absent: [absent('transcripts/x', 'notTranscribed', 'There is no transcript.')],
      });
      const damaged = await putConversation(archive, local(3, startMs + 3 * hourMs));
      await rm(join(damaged, 'recordings'), { recursive: true });
      await putConversation(archive, local(5, startMs + 5 * hourMs));
      await putConversation(archive, { ...local(6, startMs + 6 * hourMs), endMs: undefined });
      const { id, endMs, startMs: atMs } = local(7, startMs + 7 * hourMs);
      await putConversation(archive, { id, startMs: atMs, endMs, phrases: ['Hello'] });
      // On the last day, but after the end of the interval.
      await putConversation(archive, local(8, interval.endMs + hourMs));
      const platform = platformOf(
        [1, 2, 3, 4, 6, 7].map((index) =>
          onPlatform(index, startMs + (index === 1 ? 0 : index === 2 ? 1 : index) * hourMs),
        ),
      );
      const written = await report(archive, platform);
      const parsed = JSON.parse(await readFile(written.jsonPath, 'utf8'));
      assert.deepEqual(
        parsed.items.map((item: any) => [item.conversationId, item.day, item.state]),
        [
          [idOf(1), '2026-11-04', 'complete'],
          [idOf(2), '2026-11-04', 'withReasons'],
          [idOf(3), '2026-11-05', 'damaged'],
          [idOf(4), '2026-11-05', 'missing'],
          [idOf(5), '2026-11-05', 'onlyLocal'],
          [idOf(6), '2026-11-05', 'outdated'],
          [idOf(7), '2026-11-05', 'partial'],
        ],
      );
      assert.deepEqual(parsed.report.states, {
        missing: 1,
        damaged: 1,
        outdated: 1,
        partial: 1,
        withReasons: 1,
        onlyLocal: 1,
        complete: 1,
      });
      assert.equal(parsed.report.verdict, 'incomplete');
      assert.deepEqual(parsed.report.reasons, { notTranscribed: 1 });
      assert.equal(platform.asked.length, 3);
      const page = await readFile(written.markdownPath, 'utf8');
      assert.match(
        page.split('\n').slice(0, 4).join('\n'),
        /Not complete: of 6 conversations, 1 is not in the archive, 1 is damaged, 1 is open or out of date, 1 is downloaded in part\./u,
      );
      assert.match(page, /Voice · Billing · Ada Lovelace/u);
      assert.equal((await readFile(written.csvPath, 'utf8')).trim().split('\r\n').length, 8);
      assert.equal(written.sha256, sha256(await readFile(written.jsonPath)));
      assert.deepEqual(
        (await readdir(join(root, 'reports'))).map((name) => name.split('.').at(-1)),
        ['csv', 'json', 'md'],
      );
    }));

  test('calls an archive complete only without anything open; unreadable ones of the platform keep it from that', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      await putConversation(archive, local(1, startMs));
      const platform = [onPlatform(1, startMs)];
      assert.equal((await report(archive, platformOf(platform))).summary.verdict, 'complete');
      assert.equal((await report(archive, platformOf(platform, 1))).summary.verdict, 'incomplete');
    }));

  test('digests of random sets are those of a naive reference, and the same whatever the order of pages', () =>
    withFolder(async (root) => {
      const random = createRandom();
      const archive = await openArchive(root);
      const all = Array.from({ length: 40 }, (_, index) => ({
        index,
        atMs: startMs + random.integer(48 * hourMs),
        isHere: random.next() < 0.7,
        isThere: random.next() < 0.7,
      }));
      for (const { index, atMs } of all.filter(({ isHere }) => isHere)) {
        await putConversation(archive, local(index, atMs));
      }
      const there = all.filter(({ isThere }) => isThere);
      const { summary, jsonPath } = await report(
        archive,
        platformOf(there.map(({ index, atMs }) => onPlatform(index, atMs))),
      );
      const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
      const sorted = (ones: typeof all): typeof all =>
        ones.toSorted((a, b) =>
          `${day(a.atMs)}${idOf(a.index)}` < `${day(b.atMs)}${idOf(b.index)}` ? -1 : 1,
        );
      const iso = (atMs: number): string => new Date(atMs).toISOString();
      assert.equal(
        summary.platformDigest,
        sha256(
          sorted(there)
            .map(({ index, atMs }) => `${idOf(index)}\t${iso(atMs)}\t${iso(atMs + 60_000)}\n`)
            .join(''),
        ),
        random.label,
      );
      const lines: string[] = [];
      for (const { index, atMs } of sorted(all.filter(({ isHere }) => isHere))) {
        const folder = archive.conversationFolder(idOf(index), atMs);
        const { files } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
        const content = files
          .map((file: any) => ({ ...file, path: file.path.replace(/\.gz$/u, '') }))
          .filter(({ path }: any) => path !== 'names.json')
          .map((file: any) =>
            ['file', file.path, file.contentBytes, file.contentSha256].join('\t').concat('\n'),
          )
          .sort()
          .join('');
        lines.push(`${idOf(index)}\t${sha256(content)}\twhole\n`);
      }
      assert.equal(summary.localDigest, sha256(lines.join('')), random.label);
      const count = (isHere: boolean, isThere: boolean): number =>
        all.filter((one) => one.isHere === isHere && one.isThere === isThere).length;
      assert.deepEqual(
        [summary.states.complete, summary.states.onlyLocal, summary.states.missing],
        [count(true, true), count(true, false), count(false, true)],
        random.label,
      );
      const again = await recheck(jsonPath, archive);
      assert.deepEqual(
        [again.isGenuine, again.isUnchanged, again.localDigest],
        [true, true, summary.localDigest],
        random.label,
      );
    }));

  test('a listing that fails, or is cancelled, leaves no report', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const failing: PlatformSet = {
        async *pages() {
          yield await Promise.resolve({
            conversations: [onPlatform(1, startMs)],
            undecodableCount: 0,
          });
          throw errors.network('No answer');
        },
      };
      await assert.rejects(report(archive, failing), (error) => isAppError(error, 'network'));
      const stop = new AbortController();
      await assert.rejects(
        writeCompletenessReport(
          {
            archive,
            platform: platformOf([onPlatform(1, startMs), onPlatform(2, startMs)]),
            clock: new FakeClock(),
            audit: undefined,
          },
          interval,
          () => {
            stop.abort();
          },
          stop.signal,
        ),
        isCancellation,
      );
      assert.deepEqual(await readdir(join(root, 'reports')), []);
    }));

  test('nobody’s text becomes a formula in the CSV, or markup on the page', () =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      const hostile = '=HYPERLINK("http://x","a") | <img src=x>\n# head';
      const { csvPath, markdownPath } = await report(
        archive,
        platformOf([onPlatform(1, startMs, hostile)]),
      );
      assert.match(await readFile(csvPath, 'utf8'), /,"'=HYPERLINK\(""http:\/\/x"",""a""\)/u);
      const page = await readFile(markdownPath, 'utf8');
      assert.ok(!page.includes('<img') || page.includes('\\<img'));
      assert.equal(page.split('\n').filter((line) => line.startsWith('# ')).length, 1);
    }));
});

suite('recheck of a completeness report', () => {
  const withReport = (
    task: (archive: Archive, path: string, root: string) => Promise<void>,
    audit?: AuditPort,
  ): Promise<void> =>
    withFolder(async (root) => {
      const archive = await openArchive(root);
      await putConversation(archive, local(1, startMs));
      await putConversation(archive, local(2, startMs + 5 * hourMs));
      const { jsonPath } = await report(
        archive,
        platformOf([onPlatform(1, startMs), onPlatform(3, startMs + 6 * hourMs)]),
        audit,
      );
      await task(archive, jsonPath, root);
    });

  test('tells by name what was added, changed, damaged and removed since', () =>
    withReport(async (archive, path) => {
      const first = archive.conversationFolder(idOf(1), startMs);
      await truncate(join(first, `recordings/${idOf(1).replace('c', 'b')}.0.wav`), 100);
      await rm(archive.conversationFolder(idOf(2), startMs + 5 * hourMs), { recursive: true });
      await putConversation(archive, local(3, startMs + 6 * hourMs));
      const { changes, isGenuine, isUnchanged, changeCount } = await recheck(path, archive);
      assert.deepEqual([isGenuine, isUnchanged, changeCount], [true, false, 3]);
      assert.deepEqual(
        changes.map(({ conversationId, change, label }) => [conversationId, change, label]),
        [
          [idOf(1), 'damaged', 'Voice · Billing · Ada Lovelace · +12025551000'],
          [idOf(2), 'gone', 'Voice · Billing · Ada Lovelace · +12025551000'],
          [idOf(3), 'added', 'Voice · Billing · Ada Lovelace · +12025551000'],
        ],
      );
    }));

  test('a download that brings other content is a change; downloading the same again is none', () =>
    withReport(async (archive, path) => {
      await putConversation(archive, { ...local(1, startMs), userName: 'Ada King' });
      assert.equal((await recheck(path, archive)).isUnchanged, true);
      await putConversation(archive, { ...local(1, startMs), phrases: ['Goodbye'] });
      assert.deepEqual(
        (await recheck(path, archive)).changes.map(({ change }) => change),
        ['changed'],
      );
    }));

  test('finds every edit of the file, each by the digest that it breaks', () =>
    withReport(async (archive, path) => {
      const original = await readFile(path, 'utf8');
      const edits: readonly (readonly [RegExp, string])[] = [
        [/"verdict": "incomplete"/u, '"verdict": "complete"'],
        [/"state":"missing"/u, '"state":"complete"'],
        [/"startedAt":"2026-11-04T22/u, '"startedAt":"2026-11-04T21'],
        [/"contentDigest":"./u, '"contentDigest":"x'],
        [/"label":"Voice/u, '"label":"Fax'],
        [/"missing": 1/u, '"missing": 0'],
        [/"generatedAt": "20/u, '"generatedAt": "19'],
        [/\n {4}\{"conversationId":"[^\n]+,(?=\n)/u, ''],
        [/"undecodableConversations": 0/u, '"undecodableConversations": 1'],
      ];
      for (const [pattern, text] of edits) {
        const edited = original.replace(pattern, text);
        assert.notEqual(edited, original, String(pattern));
        await writeFile(path, edited);
        assert.equal((await recheck(path, archive)).isGenuine, false, String(pattern));
      }
      await writeFile(path, original.replace('"label":"Voice', '"label":"Fax'));
      assert.match((await recheck(path, archive)).findings.join(' '), /The digest of the list/u);
      await writeFile(path, original);
      assert.equal((await recheck(path, archive)).isGenuine, true);
    }));

  test('refuses what is no report, cut or of another kind, and a report of another archive', () =>
    withReport(async (archive, path, root) => {
      const { size } = await stat(path);
      const whole = await readFile(path, 'utf8');
      await truncate(path, size - 200);
      await assert.rejects(recheck(path, archive), (error) => isAppError(error, 'input'));
      await writeFile(path, '{"report":{"kind":"x"},"items":[]}');
      await assert.rejects(recheck(path, archive), (error) => isAppError(error, 'input'));
      await writeFile(path, whole);
      const other = await openArchive(join(root, 'other'));
      assert.match((await recheck(path, other)).findings.join(' '), /another archive/u);
    }));

  test('pins the audit log: an edited log and a report that the log does not know are found', () =>
    withFolder(async (root) => {
      const log = join(root, 'audit.jsonl');
      const audit: AuditPort = {
        append: (kind, details) =>
          appendFile(log, `${JSON.stringify({ kind, ...details })}\n`).then(() => undefined),
      };
      const archive = await openArchive(root);
      await audit.append('opened', {}, never);
      const { jsonPath, summary } = await report(archive, platformOf([]), audit);
      assert.equal(summary.auditHead?.lastLineSha256, sha256('{"kind":"opened"}'));
      const first = await recheck(jsonPath, archive);
      assert.deepEqual([first.isGenuine, first.isInAuditLog], [true, true]);
      const text = await readFile(log, 'utf8');
      await writeFile(log, text.replace('opened', 'closed'));
      assert.match((await recheck(jsonPath, archive)).findings.join(' '), /cut or edited/u);
      await writeFile(log, text.replaceAll(/"sha256":"./gu, '"sha256":"x'));
      assert.equal((await recheck(jsonPath, archive)).isInAuditLog, false);
    }));
});
