import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import type { Packing } from '../../src/archive/compression.ts';
import {
  downloadConversation,
  type DownloadReport,
} from '../../src/archive/downloadConversation.ts';
import { prepareRecording } from '../../src/archive/prepareRecording.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import { parseConversationId, parseOrganisationId } from '../../src/model/ids.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient } from '../simulator/identity/clients.ts';
import type { SimulatedConversation, SimulatedOrganisation } from '../simulator/organisation.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { withFolder } from '../support/archivedSample.ts';
import { leakCheck } from '../support/leakCheck.ts';

const never = new AbortController().signal;

suite('downloading from the simulated organisation', () => {
  leakCheck();
  const sample = createSampleOrganisation({ seed: 11, conversationCount: 200, nowMs: Date.now() });
  let simulator: Simulator;
  let client: GenesysClient;

  const start = async (organisation: SimulatedOrganisation): Promise<void> => {
    simulator = await startSimulator({ organisation, rateAllowed: 10_000 });
    const { apiBaseUrl, loginBaseUrl } = simulator;
    const tokens = new ClientCredentialsTokenSource({
      loginBaseUrl,
      clientId: demoClient.id,
      clientSecret: demoClient.secret,
      clock: systemClock,
    });
    client = new GenesysClient({ apiBaseUrl, tokens, clock: systemClock, log: silentLog });
  };
  teardown(() => simulator.stop());

  const findCall = (
    isWanted: (recording: ReturnType<SimulatedConversation['recordings']>[number]) => boolean,
  ): SimulatedConversation => {
    const found = sample.conversations.find((each) => {
      const recordings = each.recordings();
      return (
        recordings.every(({ transcodePolls }) => transcodePolls === 0) && recordings.some(isWanted)
      );
    });
    assert.ok(found !== undefined);
    return found;
  };
  const offline = { clock: systemClock, log: silentLog };
  const download = async (
    root: string,
    call: SimulatedConversation,
    packing?: Packing,
  ): Promise<DownloadReport> => {
    const deps = offline;
    const identity = { organisationId: parseOrganisationId(sample.id), region: 'mypurecloud.com' };
    return await downloadConversation(
      {
        ...deps,
        source: client,
        names: client.names,
        packing,
        archive: await Archive.open(root, identity, deps, never),
      },
      {
        conversationId: parseConversationId(call.detail.conversationId ?? ''),
        parts: ['recordings', 'transcripts'],
        format: 'WAV',
        maxTranscodeWaitMs: 20_000,
      },
      () => undefined,
      never,
    );
  };

  test('a second download changes nothing, though holds and links have other ids every time', () =>
    withFolder(async (root) => {
      await start(sample);
      const call = findCall(
        ({ recording, channels }) =>
          channels.length === 2 &&
          recording.annotations?.some(({ type }) => type === 'Hold') === true,
      );
      const first = await download(root, call);
      const second = await download(root, call);
      // Both channels come at once, in whichever order.
      const byPath = (report: DownloadReport): unknown =>
        report.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      assert.deepEqual(byPath(second), byPath(first));
      assert.equal(second.unchangedCount, second.files.length);
      assert.equal(second.downloadedBytes, 0, 'media and transcripts are not fetched again');
      const { fileCount, problems } = await verifyConversation(first.folderPath, never);
      assert.deepEqual({ fileCount, problems }, { fileCount: first.files.length, problems: [] });
    }));

  test('is verified and made playable when it is packed, and a change of the setting rewrites nothing', () =>
    withFolder(async (root) => {
      await start(sample);
      const call = findCall(({ channels }) => channels.length === 2);
      const first = await download(root, call, { json: 'zstd', isWavPacked: true });
      const endings = first.files.map(({ path }) => path.replace(/^.*?\.(?:\d+\.)?/u, ''));
      assert.deepEqual([...new Set(endings.filter((end) => !end.includes('-')))].sort(), [
        'json.zst',
        'wav.gz',
      ]);
      const { problems } = await verifyConversation(first.folderPath, never);
      assert.deepEqual(problems, []);
      const second = await download(root, call);
      assert.equal(second.unchangedCount, second.files.length);
      assert.equal(second.downloadedBytes, 0);
      const archive = await Archive.open(root, undefined, offline, never);
      const { recordings } = await archive.read(first.folderPath, never);
      const heard = recordings.find(({ files }) => files.length === 2);
      assert.ok(heard !== undefined);
      const playablePath = join(root, 'playable.wav');
      const prepared = await prepareRecording({ files: heard.files, playablePath }, never);
      assert.deepEqual(prepared.problems, []);
      assert.equal(prepared.playablePath, playablePath);
      const statedMs = heard.recording.outputDurationMs ?? Number.NaN;
      assert.ok(Math.abs(prepared.durationMs - statedMs) < 1_000, String(prepared.durationMs));
    }));

  test('names of queues and agents come along', () =>
    withFolder(async (root) => {
      await start(sample);
      const call = findCall(({ channels }) => channels.length > 0);
      const { folderPath } = await download(root, call);
      const archive = await Archive.open(
        root,
        undefined,
        { clock: systemClock, log: silentLog },
        never,
      );
      const { names } = await archive.readDetail(folderPath, never);
      const expected = new Map(sample.queues.map(({ id, name }) => [id, name]));
      assert.ok(names.queues.size > 0 && names.users.size > 0 && names.divisions.size > 0);
      for (const [id, name] of names.queues) {
        assert.equal(name, expected.get(id));
      }
    }));

  test('one recording that cannot be read is absent with its reason, and the others are stored', () =>
    withFolder(async (root) => {
      const call = findCall(({ channels }) => channels.length === 2);
      const [sound] = call.recordings();
      assert.ok(sound !== undefined);
      const broken = { ...sound, channels: [] };
      const spoilt: SimulatedConversation = {
        detail: call.detail,
        transcripts: () => call.transcripts(),
        recordings: () => [
          { ...broken, recording: { ...sound.recording, id: 'b1', startTime: 'yesterday' } },
          ...call.recordings(),
          { ...broken, recording: { ...sound.recording, id: '../b2' } },
        ],
      };
      await start({
        ...sample,
        conversation: (id) =>
          id === call.detail.conversationId ? spoilt : sample.conversation(id),
      });
      const report = await download(root, spoilt);
      assert.deepEqual(
        report.absent
          .filter(({ item }) => item.startsWith('recordings'))
          .map(({ item, reason }) => `${item}: ${reason}`),
        [
          `recordings/#${String(call.recordings().length + 2)}: unusable`,
          'recordings/b1: unusable',
        ],
      );
      assert.match(
        report.absent.find(({ item }) => item === 'recordings/b1')?.message ?? '',
        /recordings\[0\]\.startTime/u,
      );
      assert.ok(
        report.files.some(({ path }) => path === `recordings/${sound.recording.id ?? ''}.0.wav`),
      );
    }));
});
