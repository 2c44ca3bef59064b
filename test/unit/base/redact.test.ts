import assert from 'node:assert/strict';
import { errors } from '../../../src/base/appError.ts';
import { redactFields, redactText } from '../../../src/base/redact.ts';

/** Every secret of these tests holds this mark, so that one assertion finds any leak. */
const mark = 'LEAK7';

suite('redactText', () => {
  const secrets: Readonly<Record<string, string>> = {
    'a bearer token': `Authorization: Bearer ${mark}-abc_DEF.123`,
    'a basic header': `authorization: Basic ${mark}Y2xpZW50OnNlY3JldA==`,
    'the query of a signed link': `GET https://api-downloads.example.com/a/b.WAV?Expires=1&Signature=${mark}~x&Key-Pair-Id=${mark}`,
    'a fragment of a redirect': `http://127.0.0.1:8080/callback#access_token=${mark}`,
    'the user of a URL': `https://user:${mark}@example.com/path`,
    'a secret in a form body': `grant_type=x&client_secret=${mark}&y=1`,
    'a token in quoted JSON': `{"access_token":"${mark}","expires_in":86400}`,
    'a secret with a short name and a colon': `clientSecret: ${mark}`,
    'an e-mail address': `mail to ${mark}@example.com failed`,
    'a SIP address': `sip:${mark}@10.0.0.1;transport=tcp`,
    'a long opaque string': `refused ${mark}abcdefghijklmnopqrstuvwxyzABCDEFG`,
    'a secret after a line break': `line\nclient_secret=${mark}`,
    'a signed link beside a conversation id': `https://x.example.com/4a1c8d3e-5b6f-4a7b-8c9d-0e1f2a3b4c5d/f?Policy=${mark}&id=4a1c8d3e-5b6f-4a7b-8c9d-0e1f2a3b4c5d&Signature=${mark}`,
  };
  for (const [what, text] of Object.entries(secrets)) {
    test(`hides ${what}`, () => {
      const redacted = redactText(text);
      assert.ok(!redacted.includes(mark), redacted);
      assert.match(redacted, /\[redacted\]|https:\/\/example/u);
    });
  }

  for (const phone of [
    '+49 151 23456789',
    '+13175551234',
    '317-555-1234',
    '(317) 555-1234',
    '3175551234',
    'tel:+4915123456789',
  ]) {
    test(`hides the phone number ${phone}`, () => {
      assert.ok(!/\d{3}/u.test(redactText(`call from ${phone} ended`)), redactText(phone));
    });
  }

  test('leaves ids, times, paths and sizes readable', () => {
    const text =
      'conversation 4a1c8d3e-5b6f-4a7b-8c9d-012345678901 of 2026-11-05T12:00:00.000Z/2026-11-06T12:00:00.000Z in conversations/2026/11/05 has 1048576 bytes, genesysArchive.openArchivedConversation, https://api.mypurecloud.de/api/v2/recordings';
    assert.equal(redactText(text), text);
  });

  test('puts everything on one line and cuts what is too long', () => {
    assert.equal(redactText('a\r\nb\u2028c\u0007d'), 'a b c d');
    assert.ok(redactText('x '.repeat(100_000)).length < 2_100);
  });

  test('takes time in proportion to hostile text', () => {
    const startedAt = performance.now();
    for (const piece of ['a', '1', '@', 'a.', '(1', 'http://', '+1 ', '-', '"']) {
      redactText(piece.repeat(2_000));
    }
    assert.ok(performance.now() - startedAt < 1_000);
  });
});

suite('redactFields', () => {
  test('hides fields by their names, deep inside too, and keeps numbers', () => {
    assert.deepEqual(
      redactFields({
        accessToken: 'x',
        tokenLifeMs: 5,
        nested: { authorization: 'y', list: [{ clientSecret: 'z', id: 'q' }] },
        credentials: { anything: 'w' },
        ani: 'alice',
        text: 'what the customer said',
        missing: undefined,
      }),
      {
        accessToken: '[redacted]',
        tokenLifeMs: 5,
        nested: { authorization: '[redacted]', list: [{ clientSecret: '[redacted]', id: 'q' }] },
        credentials: { anything: '[redacted]' },
        ani: '[redacted]',
        text: '[redacted]',
      },
    );
  });

  test('shows an error by code, message, details and cause, without what clients hang onto it', () => {
    const foreign = Object.assign(new Error(`Request failed for client_secret=${mark}`), {
      config: { headers: { Authorization: `Bearer ${mark}` } },
      code: 'ECONNRESET',
    });
    const line = JSON.stringify(
      redactFields({
        error: errors.network('No answer', { cause: foreign, details: { status: 0 } }),
      }),
    );
    assert.ok(!line.includes(mark), line);
    assert.match(
      line,
      /"code":"network","message":"No answer","details":\{"status":0\},"cause":\{"name":"Error","code":"ECONNRESET"/u,
    );
  });

  test('survives cycles, bytes, long lists and odd values', () => {
    const cycle: Record<string, unknown> = { big: 1n, bytes: new Uint8Array(3), run: () => 1 };
    cycle['self'] = cycle;
    cycle['list'] = Array.from({ length: 1_000 }, (_, index) => index);
    const line = JSON.stringify(redactFields({ cycle }));
    assert.match(line, /"big":"1","bytes":"\[3 bytes\]","run":"\[function\]"/u);
    assert.ok(line.length < 2_000);
  });
});
