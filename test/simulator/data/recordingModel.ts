/** The platform's recording object of a planned recording, without media links. */
import type { Models } from 'purecloud-platform-client-v2';
import {
  hasMediaIn,
  toAudioMs,
  type ConversationPlan,
  type PlannedRecording,
} from './conversationPlan.ts';
import { iso } from './detailParts.ts';
import { createRandom } from './random.ts';

const dayMs = 86_400_000;

export function toRecordingModel(
  plan: ConversationPlan,
  recording: PlannedRecording,
): Models.Recording {
  const { conversationId } = plan;
  const isAudio = recording.kind === 'trunk' || recording.kind === 'consult';
  const base: Models.Recording = {
    id: recording.id,
    conversationId,
    media: isAudio ? 'audio' : recording.kind === 'screen' ? 'screen' : textMedia(plan),
    ...(isAudio ? { mediaSubtype: recording.kind === 'trunk' ? 'Trunk' : 'Consult' } : {}),
    ...(recording.kind === 'screen' ? { mediaSubtype: 'Screen' } : {}),
    annotations: [],
    fileState: recording.fileState,
    maxAllowedRestorationsForOrg: 100,
    remainingRestorationsAllowedForOrg: 100,
    recordingFileRole: 'CUSTOMER_EXPERIENCE',
    creationTime: iso(recording.endMs + 1240),
    selfUri: `/api/v2/conversations/${conversationId}/recordings/${recording.id}`,
  };
  if (!hasMediaIn(recording.fileState)) {
    // What is not there has no session and no times: a stub is all that the platform shows.
    return {
      ...base,
      ...(['ARCHIVED', 'RESTORING'].includes(recording.fileState)
        ? { archiveMedium: 'CLOUDARCHIVE', archiveDate: iso(recording.endMs + dayMs) }
        : {}),
      ...(recording.fileState === 'DELETED'
        ? { deleteDate: iso(recording.endMs + 2 * dayMs) }
        : {}),
    };
  }
  return {
    ...base,
    startTime: iso(recording.startMs),
    endTime: iso(recording.endMs),
    originalRecordingStartTime: iso(recording.startMs),
    sessionId: recording.sessionId,
    archiveDate: iso(recording.endMs + 90 * dayMs),
    deleteDate: iso(recording.endMs + 365 * dayMs),
    users: plan.legs.flatMap(({ agent }) =>
      agent === undefined
        ? []
        : [
            {
              id: agent.userId,
              name: agent.name,
              version: 1,
              selfUri: `/api/v2/users/${agent.userId}`,
            },
          ],
    ),
    ...(recording.fileState === 'RESTORED'
      ? { restoreExpirationTime: iso(recording.endMs + 60 * dayMs) }
      : {}),
    ...(isAudio ? audioKeys(plan, recording) : {}),
  };
}

function textMedia(plan: ConversationPlan): string {
  return plan.mediaType === 'message' ? 'messaging' : plan.mediaType;
}

function audioKeys(plan: ConversationPlan, recording: PlannedRecording): Models.Recording {
  return {
    mediaSubject: `tel:${plan.customer.address}`,
    annotations: toAnnotations(recording),
    outputDurationMs: toAudioMs(recording, recording.endMs),
    ...(recording.transcodePolls === 0
      ? { actualTranscodeTimeMs: 900 }
      : { estimatedTranscodeTimeMs: 1500 * recording.transcodePolls }),
  };
}

/**
 * Cuts as pauses of no length in the recording, holds as they are in it. All pauses share one id, as the platform's do.
 */
function toAnnotations(recording: PlannedRecording): Models.Annotation[] {
  const { uuid } = createRandom(`annotations of ${recording.id}`);
  const pauseId = uuid();
  const at = (startMs: number, endMs: number): Models.Annotation => ({
    location: toAudioMs(recording, startMs),
    durationMs: endMs - startMs,
    absoluteLocation: toAudioMs(recording, startMs),
    absoluteDurationMs: endMs - startMs,
    recordingLocation: toAudioMs(recording, startMs),
    recordingDurationMs: toAudioMs(recording, endMs) - toAudioMs(recording, startMs),
    realtimeLocation: startMs - recording.startMs,
  });
  return [
    ...recording.cuts.map((cut): Models.Annotation => ({
      id: pauseId,
      type: 'Pause',
      reason: cut.reason,
      description: cut.reason === 'SecurePause' ? 'Secure Pause' : 'Flow Or Queue',
      ...at(cut.startMs, cut.endMs),
    })),
    ...recording.holds.map((hold): Models.Annotation => ({
      id: uuid(),
      type: 'Hold',
      description: '',
      ...at(hold.startMs, hold.endMs),
    })),
  ];
}
