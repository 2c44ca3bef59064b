import assert from 'node:assert/strict';
import { isAppError } from '../../../../src/base/appError.ts';
import {
  decodeConversationLink,
  encodeConversationLink,
  findLinkAddress,
  type ConversationLink,
} from '../../../../src/host/links/conversationLink.ts';
import {
  parseConversationId,
  parseOrganisationId,
  parseRecordingId,
} from '../../../../src/model/ids.ts';
import { createRandom } from '../../../support/random.ts';

const id = '0a1f5c52-7a7e-4c0e-8a53-6c1f8f3d9b01';
const path = `/conversation/${id}`;
const organisation = '11111111-0000-4000-8000-000000000001';
const recording = 'b0000000-0000-4000-8000-000000000001';
const extension = 'genesys-archive.genesys-archive-explorer';
const origin = `vscode://${extension}`;
const whole: ConversationLink = {
  conversationId: parseConversationId(id),
  organisationId: parseOrganisationId(organisation),
  recordingId: parseRecordingId(recording),
  sinceStartMs: 61_234,
};
const bare: ConversationLink = {
  ...whole,
  organisationId: undefined,
  recordingId: undefined,
  sinceStartMs: undefined,
};

suite('links to conversations', () => {
  test('say whose conversation, which recording and which moment', () => {
    assert.equal(
      encodeConversationLink(whole, origin),
      `${origin}${path}?organisation=${organisation}&recording=${recording}&t=61234`,
    );
    assert.equal(encodeConversationLink(bare, origin), `${origin}${path}`);
  });

  test('come back as they were made, also pasted with blanks and from another VS Code', () => {
    for (const link of [whole, bare, { ...whole, sinceStartMs: 0 }]) {
      for (const scheme of ['vscode', 'vscode-insiders', 'code-oss', 'vscodium']) {
        const text = ` ${encodeConversationLink(link, `${scheme}://${extension}`)}\n`;
        const address = findLinkAddress(text, extension);
        assert.ok(address !== undefined, text);
        assert.deepEqual(decodeConversationLink(address), link);
      }
    }
  });

  test('are not found in other addresses and text', () => {
    for (const text of [
      id,
      '',
      `https://${extension}${path}`,
      `vscode://other.extension${path}`,
      `vscode://${extension}.evil${path}`,
      `vscode://x@${extension}:80${path}`,
      `see ${origin}${path}`,
      `${origin}/conversation/%E0%A4%A`,
      `https://apps.mypurecloud.com/directory/#/engage/admin/interactions/${id}`,
      `${origin}${path}?x=${'a'.repeat(2000)}`,
    ]) {
      assert.equal(findLinkAddress(text, extension), undefined, text);
    }
  });

  test('may say more than this version knows', () => {
    assert.deepEqual(decodeConversationLink({ path, query: 'run=rm&__proto__=1&T=5' }), bare);
    assert.deepEqual(decodeConversationLink({ path: `${path}/`, query: '' }), bare);
    assert.deepEqual(decodeConversationLink({ path, query: 'organisation=&recording=&t=' }), bare);
  });

  test('are refused with a reason when they are anything else', () => {
    const hostile: readonly (readonly [string, string])[] = [
      ['', ''],
      ['/', ''],
      ['/conversation', ''],
      ['/conversation/', ''],
      [`/conversation/${id}/delete`, ''],
      [`/conversation/../${id}`, ''],
      ['/conversation/..', ''],
      ['/conversation/.', ''],
      ['/conversation/con', ''],
      ['/conversation/a b', ''],
      ['/conversation/$(id)', ''],
      ['/conversation/a\u0000b', ''],
      ['/conversation/..\\..\\x', ''],
      [`/Conversation/${id}`, ''],
      [`/conversation/${'a'.repeat(200)}`, ''],
      [`/conversation/${'a'.repeat(2000)}`, ''],
      [path, `x=${'a'.repeat(2000)}`],
      [path, 'organisation=../x'],
      [path, 'organisation=a%2Fb'],
      [path, `organisation=${organisation}&organisation=other`],
      [path, 'recording=..'],
      [path, 'recording=%0d%0a'],
      [path, 't=-1'],
      [path, 't=1e9'],
      [path, 't=1.5'],
      [path, 't=0x10'],
      [path, 't=1234567890123'],
      [path, 't=NaN'],
      [path, 't=1&t=2'],
    ];
    for (const [somePath, query] of hostile) {
      assert.throws(
        () => decodeConversationLink({ path: somePath, query }),
        (error) => isAppError(error, 'input'),
        `${somePath}?${query}`,
      );
    }
  });

  test('whatever bytes come, either ids and numbers come out or a reason', () => {
    const random = createRandom();
    const letters = [
      '/',
      'conversation',
      id,
      '?',
      '&',
      '=',
      't',
      '%',
      '0',
      '..',
      '\u202e',
      '🙂',
      '\n',
    ];
    const pick = (): string =>
      Array.from({ length: random.integer(9) }, () => random.pick(letters)).join('');
    for (let run = 0; run < 5000; run++) {
      const address = { path: `${run % 2 === 0 ? '/conversation/' : ''}${pick()}`, query: pick() };
      try {
        const { conversationId, sinceStartMs = 0 } = decodeConversationLink(address);
        assert.match(conversationId, /^[\w.-]{1,128}$/u);
        assert.ok(Number.isSafeInteger(sinceStartMs) && sinceStartMs >= 0);
      } catch (error) {
        assert.ok(isAppError(error, 'input'), `${random.label}: ${String(error)}`);
      }
    }
  });
});
