/**
 * The values that filters and facets compare. A segment predicate looks at one segment together with the session and the
 * participant it belongs to; a conversation predicate looks at the conversation as a whole.
 */
import type { Models } from 'purecloud-platform-client-v2';

import type { conversationDimensions, segmentDimensions } from './detailEnums.ts';

export type SimulatedDetail = Models.AnalyticsConversationWithoutAttributes;

/** Absent is `undefined` or an empty list. */
export type DetailValue = string | number | boolean | readonly (string | number)[] | undefined;

/** One segment; sessions without segments and participants without sessions make a row of their own. */
export interface SegmentRow {
  readonly participant: Models.AnalyticsParticipantWithoutAttributes;
  readonly session: Models.AnalyticsSession;
  readonly segment: Models.AnalyticsConversationSegment;
}

export function toSegmentRows(detail: SimulatedDetail): readonly SegmentRow[] {
  const rows: SegmentRow[] = [];
  for (const participant of detail.participants ?? []) {
    for (const session of orOneEmpty(participant.sessions)) {
      for (const segment of orOneEmpty(session.segments)) {
        rows.push({ participant, session, segment });
      }
    }
  }
  return rows;
}

/** Sessions and segments have optional fields only, so that an empty one is one. */
const orOneEmpty = <Item extends Models.AnalyticsSession | Models.AnalyticsConversationSegment>(
  items: readonly Item[] | undefined,
): readonly (Item | Partial<Item>)[] => (items === undefined || items.length === 0 ? [{}] : items);

type SegmentDimension = (typeof segmentDimensions)[number];
type ConversationDimension = (typeof conversationDimensions)[number];

/** Where each segment dimension stands in the answer. */
export const segmentValues: Readonly<Record<SegmentDimension, (row: SegmentRow) => DetailValue>> = {
  addressFrom: ({ session }) => session.addressFrom,
  addressTo: ({ session }) => session.addressTo,
  agentAssistantId: ({ session }) => session.agentAssistantId,
  agentOwned: ({ session }) => session.agentOwned,
  ani: ({ session }) => session.ani,
  authenticated: ({ session }) => session.authenticated,
  bargedParticipantId: ({ session }) => session.bargedParticipantId,
  callbackNumber: ({ session }) => session.callbackNumbers,
  callbackScheduledTime: ({ session }) => session.callbackScheduledTime,
  canonicalExternalContactId: ({ participant }) => participant.externalContactId,
  cleared: ({ session }) => session.cleared,
  coachedParticipantId: ({ session }) => session.coachedParticipantId,
  conference: ({ segment }) => segment.conference,
  deliveryPushed: ({ session }) => session.deliveryPushed,
  deliveryStatus: ({ session }) => session.deliveryStatus,
  destinationAddress: ({ session }) => session.destinationAddresses,
  destinationConversationId: ({ segment }) => segment.destinationConversationId,
  detectedSpeechEnd: ({ session }) => session.detectedSpeechEnd,
  detectedSpeechStart: ({ session }) => session.detectedSpeechStart,
  direction: ({ session }) => session.direction,
  disconnectType: ({ segment }) => segment.disconnectType,
  dnis: ({ session }) => session.dnis,
  edgeId: ({ session }) => session.edgeId,
  engagementSource: ({ session }) => session.engagementSource,
  errorCode: ({ segment }) => segment.errorCode,
  exitReason: ({ session }) => session.flow?.exitReason,
  extendedDeliveryStatus: ({ session }) => session.extendedDeliveryStatus,
  externalContactId: ({ participant }) => participant.externalContactId,
  externalOrganizationId: ({ participant }) => participant.externalOrganizationId,
  flaggedReason: ({ participant }) => participant.flaggedReason,
  flowId: ({ session }) => session.flow?.flowId,
  flowName: ({ session }) => session.flow?.flowName,
  flowOutType: ({ session }) => session.flowOutType,
  flowOutcome: ({ session }) => present(session.flow?.outcomes?.map((one) => one.flowOutcome)),
  flowOutcomeId: ({ session }) => present(session.flow?.outcomes?.map((one) => one.flowOutcomeId)),
  flowOutcomeValue: ({ session }) =>
    present(session.flow?.outcomes?.map((one) => one.flowOutcomeValue)),
  flowVersion: ({ session }) => session.flow?.flowVersion,
  groupId: ({ segment }) => segment.groupId,
  journeyActionId: ({ session }) => session.journeyActionId,
  journeyActionMapId: ({ session }) => session.journeyActionMapId,
  journeyCustomerId: ({ session }) => session.journeyCustomerId,
  journeyCustomerIdType: ({ session }) => session.journeyCustomerIdType,
  journeyCustomerSessionId: ({ session }) => session.journeyCustomerSessionId,
  mediaCount: ({ session }) => session.mediaCount,
  mediaType: ({ session }) => session.mediaType,
  messageType: ({ session }) => session.messageType,
  monitoredParticipantId: ({ session }) => session.monitoredParticipantId,
  outboundCampaignId: ({ session }) => session.outboundCampaignId,
  outboundContactId: ({ session }) => session.outboundContactId,
  outboundContactListId: ({ session }) => session.outboundContactListId,
  participantName: ({ participant }) => participant.participantName,
  protocolCallId: ({ session }) => session.protocolCallId,
  provider: ({ session }) => session.provider,
  purpose: ({ participant }) => participant.purpose,
  queueId: ({ segment }) => segment.queueId,
  recording: ({ session }) => session.recording,
  remote: ({ session }) => session.remote,
  remoteNameDisplayable: ({ session }) => session.remoteNameDisplayable,
  requestedLanguageId: ({ segment }) => segment.requestedLanguageId,
  requestedRouting: ({ session }) => session.requestedRoutings,
  requestedRoutingSkillId: ({ segment }) => segment.requestedRoutingSkillIds,
  scoredAgentId: ({ segment }) => present(segment.scoredAgents?.map((one) => one.scoredAgentId)),
  screenMonitoredUserId: ({ session }) => session.screenMonitoredUserId,
  screenRecording: ({ participant }) => participant.screenRecording,
  scriptId: ({ session }) => session.scriptId,
  segmentEnd: ({ segment }) => segment.segmentEnd,
  segmentType: ({ segment }) => segment.segmentType,
  sessionDnis: ({ session }) => session.sessionDnis,
  sipResponseCode: ({ segment }) => segment.sipResponseCodes,
  skillExpressionId: ({ session }) => session.skillExpressionId,
  snippetRecording: ({ session }) => session.snippetRecording,
  subject: ({ segment }) => segment.subject,
  teamId: ({ participant }) => participant.teamId,
  transferTargetAddress: ({ session }) => session.flow?.transferTargetAddress,
  transferTargetName: ({ session }) => session.flow?.transferTargetName,
  transferType: ({ session }) => session.flow?.transferType,
  usedRouting: ({ session }) => session.usedRouting,
  userId: ({ participant }) => participant.userId,
  wrapUpCode: ({ segment }) => segment.wrapUpCode,
  wrapUpNote: ({ segment }) => segment.wrapUpNote,
};

