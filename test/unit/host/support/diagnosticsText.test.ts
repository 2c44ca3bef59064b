import assert from 'node:assert/strict';
import { errors } from '../../../../src/base/appError.ts';
import { createLog } from '../../../../src/host/ports/log.ts';
import {
  renderDiagnostics,
  type DiagnosticsFacts,
} from '../../../../src/host/support/diagnosticsText.ts';

const nowMs = Date.UTC(2026, 10, 5, 12);
const conversationId = 'c0000000-0000-4000-8000-000000000001';
const correlationId = 'd0000000-0000-4000-8000-000000000002';
const silent = (): void => undefined;

function factsOf(change: Partial<DiagnosticsFacts> = {}): DiagnosticsFacts {
  return {
    nowMs,
    versions: [['extension', '0.1.0']],
    changedSettings: [],
    session: undefined,
    activeTransferCount: 0,
    errors: [],
    lines: [],
    hidden: [],
    ...change,
  };
}

suite('diagnostics', () => {
  test('shows versions, settings, counters, errors and log lines, each under its title', () => {
    const text = renderDiagnostics(
      factsOf({
        changedSettings: [
          ['recordings.format', 'MP3'],
          ['archive.folder', undefined],
        ],
        session: {
          region: 'mypurecloud.de',
          tokenExpiresAtMs: nowMs + 90_000,
          isOffline: true,
          rate: {
            usedCount: 7,
            allowedCount: 300,
            resetAtMs: nowMs + 20_000,
            waitingUntilMs: undefined,
            waits: [],
          },
          counts: {
            answers: { '2xx': 5, '4xx': 1 },
            rateLimitedCount: 1,
            retryCount: 2,
            downloadCount: 3,
            downloadedBytes: 4096,
          },
        },
        activeTransferCount: 1,
        errors: [{ atMs: nowMs, code: 'forbidden', message: 'Not allowed', correlationId }],
        lines: ['2026-11-05T12:00:00.000Z [info] Signed in'],
      }),
    );
    for (const expected of [
      'extension: 0.1.0',
      'recordings.format: MP3',
      'archive.folder: (set, not shown)',
      'region: mypurecloud.de',
      'token ends in: 90 s',
      'last request was answered: no',
      'requests by answer: 2xx 5, 4xx 1',
      'answers 429: 1, retries: 2',
      'downloads: 3, bytes: 4096',
      'calls in this window: 7 of 300, reset in 20 s',
      'transfers running: 1',
      `forbidden Not allowed "correlationId":"${correlationId}"`,
      '[info] Signed in',
    ]) {
      assert.ok(text.includes(expected), `${expected} is not in:\n${text}`);
    }
  });

  test('hides ids, folders and names in every spelling, and keeps correlation ids', () => {
    const home = 'C:\\Users\\jane.doe';
    const text = renderDiagnostics(
      factsOf({
        hidden: [
          [home, '~'],
          ['Acme Health', '[account]'],
        ],
        lines: [
          `path ${home}\\archive`,
          `json ${JSON.stringify({ path: `${home}\\x`, name: 'ACME HEALTH', correlationId })}`,
          'slashes C:/Users/jane.doe/archive',
          `encoded ${encodeURIComponent(home)} Acme%20Health`,
          `conversation ${conversationId}`,
        ],
      }),
    );
    for (const hidden of ['jane', 'acme', 'c0000000']) {
      assert.ok(!text.toLowerCase().includes(hidden), text);
    }
    assert.ok(text.includes('path ~\\archive'), text);
    assert.ok(text.includes('conversation [id]'));
    assert.ok(text.includes(`"correlationId":"${correlationId}"`), text);
  });

  test('takes errors from the log without what varies in their message, the last twenty', () => {
    const log = createLog(
      { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
      () => nowMs,
    );
    for (let index = 0; index < 25; index++) {
      const error = errors.remote(`The server has a problem: secret${String(index)}`, {
        details: { correlationId },
      });
      log.child('x').warn('A step failed', { error });
    }
    log.error('Broken', { error: new TypeError('no ours: secret') });
    assert.equal(log.recentErrors.length, 20);
    assert.deepEqual(log.recentErrors[0], {
      atMs: nowMs,
      code: 'remote',
      message: 'A step failed: The server has a problem',
      correlationId,
    });
    assert.deepEqual(log.recentErrors.at(-1), {
      atMs: nowMs,
      code: 'TypeError',
      message: 'Broken',
      correlationId: undefined,
    });
  });
});
