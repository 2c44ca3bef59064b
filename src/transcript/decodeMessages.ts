/**
 * Decodes what was written from a recording object: `transcript` (chats), `messagingTranscript`, `emailTranscript`. What does
 * not make sense is left out; a damaged message never costs the rest.
 */
import { isRecord, type JsonRecord } from '../base/decode.ts';
import type { Message } from '../model/message.ts';
import type { Phrase } from '../model/transcript.ts';
import { plainTextOfHtml } from './plainTextOfHtml.ts';

/**
 * Messages in the order of time, those without a time where the file has them.
 * @param isOutbound whether the organisation began: of e-mails nobody says which side an address is on, so the first one decides
 * @see Recording, ChatMessage, RecordingMessagingMessage, RecordingEmailMessage
 */
export function decodeMessages(recording: unknown, isOutbound: boolean): readonly Message[] {
  if (!isRecord(recording)) {
    return [];
  }
  const messages = [
    ...recordsOf(recording['transcript']).map(decodeChat),
    ...recordsOf(recording['messagingTranscript']).map(decodeMessaging),
    ...decodeEmails(recordsOf(recording['emailTranscript']), isOutbound),
  ].filter((message) => message !== undefined);
  let lastMs = -Infinity;
  return messages
    .map((message) => {
      lastMs = message.timeMs ?? lastMs;
      return { message, orderMs: lastMs };
    })
    .toSorted((a, b) => (a.orderMs === b.orderMs ? 0 : a.orderMs - b.orderMs))
    .map(({ message }) => message);
}

/**
 * Messages as phrases without length, so that what filters, searches and exports speech does the same for them.
 * @param startMs time of messages that have none
 */
export function toPhrases(messages: readonly Message[], startMs: number): readonly Phrase[] {
  let lastMs = startMs;
  return messages.map((message, index) => {
    lastMs = message.timeMs ?? lastMs;
    return {
      index,
      role: message.role,
      ...(message.sender === undefined ? {} : { speaker: message.sender }),
      text: [message.subject, message.text].filter(Boolean).join('\n'),
      startMs: lastMs,
      durationMs: 0,
      confidence: undefined,
      words: [],
    };
  });
}

function decodeChat(record: JsonRecord): Message | undefined {
  const text = textOf(record['body']) ?? textOf(record['message']);
  if (text === undefined) {
    return undefined;
  }
  const isHtml = /html/iu.test(textOf(record['bodyType']) ?? '');
  return {
    ...nothing,
    kind: 'chat',
    id: textOf(record['id']),
    timeMs: timeOf(record['utc']),
    ...writerOfChat(record),
    text: isHtml ? plainTextOfHtml(text) : text,
  };
}

/** A user of the organisation is one even where no purpose is told. */
function writerOfChat(record: JsonRecord): Pick<Message, 'role' | 'sender'> {
  const user = isRecord(record['user']) ? record['user'] : undefined;
  const from = textOf(record['from']);
  return {
    role:
      roleOf(record['participantPurpose']) ??
      (user === undefined ? roleOf(from) : 'internal') ??
      'unknown',
    sender: textOf(user?.['displayName']) ?? textOf(user?.['name']) ?? from,
  };
}

function decodeMessaging(record: JsonRecord): Message | undefined {
  const user = nameOf(record['fromUser']);
  const parts = [
    textOf(record['messageText']),
    ...recordsOf(record['buttonResponses']).map(({ text }) => textOf(text)),
    ...(isRecord(record['buttonResponse']) ? [textOf(record['buttonResponse']['text'])] : []),
    ...recordsOf(record['quickReplies']).map(({ text }) => bullet(text)),
    ...recordsOf(record['cards']).flatMap(({ title, description }) => [
      textOf(title),
      textOf(description),
    ]),
    ...recordsOf(record['events']).map(({ eventType }) => bullet(eventType)),
  ].filter((part) => part !== undefined);
  const hasFiles =
    recordsOf(record['messageMediaAttachments']).length > 0 ||
    recordsOf(record['messageStickerAttachments']).length > 0;
  return parts.length === 0 && !hasFiles
    ? undefined
    : {
        ...nothing,
        kind: 'message',
        id: textOf(record['id']),
        timeMs: timeOf(record['timestamp']),
        role: roleOf(record['purpose']) ?? (user === undefined ? 'unknown' : 'internal'),
        sender: user ?? nameOf(record['fromExternalContact']) ?? textOf(record['from']),
        text: parts.join('\n'),
      };
}

function decodeEmails(
  records: readonly JsonRecord[],
  isOutbound: boolean,
): readonly (Message | undefined)[] {
  const [first] = records.toSorted(
    (a, b) => (timeOf(a['time']) ?? Infinity) - (timeOf(b['time']) ?? Infinity),
  );
  const outside = isOutbound ? recordsOf(first?.['to'])[0] : first?.['from'];
  const outsideAddress = addressOf(outside);
  return records.map((record): Message | undefined => {
    const html = textOf(record['htmlBody']);
    const text = textOf(record['textBody']) ?? (html === undefined ? '' : plainTextOfHtml(html));
    const from = isRecord(record['from']) ? record['from'] : undefined;
    const address = addressOf(from);
    return {
      kind: 'email',
      id: textOf(record['id']),
      timeMs: timeOf(record['time']),
      role:
        address === undefined || outsideAddress === undefined
          ? 'unknown'
          : address === outsideAddress
            ? 'external'
            : 'internal',
      sender: from === undefined ? undefined : mailbox(from),
      recipients: (['To', 'Cc', 'Bcc'] as const).flatMap((label) => {
        const names = recordsOf(record[label.toLowerCase()]).map(mailbox).filter(Boolean);
        return names.length === 0 ? [] : [{ label, names: names.join(', ') }];
      }),
      subject: textOf(record['subject']),
      text,
      html,
    };
  });
}

const nothing = { recipients: [], subject: undefined, html: undefined } as const;

const roles: ReadonlyMap<string, string> = new Map([
  ['customer', 'external'],
  ['agent', 'internal'],
  ['user', 'internal'],
]);

function roleOf(value: unknown): string | undefined {
  const purpose = textOf(value)?.toLowerCase();
  return purpose === undefined ? undefined : (roles.get(purpose) ?? purpose);
}

/** `Dana Example <dana@example.com>`, or what there is of it. */
function mailbox(record: JsonRecord): string {
  const name = textOf(record['name']);
  const email = textOf(record['email']);
  return name !== undefined && email !== undefined && name !== email
    ? `${name} <${email}>`
    : (name ?? email ?? '');
}

function addressOf(value: unknown): string | undefined {
  return isRecord(value) ? textOf(value['email'])?.toLowerCase() : undefined;
}

function nameOf(value: unknown): string | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  const parts = [textOf(value['firstName']), textOf(value['lastName'])].filter(Boolean);
  return textOf(value['name']) ?? (parts.length === 0 ? undefined : parts.join(' '));
}

function bullet(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : `• ${text}`;
}

function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
