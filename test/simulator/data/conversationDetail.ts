/** The analytics detail of a planned conversation: participants, sessions, segments and metrics where the platform has them. */
import type { Models } from 'purecloud-platform-client-v2';
import { agentParticipant } from './agentDetail.ts';
import type { ConversationPlan, Leg, OpenSpan, PlannedWait } from './conversationPlan.ts';
import { iso, sessionBase, subjectOf, toMetric, toSegment } from './detailParts.ts';

type Participant = Models.AnalyticsParticipantWithoutAttributes;

const serviceLevelMs = 20_000;

/** Empty keys are left out, as the platform does. Participants in the order in which they came in. */
export function toConversationDetail(
  plan: ConversationPlan,
): Models.AnalyticsConversationWithoutAttributes {
  const isVoice = plan.mediaType === 'voice' || plan.mediaType === 'callback';
  const conference = plan.legs
    .flatMap(({ agent }) => agent?.stretches ?? [])
    .find(({ isConference }) => isConference);
  return {
    conversationId: plan.conversationId,
    conversationStart: iso(plan.startMs),
    ...(plan.endMs === undefined ? {} : { conversationEnd: iso(plan.endMs) }),
    ...(conference === undefined ? {} : { conferenceStart: iso(conference.startMs) }),
    ...(plan.externalTag === undefined ? {} : { externalTag: plan.externalTag }),
    originatingDirection: plan.direction,
    conversationInitiator: plan.direction === 'inbound' ? 'customer' : 'agent',
    divisionIds: [...new Set([plan.divisionId, ...plan.legs.map(({ queue }) => queue.divisionId)])],
    ...(isVoice ? mediaQuality(plan.startMs) : {}),
    participants: [
      customerParticipant(plan),
      ...flowParticipant(plan),
      ...plan.legs.flatMap((leg) => [
        ...(leg.wait === undefined ? [] : [queueParticipant(plan, leg, leg.wait)]),
        ...(leg.agent === undefined ? [] : [agentParticipant(plan, leg, leg.agent)]),
      ]),
    ],
  };
}

/** Made from the start so that it needs no randomness: MOS 3.8 to 4.9, R factor to match. */
function mediaQuality(
  startMs: number,
): Pick<
  Models.AnalyticsConversationWithoutAttributes,
  'mediaStatsMinConversationMos' | 'mediaStatsMinConversationRFactor'
> {
  const mos = 3.8 + (startMs % 111) / 100;
  return {
    mediaStatsMinConversationMos: Math.round(mos * 1000) / 1000,
    mediaStatsMinConversationRFactor: Math.round((mos * 19 - 1) * 1000) / 1000,
  };
}

function customerParticipant(plan: ConversationPlan): Participant {
  const { customer } = plan;
  return {
    participantId: customer.participantId,
    participantName: customer.name,
    purpose: plan.direction === 'inbound' ? 'customer' : 'external',
    ...(customer.externalContactId === undefined
      ? {}
      : { externalContactId: customer.externalContactId }),
    sessions: [...callbackSession(plan), ...mainSession(plan)],
  };
}

/** The session in which the customer talks or writes; a callback has none until it is dialled. */
function mainSession(plan: ConversationPlan): readonly Models.AnalyticsSession[] {
  const { customer, mediaType } = plan;
  const { connectedMs, leftMs } = customer;
  if (mediaType === 'callback' && connectedMs === undefined) {
    return [];
  }
  const selected = plan.legs.at(-1)?.agent?.userId;
  return [
    {
      sessionId: customer.sessionId,
      ...sessionBase(plan, mediaType === 'callback' ? 'voice' : mediaType),
      ...(selected === undefined ? {} : { selectedAgentId: selected }),
      remoteNameDisplayable: customer.name,
      requestedRoutings: ['Standard'],
      usedRouting: 'Standard',
      ...(plan.recordings.length === 0 ? {} : { recording: true }),
      metrics: connectedMetrics(connectedMs, leftMs),
      segments: [
        ...(mediaType === 'voice' || connectedMs === undefined ? [connecting(plan)] : []),
        ...(connectedMs === undefined
          ? []
          : [presence(plan, { startMs: connectedMs, endMs: leftMs })]),
      ],
    },
  ];
}

function connectedMetrics(
  connectedMs: number | undefined,
  leftMs: number | undefined,
): Models.AnalyticsSessionMetric[] {
  if (connectedMs === undefined) {
    return [];
  }
  return [
    toMetric('nConnected', 1, connectedMs),
    ...(leftMs === undefined ? [] : [toMetric('tConnected', leftMs - connectedMs, leftMs)]),
  ];
}

function presence(plan: ConversationPlan, span: OpenSpan): Models.AnalyticsConversationSegment {
  return toSegment(span, 'interact', {
    ...(span.endMs === undefined ? {} : { disconnectType: customerDisconnect(plan) }),
    ...subjectOf(plan),
  });
}

