/** A conversation of the organisation made from a plan: its detail now, everything else when somebody asks. */
import type { Models } from 'purecloud-platform-client-v2';
import type {
  SimulatedConversation,
  SimulatedRecording,
  SimulatedTranscript,
} from '../organisation.ts';
import type { AudioCache } from './audioCache.ts';
import { toConversationDetail } from './conversationDetail.ts';
import type { ConversationPlan, PlannedRecording } from './conversationPlan.ts';
import { planAttributes } from './planAttributes.ts';
import { toChannelAudio } from './plannedAudio.ts';
import { toRecordingModel } from './recordingModel.ts';
import { planSpeech, type Utterance } from './speechScript.ts';
import { synthesise } from './synthesis.ts';
import { textAttachment, toTextMedia } from './textMedia.ts';
import { toCurrentTranscript, toOldTranscript } from './transcriptFile.ts';
import { encodeMuLawChannels, encodeMuLawWav, encodePcmWav } from './wav.ts';
import { sampleWaveform, toWaveform } from './waveform.ts';

export interface PlannedConversationDeps {
  readonly organisationId: string;
  readonly audioCache: AudioCache;
  /** Makes the plan again: ten thousand plans are not kept. */
  readonly plan: () => ConversationPlan;
  /** What exists for real replaces what would be made up. */
  readonly real?: RealMaterial;
}

/** What a conversation brings along instead of having it made: real words, objects, files, sound. */
export interface RealMaterial {
  readonly speech?: (recording: PlannedRecording) => readonly Utterance[];
  readonly model?: (recording: PlannedRecording) => Models.Recording;
  readonly transcriptFile?: (recording: PlannedRecording) => string;
  readonly samples?: (channel: string) => Int16Array;
}

export class PlannedConversation implements SimulatedConversation {
  readonly detail: Models.AnalyticsConversationWithoutAttributes;
  private readonly deps: PlannedConversationDeps;

  constructor(deps: PlannedConversationDeps, plan = deps.plan()) {
    this.deps = deps;
    this.detail = toConversationDetail(plan);
  }

  attributes(participantId: string): Readonly<Record<string, string>> {
    return planAttributes(this.deps.plan(), participantId);
  }

  recordings(): readonly SimulatedRecording[] {
    const plan = this.deps.plan();
    return plan.recordings.map((recording) => toRecording(plan, recording, this.deps));
  }

  transcripts(): readonly SimulatedTranscript[] {
    const plan = this.deps.plan();
    const { format, availableAfterMs } = plan.transcript;
    if (format === 'none') {
      return [];
    }
    const { real, organisationId } = this.deps;
    return plan.recordings
      .filter(({ kind }) => kind === 'trunk')
      .map((recording) => ({
        communicationId: recording.sessionId,
        recordingId: recording.id,
        availableAfterMs,
        file: () => {
          if (real?.transcriptFile !== undefined) {
            return real.transcriptFile(recording);
          }
          const utterances = planSpeech(plan, recording);
          const source = { organisationId, plan, recording, utterances };
          return format === 'old' ? toOldTranscript(source) : toCurrentTranscript(source);
        },
      }));
  }
}

function toRecording(
  plan: ConversationPlan,
  recording: PlannedRecording,
  { audioCache, real }: PlannedConversationDeps,
): SimulatedRecording {
  const isAvailable = recording.fileState === 'AVAILABLE';
  const model = real?.model?.(recording) ?? toRecordingModel(plan, recording);
  const channels = isAvailable ? recording.channels : [];
  const audio = (channel: string): ReturnType<typeof toChannelAudio> => {
    if (!channels.includes(channel)) {
      throw new Error(`The recording has no channel ${channel}`);
    }
    const utterances = real?.speech?.(recording) ?? planSpeech(plan, recording);
    return toChannelAudio(plan, recording, utterances, channel);
  };
  const samples = (channel: string): Int16Array =>
    audioCache.get(
      `${recording.id} ${channel}`,
      () => real?.samples?.(channel) ?? synthesise(audio(channel)),
    );
  const answered =
    recording.kind === 'text' && isAvailable
      ? { ...model, ...toTextMedia(plan, recording) }
      : model;
  return {
    recording: answered,
    attachment: (id) => textAttachment(answered, id),
    channels,
    originalFormat:
      channels.length > 0 ? { contentType: 'audio/wav', extension: '.wav' } : undefined,
    original: () => Promise.resolve().then(() => encodeMuLawChannels(channels.map(samples))),
    transcodePolls: isAvailable ? recording.transcodePolls : 0,
    waveform: (channel) =>
      real?.samples === undefined ? toWaveform(audio(channel)) : sampleWaveform(samples(channel)),
    media: (channel, format) =>
      Promise.resolve().then(() =>
        format === 'WAV' ? encodePcmWav(samples(channel)) : encodeMuLawWav(samples(channel)),
      ),
  };
}
