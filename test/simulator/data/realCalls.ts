/**
 * The calls of real human speech in `test/fixtures/speech` as conversations: audio and transcript are the files, the rest
 * is planned around their times. Times move by one constant, so that the call has just ended.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConversationPlan, PlannedRecording, Stretch } from './conversationPlan.ts';
import type { Directory } from './directory.ts';
import type { RealMaterial } from './plannedConversation.ts';
import { createRandom } from './random.ts';
import { shiftTimes } from './shiftTimes.ts';
import { toParticipants } from './transcriptFile.ts';
import { decodeWav } from './wav.ts';

export interface RealConversation {
  readonly plan: ConversationPlan;
  readonly real: RealMaterial;
}

export const fixtureFolder = path.join(import.meta.dirname, '..', '..', 'fixtures');

export const realCallNames = ['callOne', 'callTwo'] as const;
export type RealCallName = (typeof realCallNames)[number];

/** `call.json` as `test/fixtures/make/realCalls.mjs` writes it. Times of spans are milliseconds after the recording's start. */
interface CallFixture {
  readonly conversationId: string;
  readonly communicationId: string;
  readonly recordingStart: string;
  readonly recordingMs: number;
  readonly formats: readonly ('WAV' | 'WAV_ULAW')[];
  readonly cuts: readonly {
    readonly startMs: number;
    readonly durationMs: number;
    readonly reason: 'FlowOrQueue' | 'SecurePause';
  }[];
  readonly holds: readonly { readonly startMs: number; readonly endMs: number }[];
}

/** @param endMs when the call is to have ended, epoch milliseconds. */
export function realCall(
  name: RealCallName,
  directory: Directory,
  endMs: number,
): RealConversation {
  const folder = path.join(fixtureFolder, 'speech', name);
  const call: CallFixture = JSON.parse(readFileSync(path.join(folder, 'call.json'), 'utf8'));
  const recordingStartMs = endMs - call.recordingMs;
  const plan = toPlan(name, call, directory, recordingStartMs);
  const extension = call.formats.includes('WAV') ? 'wav' : 'ulaw.wav';
  return {
    plan,
    real: {
      samples: (channel) => decodeWav(readFileSync(path.join(folder, `${channel}.${extension}`))),
      transcriptFile: (recording) => transcriptFile(folder, call, plan, recording, directory),
    },
  };
}

function transcriptFile(
  folder: string,
  call: CallFixture,
  plan: ConversationPlan,
  recording: PlannedRecording,
  directory: Directory,
): string {
  const text = readFileSync(path.join(folder, 'transcript.json'), 'utf8');
  const shifted = JSON.parse(shiftTimes(text, recording.startMs - Date.parse(call.recordingStart)));
  return JSON.stringify({
    ...shifted,
    organizationId: directory.organisationId,
    conversationStartTime: plan.startMs,
    participants: toParticipants(plan, recording),
  });
}

function toPlan(
  name: RealCallName,
  call: CallFixture,
  directory: Directory,
  recordingStartMs: number,
): ConversationPlan {
  const random = createRandom(name);
  const recordingEndMs = recordingStartMs + call.recordingMs;
  const answeredMs = recordingStartMs + (call.cuts[0]?.durationMs ?? 0);
  const queue = random.pick(directory.queues);
  const agent = random.pick(directory.agents);
  const queuedMs = recordingStartMs + 8000;
  return {
    conversationId: call.conversationId,
    mediaType: 'voice',
    direction: 'inbound',
    divisionId: queue.divisionId,
    externalTag: undefined,
    startMs: recordingStartMs - 800,
    endMs: recordingEndMs + 12_000,
    topic: queue.topic,
    customer: {
      participantId: random.uuid(),
      sessionId: call.communicationId,
      callbackSessionId: undefined,
      name: name === 'callOne' ? 'Elinor Austen' : 'John Dashwood',
      address: name === 'callOne' ? '+12025550187' : '+12025550188',
      externalContactId: undefined,
      connectedMs: recordingStartMs,
      leftMs: recordingEndMs,
    },
    ownAddress: queue.number,
    subject: undefined,
    flow: {
      participantId: random.uuid(),
      sessionId: random.uuid(),
      flowId: queue.flow.id,
      name: queue.flow.name,
      startMs: recordingStartMs,
      endMs: queuedMs,
    },
    legs: [
      {
        queue,
        wait: {
          participantId: random.uuid(),
          sessionId: random.uuid(),
          startMs: queuedMs,
          endMs: answeredMs,
          end: 'answered',
        },
        agent: {
          participantId: random.uuid(),
          sessionId: random.uuid(),
          userId: agent.id,
          name: agent.name,
          callbackSessionId: undefined,
          alert: { startMs: answeredMs - 3000, endMs: answeredMs },
          stretches: toStretches(call, recordingStartMs, answeredMs),
          end: 'client',
          wrapUp: {
            startMs: recordingEndMs,
            endMs: recordingEndMs + 12_000,
            code: directory.wrapUpCodeIds[0],
            note: 'Real human speech',
          },
        },
      },
    ],
    recordings: [
      {
        id: random.uuid(),
        sessionId: call.communicationId,
        kind: 'trunk',
        startMs: recordingStartMs,
        endMs: recordingEndMs,
        fileState: 'AVAILABLE',
        transcodePolls: name === 'callOne' ? 1 : 0,
        channels: ['0', '1'],
        cuts: call.cuts.map(({ startMs, durationMs, reason }) => ({
          startMs: recordingStartMs + startMs,
          endMs: recordingStartMs + startMs + durationMs,
          reason,
        })),
        holds: call.holds.map(({ startMs, endMs }) => ({
          startMs: recordingStartMs + startMs,
          endMs: recordingStartMs + endMs,
        })),
      },
    ],
    transcript: { format: 'current', availableAfterMs: 0 },
  };
}

function toStretches(
  call: CallFixture,
  recordingStartMs: number,
  answeredMs: number,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs = answeredMs;
  for (const hold of call.holds) {
    const startMs = recordingStartMs + hold.startMs;
    const endMs = recordingStartMs + hold.endMs;
    stretches.push({ type: 'interact', isConference: false, startMs: fromMs, endMs: startMs });
    stretches.push({ type: 'hold', isConference: false, startMs, endMs });
    fromMs = endMs;
  }
  const endMs = recordingStartMs + call.recordingMs;
  return [...stretches, { type: 'interact', isConference: false, startMs: fromMs, endMs }];
}
