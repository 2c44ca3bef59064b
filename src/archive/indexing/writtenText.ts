/** What was written in a conversation: messages of chats, messaging and e-mails in recording objects, and the notes beside it. */
import { isRecord, type JsonRecord } from '../../base/decode.ts';

export interface WrittenText {
  /** `agent`, `customer` or whatever purpose the platform names. */
  readonly role: string;
  readonly text: string;
  /** Epoch milliseconds; undefined when it does not say. */
  readonly startMs: number | undefined;
}

/**
 * Messages of a recording object in their order; none for sound.
 * @param isCustomer tells whether an e-mail address is the customer's, since e-mails name no purpose
 * @see Recording.transcript, Recording.messagingTranscript, Recording.emailTranscript
 */
export function readMessages(
  recording: JsonRecord,
  isCustomer: (address: string) => boolean,
): readonly WrittenText[] {
  return [
    ...recordsOf(recording['transcript']).map((chat) => ({
      role: textOf(chat['participantPurpose']),
      text: textOf(chat['body']),
      startMs: timeOf(chat['utc']),
    })),
    ...recordsOf(recording['messagingTranscript']).map((message) => ({
      role: textOf(message['purpose']),
      text: textOf(message['messageText']),
      startMs: timeOf(message['timestamp']),
    })),
    ...recordsOf(recording['emailTranscript']).map((mail) => {
      const from = isRecord(mail['from']) ? textOf(mail['from']['email']) : '';
      const body = textOf(mail['textBody']) || stripMarkup(textOf(mail['htmlBody']));
      return {
        role: isCustomer(from) ? 'customer' : 'agent',
        text: [textOf(mail['subject']), body].filter((part) => part !== '').join('\n'),
        startMs: timeOf(mail['time']),
      };
    }),
  ].filter(({ text }) => text !== '');
}

/** Notes and tags of `notes.json`; whatever else is in it is passed over. */
export function readNotesText(value: unknown): {
  readonly notes: readonly WrittenText[];
  readonly tags: readonly string[];
} {
  const record = isRecord(value) ? value : {};
  const notes: unknown = record['notes'];
  return {
    notes: recordsOf(notes)
      .map((note) => ({
        role: 'note',
        text: textOf(note['text']),
        startMs: timeOf(note['createdAt'] ?? note['at']),
      }))
      .filter(({ text }) => text !== ''),
    tags: [record, ...recordsOf(notes)].flatMap(({ tags }) => textsOf(tags)),
  };
}

/** Words of an e-mail that came as HTML only. Not for showing: what is left may still look like markup. */
function stripMarkup(html: string): string {
  return html
    .replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/giu, ' ')
    .replaceAll(/<[^<>]*>/gu, ' ');
}

function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
