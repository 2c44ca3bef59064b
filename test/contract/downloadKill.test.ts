import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { verifyArchive } from '../../src/archive/integrity/verifyArchive.ts';
import { iterateFindings } from '../../src/archive/integrity/verifyReport.ts';
import { isSameRecording } from '../../src/archive/recordingObject.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Limiter } from '../../src/base/limiter.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  communicationId,
  conversationId,
  sampleFolder,
  sampleIdentity,
  serveSample,
  chatId,
  voiceId,
  withFolder,
} from '../support/archivedSample.ts';
import type { DownloadMainOptions } from '../support/downloadMain.ts';
import { runDownload } from '../support/runDownload.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient } from '../simulator/identity/clients.ts';
import type { SimulatedRecording } from '../simulator/organisation.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { MediaServer } from '../support/mediaServer.ts';
import { makeWav } from '../support/wav.ts';

const killCount = 20;
const never = new AbortController().signal;
/** A run has fewer marks than another when its bytes come in larger pieces, and may end before the last of them. */
const spareCount = 3;
/** Larger than a checkpoint, so that kills fall before and after one. */
const wavBytes = 6_000_000;

/** The same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** Final names of the conversation with what may be under them. */
type Expected = ReadonlyMap<string, readonly Buffer[]>;

/** Bytes, but for the ids of holds in recording objects, which the platform changes on every request. */
function isSame(name: string, expected: Buffer, found: Buffer): boolean {
  return (
    expected.equals(found) ||
    (/^recordings\/.*\.json\.gz$/u.test(name) &&
      isSameRecording(expected.toString(), found.toString()))
  );
}

/** Runs the task for each mark, as many at once as there are processors. */
async function atEachMark(
  marks: readonly number[],
  task: (killAtMark: number, index: number) => Promise<void>,
): Promise<void> {
  const limiter = new Limiter(availableParallelism());
  const outcomes = await Promise.allSettled(
    marks.map((mark, index) => limiter.run(() => task(mark, index), never)),
  );
  // Only when all have ended: the folders are removed after a failure.
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

/** Contents by final name, gzip undone. Fails on a file that is neither partial nor expected whole. */
async function checkFinalFiles(folder: string, expected: Expected): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (!entry.isFile() || /\.partial(?:\.json)?$/u.test(path)) {
      continue;
    }
    const stored = await readFile(join(folder, path));
    if (path === 'manifest.json') {
      JSON.parse(stored.toString());
      continue;
    }
    const content = path.endsWith('.gz') ? gunzipSync(stored) : stored;
    const name = path.replace(/^history\/[0-9a-f]+\//u, '');
    const isWhole = expected.get(name)?.some((each) => isSame(name, each, content)) ?? false;
    assert.ok(isWhole, `There is something else than a whole file: ${path}`);
    found.set(path, content);
  }
  return found;
}

/** What an undisturbed download stored, gzip undone, without the manifest. */
async function readWhole(folder: string): Promise<Expected> {
  const expected = new Map<string, readonly Buffer[]>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && path !== 'manifest.json') {
      const stored = await readFile(join(folder, path));
      expected.set(path, [path.endsWith('.gz') ? gunzipSync(stored) : stored]);
    }
  }
  return expected;
}

async function assertMedia(recording: SimulatedRecording, expected: Expected): Promise<void> {
  for (const channel of recording.channels) {
    const name = `recordings/${recording.recording.id ?? ''}.${channel}.wav`;
    assert.ok(expected.get(name)?.[0]?.equals(await recording.media(channel, 'WAV')), name);
  }
}