/** Where each conversation dimension stands in the answer. */
export const conversationValues: Readonly<
  Record<ConversationDimension, (detail: SimulatedDetail) => DetailValue>
> = {
  accessAttribute: (detail) => detail.accessAttributes,
  conversationEnd: (detail) => detail.conversationEnd,
  conversationId: (detail) => detail.conversationId,
  conversationInitiator: (detail) => detail.conversationInitiator,
  conversationStart: (detail) => detail.conversationStart,
  customerParticipation: (detail) => detail.customerParticipation,
  divisionId: (detail) => detail.divisionIds,
  externalTag: (detail) => detail.externalTag,
  mediaStatsMinConversationMos: (detail) => detail.mediaStatsMinConversationMos,
  originatingDirection: (detail) => detail.originatingDirection,
  originatingSocialMediaPublic: (detail) => detail.originatingSocialMediaPublic,
};

/** Sum of a metric over all sessions; `undefined` when no session emitted it. */
export function conversationMetric(detail: SimulatedDetail, name: string): number | undefined {
  let sum: number | undefined;
  for (const participant of detail.participants ?? []) {
    for (const session of participant.sessions ?? []) {
      for (const metric of session.metrics ?? []) {
        if (metric.name === name && metric.value !== undefined) {
          sum = (sum ?? 0) + metric.value;
        }
      }
    }
  }
  return sum;
}

/** `tSegmentDuration`, the only metric of a segment, in milliseconds; `undefined` while it is open. */
export function segmentDurationMs({ segment }: SegmentRow): number | undefined {
  return segment.segmentStart === undefined || segment.segmentEnd === undefined
    ? undefined
    : Date.parse(segment.segmentEnd) - Date.parse(segment.segmentStart);
}

const present = (
  values: readonly (string | undefined)[] | undefined,
): readonly string[] | undefined => values?.filter((value) => value !== undefined);
