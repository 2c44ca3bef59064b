/** Made-up conversations that were held in writing, as the player is told of them, with their files. */
import { gzipSync } from 'node:zlib';
import type { ConversationSnapshot } from '../../src/protocol/conversationView.ts';

const startMs = Date.UTC(2026, 10, 5, 9, 30);
const at = (minute: number): string => new Date(startMs + minute * 60_000).toISOString();

const htmlBody = `<html><head><style>body { background: red }</style><script>window.wasRun = true</script></head>
<body onload="window.wasRun = true"><p>Dear support,</p><p>the <b>invoice</b> for October was charged <em>twice</em>:</p>
<table><tr><th>Date</th><th>Amount</th></tr><tr><td>5 Oct</td><td>29,00 €</td></tr><tr><td>6 Oct</td><td>29,00 €</td></tr></table>
<p style="position:fixed;inset:0">See <a href="https://example.com/account?a=1">my account</a> <img src="https://tracker.example/pixel.png" alt="Company logo">
<img src=x onerror="window.wasRun=true"></p><blockquote>Earlier mail</blockquote><iframe src="https://example.com"></iframe>
<p>Kind regards<br>Ada Customer</p></body></html>`;

export const chatFile = gzipSync(
  JSON.stringify({
    id: 'r-chat',
    media: 'chat',
    transcript: [
      {
        id: 'c1',
        utc: at(0),
        from: 'Bot',
        participantPurpose: 'workflow',
        body: 'Welcome! An agent will be with you soon.',
      },
      {
        id: 'c2',
        utc: at(1),
        from: 'Ada Customer',
        participantPurpose: 'customer',
        body: 'Hello, I was charged twice for my subscription.\nCan you help?',
      },
      {
        id: 'c3',
        utc: at(2),
        user: { displayName: 'Dana Example' },
        participantPurpose: 'agent',
        body: 'Of course. Could you send me the invoice number?',
      },
      {
        id: 'c4',
        utc: at(3),
        from: 'Ada Customer',
        participantPurpose: 'customer',
        body: 'It is 4711-26 😀 שלום 你好',
      },
      {
        id: 'c5',
        utc: at(5),
        user: { displayName: 'Dana Example' },
        participantPurpose: 'agent',
        body: 'Thanks! The refund takes three to five working days.',
      },
    ],
  }),
);

export const emailFile = gzipSync(
  JSON.stringify({
    id: 'r-email',
    media: 'email',
    emailTranscript: [
      {
        id: 'e1',
        time: at(0),
        subject: 'Charged twice',
        from: { email: 'ada@example.com', name: 'Ada Customer' },
        to: [{ email: 'billing@example.org', name: 'Billing' }],
        htmlBody,
        textBody: 'the invoice was charged twice',
      },
      {
        id: 'e2',
        time: at(180),
        subject: 'Re: Charged twice',
        from: { email: 'dana@example.org', name: 'Dana Example' },
        to: [{ email: 'ada@example.com', name: 'Ada Customer' }],
        cc: [{ email: 'team@example.org' }],
        textBody: 'Dear Ada,\n\nthe refund is on its way.\n\nDana',
      },
    ],
  }),
);

export function writtenSnapshot(kind: 'chat' | 'email'): ConversationSnapshot {
  return {
    conversationId: `w-${kind}`,
    title: `${kind === 'chat' ? 'Chat' : 'E-mail'} · Billing EMEA · Dana Example`,
    mediaType: kind,
    startMs,
    endMs: startMs + 3_600_000,
    facts: [
      { label: 'Queue', value: 'Billing EMEA' },
      { label: 'Agent', value: 'Dana Example' },
    ],
    recordings: [],
    transcripts: [],
    texts: [{ recordingId: `r-${kind}`, url: `/files/${kind}.json.gz` }],
    attachments:
      kind === 'chat'
        ? []
        : [
            {
              id: 'attachments/e1/invoice.pdf',
              messageId: 'e1',
              name: 'invoice.pdf',
              sizeBytes: 48_213,
              problem: undefined,
            },
            {
              id: 'attachments/e1/scan.png',
              messageId: 'e1',
              name: 'scan.png',
              sizeBytes: undefined,
              problem: 'The platform lists this attachment but offers no link to it.',
            },
          ],
    isOutbound: false,
    segments: [],
    speakers: [],
    notices: [],
    notes: { notes: [], problem: undefined, canDownload: false },
  };
}

export const writtenFiles: ReadonlyMap<string, Uint8Array> = new Map([
  ['/files/chat.json.gz', chatFile],
  ['/files/email.json.gz', emailFile],
]);