suite('a download that is killed', () => {
  leakCheck();
  let server: MediaServer;
  setup(async () => {
    server = await new MediaServer().start();
    server.api = serveSample(server, wavBytes);
  });
  teardown(async () => {
    await server.stop();
  });

  const body = (name: string): Buffer => server.files.get(name)?.body ?? Buffer.alloc(0);
  const optionsFor = (rootPath: string): DownloadMainOptions => ({
    apiBaseUrl: server.origin,
    loginBaseUrl: server.origin,
    clientId: 'client',
    clientSecret: 'secret',
    organisationId: sampleIdentity.organisationId,
    region: sampleIdentity.region,
    rootPath,
    conversationId,
  });
  const expectedOf = (): Map<string, Buffer[]> => {
    const voice = structuredClone(server.api?.recordings[0]) as { mediaUris: object };
    for (const file of Object.values(voice.mediaUris) as { mediaUri: unknown }[]) {
      file.mediaUri = null;
    }
    const json = (value: unknown): Buffer[] => [Buffer.from(JSON.stringify(value))];
    return new Map([
      ['conversation.json.gz', json(server.api?.detail)],
      [`recordings/${voiceId}.json.gz`, json(voice)],
      [`recordings/${chatId}.json.gz`, json(server.api?.recordings[1])],
      [`recordings/${voiceId}.0.wav`, [body('left')]],
      [`recordings/${voiceId}.1.wav`, [body('right')]],
      [`transcripts/${communicationId}.${voiceId}.json.gz`, [body('words')]],
    ]);
  };

  /** One random mark in each of `count` equal stretches of the download. */
  const pickMarks = (markCount: number, count: number): readonly number[] => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`    KILL_SEED=${String(seed)}, ${String(markCount)} marks\n`);
    const random = createRandom(seed);
    return Array.from(
      { length: count },
      (_, index) => 1 + Math.floor(((index + random()) / count) * markCount * 0.95),
    );
  };

  const assertSound = async (folder: string): Promise<void> => {
    const verified = await verifyConversation(folder, never);
    const isNew = verified.problems.some(({ problem }) =>
      problem.startsWith('There is no manifest'),
    );
    assert.deepEqual(isNew ? [] : verified.problems, []);
  };

  const assertComplete = async (root: string, expected: Expected): Promise<void> => {
    const folder = join(root, sampleFolder);
    const result = await runDownload(optionsFor(root));
    assert.deepEqual(result?.absent, []);
    const found = await checkFinalFiles(folder, expected);
    for (const [path, contents] of expected) {
      assert.ok(
        found.get(path)?.equals(contents.at(-1) ?? Buffer.alloc(0)),
        `Not complete: ${path}`,
      );
    }
    const verified = await verifyConversation(folder, never);
    assert.deepEqual(verified.problems, []);
    const names = (await readdir(root, { recursive: true })).filter((name) =>
      /partial|lock/u.test(name),
    );
    assert.deepEqual(names, []);
  };

  /** What a verification says of manifests. */
  const editsFound = async (root: string): Promise<readonly string[]> => {
    const request = { rootPath: root, deepPercent: 0, sampleSeed: '' };
    const deps = { clock: systemClock, log: silentLog };
    const { reportPath } = await verifyArchive(request, deps, () => undefined, never);
    const texts: string[] = [];
    for await (const { findings } of iterateFindings(reportPath, never)) {
      texts.push(
        ...findings.filter(({ kind }) => kind === 'manifestEdited').map(({ text }) => text),
      );
    }
    await rm(reportPath);
    return texts;
  };

  test('leaves only whole files of recordings larger than a checkpoint, and the rerun completes', () =>
    withFolder(async (base) => {
      const expected = expectedOf();
      const whole = await runDownload(optionsFor(join(base, 'whole')));
      let killedCount = 0;
      await atEachMark(
        pickMarks(whole?.markCount ?? 0, 10 + spareCount),
        async (killAtMark, index) => {
          const root = join(base, String(index));
          const result = await runDownload({ ...optionsFor(root), killAtMark });
          killedCount += result === undefined ? 1 : 0;
          await checkFinalFiles(join(root, sampleFolder), expected);
          await assertSound(join(root, sampleFolder));
          await assertComplete(root, expected);
        },
      );
      assert.ok(killedCount >= 10, `killed on its way: ${String(killedCount)}`);
    })).timeout(240_000);

  test('loses nothing of what was there while it replaces it', () =>
    withFolder(async (base) => {
      const before = expectedOf();
      await runDownload(optionsFor(join(base, 'old')));
      server.files.set('left', { body: makeWav(300_000, 11) });
      server.files.set('right', { body: makeWav(300_000, 12) });
      server.files.set('words', { body: Buffer.from('{"transcripts":[]}') });
      const after = expectedOf();
      const either = new Map(
        [...before].map(([path, old]) => [path, [...old, ...(after.get(path) ?? [])]]),
      );
      await cp(join(base, 'old'), join(base, 'whole'), { recursive: true });
      const whole = await runDownload(optionsFor(join(base, 'whole')));
      await atEachMark(pickMarks(whole?.markCount ?? 0, 10), async (killAtMark, index) => {
        const root = join(base, String(index));
        await cp(join(base, 'old'), root, { recursive: true });
        await runDownload({ ...optionsFor(root), killAtMark });
        const contents = [...(await checkFinalFiles(join(root, sampleFolder), either)).values()];
        for (const [path, [old]] of before) {
          assert.ok(
            old !== undefined && contents.some((each) => each.equals(old)),
            `Lost: ${path}`,
          );
        }
        await assertSound(join(root, sampleFolder));
        assert.deepEqual(await editsFound(root), [], 'no half of a download looks like an edit');
        await assertComplete(root, either);
        assert.deepEqual(await editsFound(root), []);
      });
    })).timeout(240_000);

  test('leaves only whole files under final names at 20 random points, and the rerun completes', () =>
    withFolder(async (base) => {
      const organisation = createSampleOrganisation({
        seed: 5,
        conversationCount: 40,
        nowMs: Date.now(),
      });
      const call = organisation.conversations.find(
        (each) =>
          each.transcripts().length > 0 &&
          each.recordings().some(({ channels }) => channels.length === 2),
      );
      assert.ok(call !== undefined);
      const id = call.detail.conversationId ?? '';
      const simulator = await startSimulator({ organisation, rateAllowed: 10_000 });
      try {
        const optionsIn = (rootPath: string): DownloadMainOptions => ({
          apiBaseUrl: simulator.apiBaseUrl,
          loginBaseUrl: simulator.loginBaseUrl,
          clientId: demoClient.id,
          clientSecret: demoClient.secret,
          organisationId: organisation.id,
          region: sampleIdentity.region,
          rootPath,
          conversationId: id,
        });
        const day = new Date(call.detail.conversationStart ?? '').toISOString().slice(0, 10);
        const folderIn = (root: string): string =>
          join(root, 'conversations', ...day.split('-'), id);
        const whole = await runDownload(optionsIn(join(base, 'whole')));
        const expected = await readWhole(folderIn(join(base, 'whole')));
        for (const recording of call.recordings()) {
          await assertMedia(recording, expected);
        }
        let killedCount = 0;
        const marks = pickMarks(whole?.markCount ?? 0, killCount + spareCount);
        await atEachMark(marks, async (killAtMark, index) => {
          const root = join(base, String(index));
          const survived = await runDownload({ ...optionsIn(root), killAtMark });
          assert.ok((survived?.markCount ?? 0) < killAtMark);
          killedCount += survived === undefined ? 1 : 0;
          await checkFinalFiles(folderIn(root), expected);
          await assertSound(folderIn(root));
          assert.ok((await runDownload(optionsIn(root))) !== undefined);
          const found = await checkFinalFiles(folderIn(root), expected);
          assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
          await assertSound(folderIn(root));
        });
        assert.ok(killedCount >= killCount, `killed on its way: ${String(killedCount)}`);
      } finally {
        await simulator.stop();
      }
    })).timeout(240_000);
});
