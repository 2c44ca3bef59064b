/** What was written, from the recording objects of chats, messages and e-mails. */
import assert from 'node:assert/strict';
import { decodeMessages, toPhrases } from '../../../src/transcript/decodeMessages.ts';
import { plainTextOfHtml } from '../../../src/transcript/plainTextOfHtml.ts';
import { createRandom } from '../../support/random.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 5, 9, 0, second)).toISOString();

suite('decoded messages', () => {
  test('a chat knows its sides by purpose, by user, or by what the sender is called', () => {
    const messages = decodeMessages(
      {
        transcript: [
          { utc: at(3), from: 'Bot 1', participantPurpose: 'workflow', body: 'Wait' },
          { utc: at(1), from: 'Customer', body: 'Hello' },
          { utc: at(2), user: { displayName: 'Dana' }, body: '<b>Hi</b>', bodyType: 'HTML' },
          { utc: at(4), from: 'nobody' },
          'damaged',
        ],
      },
      false,
    );
    assert.deepEqual(
      messages.map(({ role, sender, text }) => [role, sender, text]),
      [
        ['external', 'Customer', 'Hello'],
        ['internal', 'Dana', 'Hi'],
        ['workflow', 'Bot 1', 'Wait'],
      ],
    );
  });

  test('a message shows its text, its buttons and its files; without any it is none', () => {
    const messages = decodeMessages(
      {
        messagingTranscript: [
          {
            id: 'm1',
            timestamp: at(1),
            purpose: 'customer',
            fromExternalContact: { firstName: 'Ada', lastName: 'L' },
            messageMediaAttachments: [{ name: 'photo.png' }],
          },
          {
            timestamp: at(2),
            purpose: 'agent',
            fromUser: { name: 'Dana' },
            messageText: 'Choose',
            quickReplies: [{ text: 'Yes' }, { text: 'No' }],
          },
          { timestamp: at(3), purpose: 'agent' },
        ],
      },
      false,
    );
    assert.deepEqual(
      messages.map(({ id, role, sender, text }) => [id, role, sender, text]),
      [
        ['m1', 'external', 'Ada L', ''],
        [undefined, 'internal', 'Dana', 'Choose\n• Yes\n• No'],
      ],
    );
  });

  test('the first e-mail decides whose address is outside', () => {
    const customer = { email: 'Ada@example.com', name: 'Ada' };
    const desk = { email: 'desk@example.org' };
    const file = {
      emailTranscript: [
        { time: at(2), from: desk, to: [customer], subject: 'Re: Bill', htmlBody: '<p>Sure</p>' },
        { time: at(1), from: customer, to: [desk], cc: [desk], subject: 'Bill', textBody: 'Why?' },
      ],
    };
    const roles = (isOutbound: boolean): readonly string[] =>
      decodeMessages(file, isOutbound).map(({ role }) => role);
    assert.deepEqual(roles(false), ['external', 'internal']);
    assert.deepEqual(roles(true), ['internal', 'external']);
    const [first, second] = decodeMessages(file, false);
    assert.equal(first?.sender, 'Ada <Ada@example.com>');
    assert.deepEqual(first.recipients, [
      { label: 'To', names: 'desk@example.org' },
      { label: 'Cc', names: 'desk@example.org' },
    ]);
    assert.equal(second?.text, 'Sure');
    assert.deepEqual(
      toPhrases([first, second], 0).map(({ text, speaker }) => [text, speaker]),
      [
        ['Bill\nWhy?', 'Ada <Ada@example.com>'],
        ['Re: Bill\nSure', 'desk@example.org'],
      ],
    );
  });

  test('HTML becomes the text that a reader sees', () => {
    assert.equal(
      plainTextOfHtml(
        '<head><title>t</title></head><style>p{}</style><p>One&nbsp;&amp; <b>two</b></p><!-- x > y --><div>3 < 4<br>&#128512;&#x41;</div><script>alert(1)</script>end',
      ),
      'One & two\n\n3 < 4\n😀A\nend',
    );
    assert.equal(plainTextOfHtml('a<img alt="x>y">b<i'), 'ab');
  });

  test('no input takes long or throws', () => {
    const random = createRandom();
    const pieces = [
      '<',
      '>',
      '<!--',
      '-->',
      '<p',
      '</script',
      '<style>',
      '&',
      '&#x',
      ';',
      'a',
      '\n',
    ];
    for (let round = 0; round < 200; round++) {
      const html = Array.from({ length: 50 }, () => random.pick(pieces)).join('');
      assert.equal(typeof plainTextOfHtml(html), 'string', random.label);
    }
    for (const piece of pieces) {
      plainTextOfHtml(piece.repeat(200_000));
    }
    for (const value of [undefined, 1, [], { transcript: 1 }, { emailTranscript: [null, {}] }]) {
      decodeMessages(value, false);
    }
  });
});
