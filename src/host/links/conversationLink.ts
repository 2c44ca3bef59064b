/**
 * Links to a conversation or a moment of it, `vscode://<extension>/conversation/<id>?organisation=…&recording=…&t=…`. What is read
 * comes from anywhere and is hostile until it is decoded. Pure.
 */
import { errors } from '../../base/appError.ts';
import {
  parseConversationId,
  parseOrganisationId,
  parseRecordingId,
  type ConversationId,
  type OrganisationId,
  type RecordingId,
} from '../../model/ids.ts';

export interface ConversationLink {
  readonly conversationId: ConversationId;
  /** Undefined when the link does not say whose conversation it is. */
  readonly organisationId: OrganisationId | undefined;
  readonly recordingId: RecordingId | undefined;
  /** The moment, in whole milliseconds from the conversation's start; undefined for the conversation as such. */
  readonly sinceStartMs: number | undefined;
}

/** The parts of an address that a link is read from, percent-decoded as VS Code hands them out. */
export interface LinkAddress {
  readonly path: string;
  readonly query: string;
}

/** Real ones have less than 300 letters. */
const maxLength = 1000;
/** Thirty years: e-mail threads go on for long. */
const time = /^\d{1,12}$/u;

/** @param origin scheme and extension id: `vscode://publisher.name` */
export function encodeConversationLink(
  { conversationId, organisationId, recordingId, sinceStartMs }: ConversationLink,
  origin: string,
): string {
  const isMoment = sinceStartMs !== undefined && time.test(String(sinceStartMs));
  const query = new URLSearchParams({
    ...(organisationId === undefined ? {} : { organisation: organisationId }),
    ...(recordingId === undefined ? {} : { recording: recordingId }),
    ...(isMoment ? { t: String(sinceStartMs) } : {}),
  }).toString();
  return `${origin}/conversation/${conversationId}${query === '' ? '' : `?${query}`}`;
}

/** Unknown keys are passed over: later versions may say more. @throws AppError `input` for anything but a link of ours */
export function decodeConversationLink({ path, query }: LinkAddress): ConversationLink {
  const id = /^\/conversation\/(?<id>[^/]+)\/?$/u.exec(path)?.groups?.['id'];
  if (id === undefined || path.length + query.length > maxLength) {
    throw errors.input(
      'This link names no conversation. Copy it again with Copy Link, or open the conversation by its id',
    );
  }
  const values = new URLSearchParams(query);
  const organisation = single(values, 'organisation');
  const recording = single(values, 'recording');
  const t = single(values, 't');
  if (t !== undefined && !time.test(t)) {
    throw errors.input('The time in this link is none: t has to be milliseconds from the start');
  }
  return {
    conversationId: parseConversationId(id, 'person'),
    organisationId:
      organisation === undefined ? undefined : parseOrganisationId(organisation, 'person'),
    recordingId: recording === undefined ? undefined : parseRecordingId(recording, 'person'),
    sinceStartMs: t === undefined ? undefined : Number(t),
  };
}

/** The address of a link of ours that somebody pasted, whichever VS Code copied it; undefined for other text. */
export function findLinkAddress(text: string, extensionId: string): LinkAddress | undefined {
  const trimmed = text.trim();
  const url = trimmed.length > maxLength ? null : URL.parse(trimmed);
  if (
    url?.host.toLowerCase() !== extensionId.toLowerCase() ||
    /^(?:https?|file):$/u.test(url.protocol)
  ) {
    return undefined;
  }
  try {
    return { path: decodeURIComponent(url.pathname), query: url.search.slice(1) };
  } catch {
    return undefined;
  }
}

/** Twice the same key: which one was meant, nobody can tell. */
function single(values: URLSearchParams, key: string): string | undefined {
  const [value, ...more] = values.getAll(key);
  if (more.length > 0) {
    throw errors.input(`This link says more than one thing: ${key}`);
  }
  return value === '' ? undefined : value;
}
