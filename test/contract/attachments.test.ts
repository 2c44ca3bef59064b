/** Attachments of messages and e-mails from the simulated platform into an archive, by the shipped client. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import { downloadConversation } from '../../src/archive/downloadConversation.ts';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import { parseConversationId } from '../../src/model/ids.ts';
import { createBulkOrganisation } from '../simulator/data/bulkOrganisation.ts';
import { demoClient, startSimulator } from '../simulator/simulator.ts';
import { sampleIdentity, withFolder } from '../support/archivedSample.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { SimulatedTime } from '../support/simulatedTime.ts';

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 10, 20, 12);
const organisation = createBulkOrganisation({
  seed: 3,
  conversationCount: 60,
  nowMs,
  variety: 'varied',
});

suite('attachments against the simulator', () => {
  leakCheck();

  test('every attachment of a messaging and an e-mail conversation is stored, with its own bytes', async () => {
    const simulator = await startSimulator({ organisation, nowMs: () => nowMs });
    try {
      const clock = new SimulatedTime(simulator);
      const tokens = new ClientCredentialsTokenSource({
        ...simulator,
        clientId: demoClient.id,
        clientSecret: demoClient.secret,
        clock,
      });
      const { apiBaseUrl } = simulator;
      const source = new GenesysClient({ apiBaseUrl, tokens, clock, log: silentLog });
      for (const media of ['messaging', 'email']) {
        await withFolder(async (root) => {
          const recording = organisation.conversations
            .flatMap((one) => one.recordings())
            .find(
              (one) => one.recording.media === media && attachmentIdsOf(one.recording).length > 0,
            );
          assert.ok(recording !== undefined, media);
          // The lock's heartbeat needs a clock that really waits.
          const deps = { clock: systemClock, log: silentLog };
          const archive = await Archive.open(root, sampleIdentity, deps, never);
          const report = await downloadConversation(
            { ...deps, source, archive },
            {
              conversationId: parseConversationId(recording.recording.conversationId ?? ''),
              parts: ['recordings'],
              format: 'WAV',
              maxTranscodeWaitMs: 10_000,
            },
            () => undefined,
            never,
          );
          const stored = report.files.filter(({ path }) => path.startsWith('attachments/'));
          const ids = attachmentIdsOf(recording.recording);
          assert.equal(stored.length, ids.length, JSON.stringify(report.absent));
          const bytes = await Promise.all(
            stored.map(({ path }) => readFile(join(report.folderPath, path), 'latin1')),
          );
          const expected = ids.map((id) =>
            Buffer.from(recording.attachment?.(id)?.bytes ?? '').toString('latin1'),
          );
          assert.deepEqual(bytes.sort(), expected.sort());
          assert.deepEqual((await verifyConversation(report.folderPath, never)).problems, []);
        });
      }
    } finally {
      await simulator.stop();
    }
  });
});

type SimulatedRecording = ReturnType<
  (typeof organisation.conversations)[number]['recordings']
>[number]['recording'];

function attachmentIdsOf(recording: SimulatedRecording): readonly string[] {
  return [
    ...(recording.messagingTranscript ?? []).flatMap(({ messageMediaAttachments = [] }) =>
      messageMediaAttachments.map(({ id = '' }) => id),
    ),
    ...(recording.emailTranscript ?? []).flatMap(({ attachments = [] }) =>
      attachments.map(({ attachmentId = '' }) => attachmentId),
    ),
  ];
}
