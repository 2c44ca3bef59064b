/**
 * What happened in one simulated conversation, before it takes any of the platform's shapes: detail, recordings, transcripts
 * and audio are all derived from one plan, which is why they agree. Times are epoch milliseconds; spans are half-open.
 */
import type { DirectoryQueue } from './directory.ts';
import type { Topic } from './dialogues.ts';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A span that may still be open. */
export interface OpenSpan {
  readonly startMs: number;
  readonly endMs: number | undefined;
}

export type MediaType = 'voice' | 'callback' | 'chat' | 'message' | 'email';

export interface ConversationPlan {
  readonly conversationId: string;
  readonly mediaType: MediaType;
  readonly direction: 'inbound' | 'outbound';
  readonly divisionId: string;
  readonly externalTag: string | undefined;
  readonly startMs: number;
  /** Undefined while the conversation is open. */
  readonly endMs: number | undefined;
  readonly topic: Topic;
  readonly customer: PlannedCustomer;
  /** Number, address or name of the organisation's side. */
  readonly ownAddress: string;
  readonly subject: string | undefined;
  /** The menu or bot in front of the queue. */
  readonly flow: PlannedFlow | undefined;
  /** One per queue or agent that the conversation came to, in order. */
  readonly legs: readonly Leg[];
  readonly recordings: readonly PlannedRecording[];
  readonly transcript: PlannedTranscript;
}

export interface PlannedCustomer {
  readonly participantId: string;
  /** The session that recordings and transcripts are filed under. */
  readonly sessionId: string;
  /** Of a callback: the session in which it was asked for. */
  readonly callbackSessionId: string | undefined;
  readonly name: string;
  readonly address: string;
  readonly externalContactId: string | undefined;
  /** When media connected; undefined when it did not, or has not yet. */
  readonly connectedMs: number | undefined;
  /** When the customer left; undefined while present. */
  readonly leftMs: number | undefined;
}

export interface PlannedFlow extends OpenSpan {
  readonly participantId: string;
  readonly sessionId: string;
  readonly flowId: string;
  readonly name: string;
}

export interface Leg {
  readonly queue: DirectoryQueue;
  /** Undefined for calls that an agent dials. */
  readonly wait: PlannedWait | undefined;
  readonly agent: PlannedAgent | undefined;
}

export interface PlannedWait extends OpenSpan {
  readonly participantId: string;
  readonly sessionId: string;
  readonly end: 'answered' | 'abandoned' | 'waiting';
}

export interface PlannedAgent {
  readonly participantId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  /** Of a callback: the agent's voice session. */
  readonly callbackSessionId: string | undefined;
  /** Ringing, or dialling for outbound calls. */
  readonly alert: Span;
  readonly stretches: readonly Stretch[];
  readonly end: 'client' | 'peer' | 'transfer' | 'consultTransfer' | undefined;
  readonly wrapUp: PlannedWrapUp | undefined;
}

export interface Stretch extends OpenSpan {
  readonly type: 'interact' | 'hold';
  readonly isConference: boolean;
}

export interface PlannedWrapUp extends OpenSpan {
  /** Id of a code, or one of the platform's system names. */
  readonly code: string | undefined;
  readonly note: string | undefined;
}

export type RecordingState =
  'AVAILABLE' | 'ARCHIVED' | 'RESTORING' | 'RESTORED' | 'UPLOADING' | 'DELETED' | 'ERROR';

/** States in which the platform has the media. */
export const hasMediaIn = (state: RecordingState): boolean =>
  state === 'AVAILABLE' || state === 'RESTORED';

export interface PlannedRecording extends Span {
  readonly id: string;
  readonly sessionId: string;
  readonly kind: 'trunk' | 'consult' | 'screen' | 'text';
  readonly fileState: RecordingState;
  readonly transcodePolls: number;
  readonly channels: readonly string[];
  /** What is cut out of the audio; within the recording, in order, not overlapping. */
  readonly cuts: readonly Cut[];
  readonly holds: readonly Span[];
}

export interface Cut extends Span {
  readonly reason: 'FlowOrQueue' | 'SecurePause';
}

export interface PlannedTranscript {
  readonly format: 'none' | 'current' | 'old';
  readonly availableAfterMs: number;
}

/** The spans of `whole` that no cut covers, in order. */
export function withoutCuts(whole: Span, cuts: readonly Span[]): readonly Span[] {
  const parts: Span[] = [];
  let fromMs = whole.startMs;
  for (const cut of cuts) {
    if (cut.startMs > fromMs) {
      parts.push({ startMs: fromMs, endMs: Math.min(cut.startMs, whole.endMs) });
    }
    fromMs = Math.max(fromMs, cut.endMs);
  }
  parts.push({ startMs: fromMs, endMs: whole.endMs });
  return parts.filter((part) => part.endMs > part.startMs);
}

/** Position in a recording's audio, in milliseconds, of a moment on the wall clock; a moment within a cut is at the seam. */
export function toAudioMs(
  recording: Span & { readonly cuts: readonly Span[] },
  timeMs: number,
): number {
  const cutMs = recording.cuts.reduce(
    (sum, cut) => sum + Math.max(0, Math.min(timeMs, cut.endMs) - cut.startMs),
    0,
  );
  return timeMs - recording.startMs - cutMs;
}
