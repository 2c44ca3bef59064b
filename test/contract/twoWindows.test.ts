import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { verifyConversation } from '../../src/archive/verifyConversation.ts';
import { createSampleOrganisation } from '../simulator/data/sampleOrganisation.ts';
import { demoClient } from '../simulator/identity/clients.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { withFolder } from '../support/archivedSample.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { runDownload } from '../support/runDownload.ts';

const never = new AbortController().signal;

suite('two windows', () => {
  leakCheck();

  test('that download different conversations into one archive at once both finish, one after the other', () =>
    withFolder(async (root) => {
      const organisation = createSampleOrganisation({
        seed: 5,
        conversationCount: 40,
        nowMs: Date.now(),
      });
      const calls = organisation.conversations
        .filter((each) =>
          each
            .recordings()
            .some(({ channels, transcodePolls }) => channels.length === 2 && transcodePolls === 0),
        )
        .slice(0, 2);
      // Slow enough that both are in the middle at the same time, whichever process starts first.
      const simulator = await startSimulator({ organisation, rateAllowed: 10_000, latencyMs: 400 });
      try {
        const results = await Promise.all(
          calls.map(({ detail }) =>
            runDownload({
              apiBaseUrl: simulator.apiBaseUrl,
              loginBaseUrl: simulator.loginBaseUrl,
              clientId: demoClient.id,
              clientSecret: demoClient.secret,
              organisationId: organisation.id,
              region: 'mypurecloud.com',
              rootPath: root,
              conversationId: detail.conversationId ?? '',
            }),
          ),
        );
        const waits = results.filter((each) => each?.steps.includes('Waiting for another window…'));
        assert.equal(waits.length, 1, JSON.stringify(results));
        for (const { detail } of calls) {
          const day = new Date(detail.conversationStart ?? '').toISOString().slice(0, 10);
          const folder = join(
            root,
            'conversations',
            ...day.split('-'),
            detail.conversationId ?? '',
          );
          const { fileCount, problems } = await verifyConversation(folder, never);
          assert.ok(fileCount >= 4);
          assert.deepEqual(problems, []);
        }
        assert.deepEqual(await readdir(root), [
          'archive.json',
          'audit.head.json',
          'audit.jsonl',
          'conversations',
        ]);
      } finally {
        await simulator.stop();
      }
    })).timeout(60_000);
});
