import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { createBulkOrganisation } from '../../simulator/data/bulkOrganisation.ts';
import { demoClient } from '../../simulator/simulator.ts';
import { askForToken, send } from '../../support/simulatorClient.ts';

suite('simulator: in a process of its own', () => {
  test('serves the very organisation that the same options make here, and can be controlled', async () => {
    const nowMs = Date.UTC(2026, 10, 20, 12);
    const flags = `--json --port 0 --organisation varied --conversations 40 --days 2 --seed 5 --now-ms ${String(nowMs)}`;
    const main = join(import.meta.dirname, '../../simulator/main.ts');
    const child = spawn(process.execPath, [main, ...flags.split(' ')]);
    try {
      const [line] = await once(createInterface(child.stdout), 'line');
      const { apiBaseUrl, loginBaseUrl } = JSON.parse(String(line));
      const token = await askForToken({ loginBaseUrl }, demoClient);
      const headers = {
        Authorization: `Bearer ${String(token.json.access_token)}`,
        'Content-Type': 'application/json',
      };
      const listed = await send(
        `${String(apiBaseUrl)}/api/v2/analytics/conversations/details/query`,
        {
          method: 'POST',
          headers,
          body: JSON.stringify({
            interval: '2026-11-18T00:00:00Z/2026-11-21T00:00:00Z',
            paging: { pageSize: 100, pageNumber: 1 },
          }),
        },
      );
      const here = createBulkOrganisation({
        seed: 5,
        conversationCount: 40,
        days: 2,
        nowMs,
        variety: 'varied',
      });
      assert.deepEqual(
        listed.json.conversations,
        here.conversations.map(({ detail }) => detail),
      );
      const counts = await send(`${String(apiBaseUrl)}/control/counts`);
      assert.equal(counts.json['POST /api/v2/analytics/conversations/details/query'], 1);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
});
