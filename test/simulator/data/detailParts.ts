/** The small parts of which analytics details are made: times, segments, metrics, and what sessions of one media share. */
import type { Models } from 'purecloud-platform-client-v2';
import type { ConversationPlan, OpenSpan } from './conversationPlan.ts';

type Segment = Models.AnalyticsConversationSegment;

/**
 * ISO-8601 in UTC. A conversation says the same few times again and again, so the latest texts are kept: that saves a
 * quarter of the time and shares the strings.
 */
export function iso(timeMs: number): string {
  const slot = timeMs % latestTexts.length;
  const latest = latestTexts[slot];
  if (latest?.timeMs === timeMs) {
    return latest.text;
  }
  const text = new Date(timeMs).toISOString();
  latestTexts[slot] = { timeMs, text };
  return text;
}

const latestTexts: { readonly timeMs: number; readonly text: string }[] = Array.from(
  { length: 61 },
  () => ({ timeMs: Number.NaN, text: '' }),
);

/** `segmentEnd` is missing while a segment is open. */
export function toSegment(span: OpenSpan, segmentType: string, more: Segment = {}): Segment {
  return {
    segmentStart: iso(span.startMs),
    ...(span.endMs === undefined ? {} : { segmentEnd: iso(span.endMs) }),
    segmentType,
    conference: false,
    ...more,
  };
}

export function toMetric(
  name: string,
  value: number,
  emittedAtMs: number,
): Models.AnalyticsSessionMetric {
  return { name, value, emitDate: iso(emittedAtMs) };
}

/** Keys that all sessions of a conversation share, by media. */
export function sessionBase(
  plan: ConversationPlan,
  mediaType: string = plan.mediaType,
): Models.AnalyticsSession {
  const { direction, customer, ownAddress } = plan;
  const base = { mediaType, direction };
  switch (mediaType) {
    case 'voice': {
      const [from, to] =
        direction === 'inbound' && plan.mediaType !== 'callback'
          ? [customer.address, ownAddress]
          : [ownAddress, customer.address];
      return {
        ...base,
        direction: plan.mediaType === 'callback' ? 'outbound' : direction,
        ani: `tel:${from}`,
        dnis: `tel:${to}`,
        sessionDnis: `tel:${to}`,
        provider: 'Edge',
      };
    }
    case 'callback':
      return {
        ...base,
        callbackNumbers: [customer.address],
        callbackUserName: customer.name,
        callbackScheduledTime: iso(plan.startMs),
        provider: 'PureCloud Callback',
      };
    case 'chat':
      return { ...base, provider: 'PureCloud Webchat v2', roomId: `chat-${plan.conversationId}` };
    case 'message':
      return {
        ...base,
        addressFrom: customer.address,
        addressTo: ownAddress,
        messageType: plan.startMs % 3 === 0 ? 'whatsapp' : 'webmessaging',
        provider: 'PureCloud Messaging',
      };
    default:
      return {
        ...base,
        addressFrom: customer.address,
        addressTo: ownAddress,
        provider: 'PureCloud Email',
      };
  }
}

/** Text conversations carry their subject on the segments that are talk. */
export function subjectOf(plan: ConversationPlan): Segment {
  return plan.subject === undefined ? {} : { subject: plan.subject };
}