function connecting(plan: ConversationPlan): Models.AnalyticsConversationSegment {
  const span = { startMs: plan.startMs, endMs: plan.customer.connectedMs };
  const outbound = plan.mediaType === 'voice' ? 'dialing' : 'contacting';
  return toSegment(span, plan.direction === 'inbound' ? 'system' : outbound);
}

/** The request for a callback lives until the agent's voice call is over. */
function callbackSession(plan: ConversationPlan): readonly Models.AnalyticsSession[] {
  const { customer, startMs } = plan;
  if (customer.callbackSessionId === undefined) {
    return [];
  }
  const span = { startMs, endMs: customer.leftMs };
  return [
    {
      sessionId: customer.callbackSessionId,
      ...sessionBase(plan, 'callback'),
      segments: [
        toSegment(span, 'interact', span.endMs === undefined ? {} : { disconnectType: 'peer' }),
      ],
      metrics: [toMetric('nConnected', 1, startMs)],
    },
  ];
}

function customerDisconnect(plan: ConversationPlan): string {
  const last = plan.legs.at(-1);
  return last?.agent?.end === 'client' ? 'peer' : 'client';
}

function flowParticipant(plan: ConversationPlan): readonly Participant[] {
  const { flow } = plan;
  if (flow === undefined) {
    return [];
  }
  const isVoice = plan.mediaType !== 'message';
  const target = plan.legs[0]?.queue;
  const isOver = flow.endMs !== undefined;
  const durationMs = (flow.endMs ?? flow.startMs) - flow.startMs;
  return [
    {
      participantId: flow.participantId,
      participantName: flow.name,
      purpose: isVoice ? 'ivr' : 'botflow',
      sessions: [
        {
          sessionId: flow.sessionId,
          ...sessionBase(plan),
          peerId: plan.customer.sessionId,
          remote: plan.customer.name,
          flow: {
            flowId: flow.flowId,
            flowName: flow.name,
            flowType: isVoice ? 'INBOUNDCALL' : 'INBOUNDSHORTMESSAGE',
            flowVersion: '12.0',
            entryType: 'dnis',
            entryReason: plan.ownAddress,
            startingLanguage: 'en-us',
            endingLanguage: 'en-us',
            ...(isOver && target !== undefined
              ? {
                  exitReason: 'TRANSFER',
                  transferType: 'ACD',
                  transferTargetAddress: target.id,
                  transferTargetName: target.name,
                }
              : {}),
          },
          metrics: [
            toMetric('nFlow', 1, flow.startMs),
            ...(flow.endMs === undefined
              ? []
              : [
                  toMetric('tFlow', durationMs, flow.endMs),
                  toMetric('tFlowExit', durationMs, flow.endMs),
                  ...(isVoice ? [toMetric('tIvr', durationMs, flow.endMs)] : []),
                ]),
          ],
          segments: [
            toSegment(
              flow,
              isVoice ? 'ivr' : 'interact',
              isOver ? { disconnectType: 'transfer' } : {},
            ),
          ],
        },
      ],
    },
  ];
}

function queueParticipant(plan: ConversationPlan, leg: Leg, wait: PlannedWait): Participant {
  const { queue } = leg;
  return {
    participantId: wait.participantId,
    participantName: queue.name,
    purpose: 'acd',
    sessions: [
      {
        sessionId: wait.sessionId,
        ...sessionBase(plan),
        peerId: plan.customer.callbackSessionId ?? plan.customer.sessionId,
        remote: plan.customer.name,
        activeSkillIds: [queue.skillId],
        requestedRoutings: ['Standard'],
        ...(leg.agent === undefined
          ? {}
          : { usedRouting: 'Standard', selectedAgentId: leg.agent.userId }),
        metrics: waitMetrics(wait),
        segments: [
          toSegment(wait, 'interact', {
            queueId: queue.id,
            requestedRoutingSkillIds: [queue.skillId],
            ...subjectOf(plan),
            ...(wait.end === 'waiting'
              ? {}
              : { disconnectType: wait.end === 'answered' ? 'transfer' : 'client' }),
          }),
        ],
      },
    ],
  };
}

function waitMetrics(wait: PlannedWait): Models.AnalyticsSessionMetric[] {
  const offered = toMetric('nOffered', 1, wait.startMs);
  if (wait.endMs === undefined) {
    return [offered];
  }
  const waitMs = wait.endMs - wait.startMs;
  return [
    offered,
    toMetric('tAcd', waitMs, wait.endMs),
    ...(wait.end === 'abandoned' ? [toMetric('tAbandon', waitMs, wait.endMs)] : []),
    ...(waitMs > serviceLevelMs ? [toMetric('nOverSla', 1, wait.endMs)] : []),
  ];
}
