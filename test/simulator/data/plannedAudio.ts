/** From what was said to what is heard: the words and music of a recording's channels, placed where the cuts leave them. */
import type { Burst, ChannelAudio } from './channelAudio.ts';
import {
  toAudioMs,
  withoutCuts,
  type ConversationPlan,
  type PlannedRecording,
} from './conversationPlan.ts';
import { createRandom } from './random.ts';
import { musicSpans, type Utterance } from './speechScript.ts';

/**
 * @param channel `0` is the external party, `1` the internal one with prompts and music; on a recording with one channel,
 * `0` is everything.
 */
export function toChannelAudio(
  plan: ConversationPlan,
  recording: PlannedRecording,
  utterances: readonly Utterance[],
  channel: string,
): ChannelAudio {
  const isMixed = recording.channels.length === 1;
  const mine = utterances.filter(
    ({ purpose }) => isMixed || (purpose === 'external') === (channel === '0'),
  );
  return {
    durationMs: toAudioMs(recording, recording.endMs),
    bursts: mine.flatMap((utterance) => toBursts(plan, recording, utterance)),
    music:
      isMixed || channel === '1'
        ? musicSpans(plan, recording)
            .flatMap((span) => withoutCuts(span, recording.cuts))
            .map(({ startMs, endMs }) => ({
              startMs: toAudioMs(recording, startMs),
              endMs: toAudioMs(recording, endMs),
            }))
        : [],
  };
}

function toBursts(
  plan: ConversationPlan,
  recording: PlannedRecording,
  utterance: Utterance,
): readonly Burst[] {
  const voice = voiceOf(plan, utterance);
  return utterance.words.map((word, index): Burst => ({
    startMs: toAudioMs(recording, word.startMs),
    durationMs: word.endMs - word.startMs,
    pitchHz: Math.round(voice.pitchHz * (1.08 - (0.16 * index) / utterance.words.length)),
    loudness: voice.loudness * (0.75 + ((word.text.length * 7) % 10) / 40),
    syllableCount: Math.max(1, Math.min(6, Math.round(word.text.length / 3))),
    timbre: word.text.charCodeAt(0) + word.text.length,
  }));
}

/** Everybody has one voice for the whole conversation. */
function voiceOf(
  plan: ConversationPlan,
  { purpose, startMs }: Utterance,
): { readonly pitchHz: number; readonly loudness: number } {
  const agent = plan.legs
    .map((leg) => leg.agent)
    .find(
      (candidate) =>
        candidate !== undefined && (candidate.stretches.at(-1)?.endMs ?? startMs) >= startMs,
    );
  const speakers: Readonly<Record<Utterance['purpose'], string>> = {
    external: plan.customer.participantId,
    internal: agent?.userId ?? 'agent',
    ivr: 'menu',
    acd: 'menu',
  };
  const random = createRandom(`voice of ${speakers[purpose]}`);
  return { pitchHz: random.int(95, 230), loudness: 0.55 + 0.4 * random.next() };
}
