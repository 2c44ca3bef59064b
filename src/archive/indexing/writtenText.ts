/** What was written in a conversation: messages of chats, messaging and e-mails in recording objects, and the notes beside it. */
import { isRecord, type JsonRecord } from '../../base/decode.ts';
import { isSafeName, parseRecordingId, type RecordingId } from '../../model/ids.ts';

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

/** A note of a person here; its tags stand behind its text, so that they are found with it. */
export interface NoteText extends WrittenText {
  /** The recording that it was written on. */
  readonly recordingId: RecordingId | undefined;
}

/**
 * Notes and tags of `notes.json`; whatever else is in it is passed over. A note of a moment is at that moment, any other when it was
 * written.
 * @param conversationStartMs epoch milliseconds, from which notes count
 */
export function readNotesText(
  value: unknown,
  conversationStartMs: number,
): {
  readonly notes: readonly NoteText[];
  readonly tags: readonly string[];
} {
  const record = isRecord(value) ? value : {};
  const notes: unknown = record['notes'];
  return {
    notes: recordsOf(notes)
      .map((note) => ({
        role: 'note',
        text: [textOf(note['text']), ...textsOf(note['tags']).map((tag) => `#${tag}`)]
          .filter((part) => part !== '')
          .join(' '),
        startMs: offsetTimeOf(note['fromMs'], conversationStartMs) ?? timeOf(note['createdAt']),
        recordingId: recordingOf(note['recordingId']),
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

function offsetTimeOf(value: unknown, startMs: number): number | undefined {
  return typeof value === 'number' && value >= 0 && value < 8e15 - startMs
    ? startMs + value
    : undefined;
}

function recordingOf(value: unknown): RecordingId | undefined {
  return typeof value === 'string' && isSafeName(value) ? parseRecordingId(value) : undefined;
}

function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
