import assert from 'node:assert/strict';
import { createLog, type HostLog } from '../../../../src/host/ports/log.ts';

function openLog(): { readonly log: HostLog; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const to = (level: string) => (line: string) => {
    lines.push(`${level}: ${line}`);
  };
  const channel = {
    trace: to('trace'),
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
  };
  return { log: createLog(channel, () => Date.UTC(2026, 10, 5)), lines };
}

suite('createLog', () => {
  test('writes one line with level, names and fields as compact JSON', () => {
    const { log, lines } = openLog();
    log.info('Started');
    log.child('genesys').child('rate').warn('Waiting', { waitMs: 1200, skipped: undefined });
    assert.deepEqual(lines, ['info: Started', 'warn: [genesys.rate] Waiting {"waitMs":1200}']);
  });

  test('redacts the message and the fields, in the channel and in the recent lines', () => {
    const { log, lines } = openLog();
    log.error('Refused Bearer LEAK7abc', { clientSecret: 'LEAK7', note: 'a@LEAK7.com' });
    assert.ok(!JSON.stringify([lines, log.recentLines]).includes('LEAK7'));
  });

  test('keeps the last 500 lines of all children, oldest first', () => {
    const { log } = openLog();
    for (let index = 0; index < 510; index++) {
      log.child('c').debug(`line ${String(index)}`);
    }
    assert.equal(log.recentLines.length, 500);
    assert.equal(log.recentLines[0], '2026-11-05T00:00:00.000Z [debug] [c] line 10');
    assert.equal(log.recentLines.at(-1), '2026-11-05T00:00:00.000Z [debug] [c] line 509');
  });
});
