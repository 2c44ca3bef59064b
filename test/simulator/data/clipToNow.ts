/** Takes from a plan what has not happened yet: conversations that run into the present are still open. */
import type { ConversationPlan, Leg, OpenSpan, PlannedAgent } from './conversationPlan.ts';

export function clipToNow(plan: ConversationPlan, nowMs: number): ConversationPlan {
  if (plan.endMs !== undefined && plan.endMs <= nowMs) {
    return plan;
  }
  const { connectedMs, leftMs } = plan.customer;
  const flow = plan.flow === undefined ? undefined : clip(plan.flow, nowMs);
  return {
    ...plan,
    endMs: undefined,
    customer: {
      ...plan.customer,
      connectedMs: before(connectedMs, nowMs),
      leftMs: before(leftMs, nowMs),
    },
    flow,
    legs: plan.legs.flatMap((leg) => clipLeg(leg, nowMs)),
    recordings: plan.recordings.filter(({ endMs }) => endMs <= nowMs),
  };
}

function clipLeg(leg: Leg, nowMs: number): readonly Leg[] {
  const wait = leg.wait === undefined ? undefined : clip(leg.wait, nowMs);
  const agent = leg.agent === undefined ? undefined : clipAgent(leg.agent, nowMs);
  if (wait === undefined && agent === undefined) {
    return [];
  }
  const isWaiting = wait !== undefined && wait.endMs === undefined;
  return [{ ...leg, wait: isWaiting ? { ...wait, end: 'waiting' } : wait, agent }];
}

function clipAgent(agent: PlannedAgent, nowMs: number): PlannedAgent | undefined {
  if (agent.alert.endMs > nowMs) {
    return undefined;
  }
  const stretches = agent.stretches.flatMap((stretch) => clip(stretch, nowMs) ?? []);
  const isOver = agent.stretches.every(({ endMs }) => endMs !== undefined && endMs <= nowMs);
  return {
    ...agent,
    stretches,
    end: isOver ? agent.end : undefined,
    wrapUp: isOver && agent.wrapUp !== undefined ? clip(agent.wrapUp, nowMs) : undefined,
  };
}

/** Undefined for what has not begun. */
function clip<T extends OpenSpan>(span: T, nowMs: number): T | undefined {
  return span.startMs >= nowMs ? undefined : { ...span, endMs: before(span.endMs, nowMs) };
}

function before(timeMs: number | undefined, nowMs: number): number | undefined {
  return timeMs !== undefined && timeMs <= nowMs ? timeMs : undefined;
}
