/** Identifiers of the platform, branded, and safe to become file names: anything else is refused where it enters. */
import { errors } from '../base/appError.ts';
import type { Brand } from '../base/brand.ts';

export type OrganisationId = Brand<string, 'OrganisationId'>;
export type ConversationId = Brand<string, 'ConversationId'>;
export type ParticipantId = Brand<string, 'ParticipantId'>;
/** Id of a session; the platform calls the same thing a communication in its speech and recording APIs. */
export type CommunicationId = Brand<string, 'CommunicationId'>;
export type RecordingId = Brand<string, 'RecordingId'>;
export type QueueId = Brand<string, 'QueueId'>;
export type UserId = Brand<string, 'UserId'>;
export type DivisionId = Brand<string, 'DivisionId'>;
/** Id of a wrap-up code, or one of the platform's system names such as `ININ-WRAP-UP-TIMEOUT`. */
export type WrapUpCodeId = Brand<string, 'WrapUpCodeId'>;

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u;
const reservedOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/iu;

/**
 * True for a name that every file system takes as one path segment: ASCII letters, digits, `.`, `_`, `-`; 1 to 128 long;
 * not starting with a punctuation mark, not ending with a dot, not a name that Windows reserves.
 */
export function isSafeName(name: string): boolean {
  return safeName.test(name) && !name.endsWith('.') && !reservedOnWindows.test(name);
}

/** Where a value came from: a bad one from a person is their mistake (`input`), from elsewhere a broken answer (`protocol`). */
export type IdSource = 'platform' | 'person';

/**
 * The one way from a string of the platform, a file or a person to an id.
 * @throws AppError `protocol`, or `input` when `source` is 'person', when it could not be a path segment.
 */
export type IdParser<Id> = (value: string, source?: IdSource) => Id;

export const parseOrganisationId: IdParser<OrganisationId> = (value, source) =>
  checked(value, 'organisation', source) as OrganisationId;
export const parseConversationId: IdParser<ConversationId> = (value, source) =>
  checked(value, 'conversation', source) as ConversationId;
export const parseParticipantId: IdParser<ParticipantId> = (value, source) =>
  checked(value, 'participant', source) as ParticipantId;
export const parseCommunicationId: IdParser<CommunicationId> = (value, source) =>
  checked(value, 'communication', source) as CommunicationId;
export const parseRecordingId: IdParser<RecordingId> = (value, source) =>
  checked(value, 'recording', source) as RecordingId;
export const parseQueueId: IdParser<QueueId> = (value, source) =>
  checked(value, 'queue', source) as QueueId;
export const parseUserId: IdParser<UserId> = (value, source) =>
  checked(value, 'user', source) as UserId;
export const parseDivisionId: IdParser<DivisionId> = (value, source) =>
  checked(value, 'division', source) as DivisionId;
export const parseWrapUpCodeId: IdParser<WrapUpCodeId> = (value, source) =>
  checked(value, 'wrap-up code', source) as WrapUpCodeId;

function checked(value: string, what: string, source: IdSource = 'platform'): string {
  if (isSafeName(value)) {
    return value;
  }
  const message = `Not a usable ${what} id: it may hold only letters, digits, ".", "_" and "-"`;
  throw source === 'person'
    ? errors.input(message)
    : errors.protocol(message, { details: { what } });
}
