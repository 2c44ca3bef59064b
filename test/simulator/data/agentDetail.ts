/** An agent's participant in the analytics detail: ringing, talk, holds, wrap-up and their metrics. */
import type { Models } from 'purecloud-platform-client-v2';
import type { ConversationPlan, Leg, PlannedAgent, Stretch } from './conversationPlan.ts';
import { sessionBase, subjectOf, toMetric, toSegment } from './detailParts.ts';

type Metric = Models.AnalyticsSessionMetric;

export function agentParticipant(
  plan: ConversationPlan,
  leg: Leg,
  agent: PlannedAgent,
): Models.AnalyticsParticipantWithoutAttributes {
  const hasScreen = plan.recordings.some(({ kind }) => kind === 'screen');
  return {
    participantId: agent.participantId,
    participantName: agent.name,
    purpose: 'agent',
    userId: agent.userId,
    ...(hasScreen ? { screenRecording: true } : {}),
    sessions:
      agent.callbackSessionId === undefined
        ? [mainSession(plan, leg, agent)]
        : callbackSessions(plan, leg, agent),
  };
}

function mainSession(
  plan: ConversationPlan,
  leg: Leg,
  agent: PlannedAgent,
): Models.AnalyticsSession {
  const ringingType = leg.wait === undefined ? 'dialing' : 'alert';
  return {
    ...common(plan, agent),
    ...sessionBase(plan),
    sessionId: agent.sessionId,
    metrics: [...ringMetrics(leg, agent), ...talkMetrics(agent)],
    segments: [
      toSegment(agent.alert, ringingType, { queueId: leg.queue.id }),
      ...talkSegments(plan, leg, agent),
    ],
  };
}

/** A callback is accepted in one session and carried out in a voice session that the agent dials. */
function callbackSessions(
  plan: ConversationPlan,
  leg: Leg,
  agent: PlannedAgent,
): Models.AnalyticsSession[] {
  const callStartMs = agent.stretches[0]?.startMs;
  const accepted = { startMs: agent.alert.endMs, endMs: agent.stretches.at(-1)?.endMs };
  const callback: Models.AnalyticsSession = {
    ...common(plan, agent),
    ...sessionBase(plan, 'callback'),
    peerId: plan.customer.callbackSessionId ?? plan.customer.sessionId,
    ...(agent.callbackSessionId === undefined ? {} : { sessionId: agent.callbackSessionId }),
    metrics: ringMetrics(leg, agent),
    segments: [
      toSegment(agent.alert, 'alert', { queueId: leg.queue.id }),
      toSegment(accepted, 'interact', { queueId: leg.queue.id }),
    ],
  };
  if (callStartMs === undefined) {
    return [callback];
  }
  const dialing = { startMs: agent.alert.endMs, endMs: callStartMs };
  return [
    callback,
    {
      ...common(plan, agent),
      ...sessionBase(plan, 'voice'),
      sessionId: agent.sessionId,
      metrics: [
        toMetric('nOutbound', 1, dialing.startMs),
        toMetric('tDialing', dialing.endMs - dialing.startMs, dialing.endMs),
        ...talkMetrics(agent),
      ],
      segments: [
        ...(dialing.endMs > dialing.startMs
          ? [toSegment(dialing, 'dialing', { queueId: leg.queue.id })]
          : []),
        ...talkSegments(plan, leg, agent),
      ],
    },
  ];
}

function common(plan: ConversationPlan, agent: PlannedAgent): Models.AnalyticsSession {
  return {
    peerId: plan.customer.sessionId,
    remote: plan.customer.name,
    remoteNameDisplayable: plan.customer.name,
    requestedRoutings: ['Standard'],
    usedRouting: 'Standard',
    selectedAgentId: agent.userId,
    ...(plan.recordings.length === 0 ? {} : { recording: true }),
  };
}

function talkSegments(
  plan: ConversationPlan,
  leg: Leg,
  agent: PlannedAgent,
): Models.AnalyticsConversationSegment[] {
  const { wrapUp } = agent;
  const queueId = leg.queue.id;
  const end = agent.end === 'transfer' || agent.end === 'consultTransfer' ? 'transfer' : agent.end;
  return [
    ...agent.stretches.map((stretch, index) =>
      toSegment(stretch, stretch.type, {
        queueId,
        conference: stretch.isConference,
        ...subjectOf(plan),
        ...(index === agent.stretches.length - 1 && end !== undefined
          ? { disconnectType: end }
          : {}),
      }),
    ),
    ...(wrapUp === undefined
      ? []
      : [
          toSegment(wrapUp, 'wrapup', {
            queueId,
            ...(wrapUp.code === undefined ? {} : { wrapUpCode: wrapUp.code }),
            ...(wrapUp.note === undefined ? {} : { wrapUpNote: wrapUp.note }),
          }),
        ]),
  ];
}

function ringMetrics(leg: Leg, agent: PlannedAgent): Metric[] {
  const { alert } = agent;
  const ringMs = alert.endMs - alert.startMs;
  if (leg.wait === undefined) {
    return [
      toMetric('nOutbound', 1, alert.startMs),
      toMetric('tDialing', ringMs, alert.endMs),
      toMetric('nOutboundConnected', 1, alert.endMs),
    ];
  }
  return [
    toMetric('tAlert', ringMs, alert.endMs),
    toMetric('tAnswered', alert.endMs - leg.wait.startMs, alert.endMs),
  ];
}

/** One `tTalk` and `tHeld` for each finished stretch, their sums and the handle time at the end. */
function talkMetrics(agent: PlannedAgent): Metric[] {
  const finished = agent.stretches.flatMap((stretch) =>
    stretch.endMs === undefined ? [] : [{ ...stretch, endMs: stretch.endMs }],
  );
  const metrics = finished.map(({ type, startMs, endMs }) =>
    toMetric(type === 'hold' ? 'tHeld' : 'tTalk', endMs - startMs, endMs),
  );
  const endMs = finished.at(-1)?.endMs;
  if (agent.end === undefined || endMs === undefined) {
    return metrics;
  }
  const talkMs = sumMs(finished, 'interact');
  const heldMs = sumMs(finished, 'hold');
  metrics.push(toMetric('tTalkComplete', talkMs, endMs));
  if (heldMs > 0) {
    metrics.push(toMetric('tHeldComplete', heldMs, endMs));
  }
  metrics.push(...transferMetrics(agent, endMs));
  const { wrapUp } = agent;
  if (wrapUp === undefined) {
    metrics.push(toMetric('tHandle', talkMs + heldMs, endMs));
  } else if (wrapUp.endMs !== undefined) {
    const acwMs = wrapUp.endMs - wrapUp.startMs;
    metrics.push(
      toMetric('tAcw', acwMs, wrapUp.endMs),
      toMetric('tHandle', talkMs + heldMs + acwMs, wrapUp.endMs),
    );
  }
  return metrics;
}

function transferMetrics(agent: PlannedAgent, endMs: number): Metric[] {
  switch (agent.end) {
    case 'transfer':
      return [toMetric('nTransferred', 1, endMs), toMetric('nBlindTransferred', 1, endMs)];
    case 'consultTransfer':
      return [toMetric('nTransferred', 1, endMs), toMetric('nConsultTransferred', 1, endMs)];
    case 'client':
    case 'peer':
    case undefined:
      return [];
  }
}

function sumMs(
  stretches: readonly (Pick<Stretch, 'type' | 'startMs'> & { readonly endMs: number })[],
  type: Stretch['type'],
): number {
  return stretches.reduce(
    (sum, stretch) => (stretch.type === type ? sum + stretch.endMs - stretch.startMs : sum),
    0,
  );
}
