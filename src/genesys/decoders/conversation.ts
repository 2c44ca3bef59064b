/** Analytics details → `Conversation`. Unknown keys and values pass; what is missing is absent. */
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  asTimeMs,
  listOf,
  optional,
  parseJson,
  required,
} from '../../base/decode.ts';
import type {
  Conversation,
  Metric,
  Participant,
  Segment,
  Session,
} from '../../model/conversation.ts';
import {
  parseCommunicationId,
  parseConversationId,
  parseDivisionId,
  parseParticipantId,
  parseQueueId,
  parseUserId,
  parseWrapUpCodeId,
} from '../../model/ids.ts';
import { sliceElements, sliceMembers } from '../jsonSlicer.ts';
import { asDirection, asId, asReference } from './fields.ts';

/** @see AnalyticsConversationWithoutAttributes */
export function decodeConversation(value: unknown, path = ''): Conversation {
  const record = asRecord(value, path);
  return {
    id: required(record, 'conversationId', path, asId(parseConversationId)),
    startMs: required(record, 'conversationStart', path, asTimeMs),
    endMs: optional(record, 'conversationEnd', path, asTimeMs),
    originatingDirection: optional(record, 'originatingDirection', path, asDirection),
    divisionIds: listOf(record, 'divisionIds', path, asReference(parseDivisionId)).filter(
      (id) => id !== undefined,
    ),
    externalTag: optional(record, 'externalTag', path, asString),
    minMos: optional(record, 'mediaStatsMinConversationMos', path, asNumber),
    participants: listOf(record, 'participants', path, decodeParticipant),
  };
}

function decodeParticipant(value: unknown, path: string): Participant {
  const record = asRecord(value, path);
  return {
    id: required(record, 'participantId', path, asId(parseParticipantId)),
    name: optional(record, 'participantName', path, asString),
    purpose: optional(record, 'purpose', path, asString) ?? 'unknown',
    userId: optional(record, 'userId', path, asReference(parseUserId)),
    sessions: listOf(record, 'sessions', path, decodeSession),
  };
}

function decodeSession(value: unknown, path: string): Session {
  const record = asRecord(value, path);
  return {
    id: required(record, 'sessionId', path, asId(parseCommunicationId)),
    mediaType: optional(record, 'mediaType', path, asString) ?? 'unknown',
    direction: optional(record, 'direction', path, asDirection),
    ani: optional(record, 'ani', path, asString),
    dnis: optional(record, 'dnis', path, asString),
    remote: optional(record, 'remote', path, asString),
    isRecorded: optional(record, 'recording', path, asBoolean),
    flowName: optional(record, 'flow', path, (flow, flowPath) =>
      optional(asRecord(flow, flowPath), 'flowName', flowPath, asString),
    ),
    metrics: listOf(record, 'metrics', path, decodeMetric).filter((metric) => metric !== undefined),
    segments: listOf(record, 'segments', path, decodeSegment),
  };
}

/** A metric without a value says nothing. */
function decodeMetric(value: unknown, path: string): Metric | undefined {
  const record = asRecord(value, path);
  const name = optional(record, 'name', path, asString);
  const amount = optional(record, 'value', path, asNumber);
  return name === undefined || amount === undefined
    ? undefined
    : { name, value: amount, emittedAtMs: optional(record, 'emitDate', path, asTimeMs) };
}

function decodeSegment(value: unknown, path: string): Segment {
  const record = asRecord(value, path);
  return {
    startMs: required(record, 'segmentStart', path, asTimeMs),
    endMs: optional(record, 'segmentEnd', path, asTimeMs),
    type: optional(record, 'segmentType', path, asString) ?? 'unknown',
    disconnectType: optional(record, 'disconnectType', path, asString),
    queueId: optional(record, 'queueId', path, asReference(parseQueueId)),
    wrapUpCodeId: optional(record, 'wrapUpCode', path, asReference(parseWrapUpCodeId)),
    wrapUpNote: optional(record, 'wrapUpNote', path, asString),
    subject: optional(record, 'subject', path, asString),
  };
}

/** One page of details, its elements still as text. `totalHits` is undefined when the platform does not say. */
export interface DetailsPage {
  readonly elements: readonly string[];
  readonly totalHits: number | undefined;
}

/**
 * An empty page has no `conversations` and may have no `totalHits`.
 * @see AnalyticsConversationQueryResponse
 * @throws AppError `protocol` when the page as a whole cannot be read
 */
export function decodeDetailsPage(text: string): DetailsPage {
  const members = sliceMembers(text);
  const list = members.get('conversations');
  const hits = members.get('totalHits');
  return {
    elements: list === undefined || list === 'null' ? [] : sliceElements(list),
    totalHits:
      hits === undefined || hits === 'null'
        ? undefined
        : asNumber(parseJson(hits, 'totalHits'), 'totalHits'),
  };
}
