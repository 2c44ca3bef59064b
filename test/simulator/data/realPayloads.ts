/**
 * The real example payloads in `test/fixtures/genesys` as conversations. Each keeps its ids and its shape and moves in time by
 * one constant; what a payload lacks (the detail around recordings, the sound of a transcript) is planned to fit it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Models } from 'purecloud-platform-client-v2';
import type { SimulatedConversation } from '../organisation.ts';
import type { ConversationPlan, Cut, Leg, PlannedRecording, Span } from './conversationPlan.ts';
import type { Directory, DirectoryQueue } from './directory.ts';
import { createRandom } from './random.ts';
import { fixtureFolder, type RealConversation } from './realCalls.ts';
import { shiftTimes } from './shiftTimes.ts';
import type { Utterance } from './speechScript.ts';

/** People and places that the payloads name by id. The names are ours. */
export const payloadUsers = [
  { id: '50fcd33c-f432-4726-abc9-979f3ca01555', name: 'Agent Blueprint' },
  { id: '03979b4d-3fb9-4ca1-8858-dea1991f3731', name: 'Agent One' },
  { id: 'bf8f5ba6-a928-4d3c-be86-4e760b9974d9', name: 'Agent Two' },
] as const;
export const payloadQueue = { id: 'a623d83c-96d7-4baa-af1f-d46ad6700d8b', name: 'Yuri' } as const;
export const payloadDivision = {
  id: '1b6b98a6-3d70-47be-9406-61a5aa8cc570',
  name: 'Blueprint',
} as const;

/** The web chat of the conversation model blueprint: the detail alone, nothing was recorded. @param endMs epoch milliseconds */
export function realChat(endMs: number): SimulatedConversation {
  const json = read('real-conversation-detail-1.json');
  const original: Models.AnalyticsConversationWithoutAttributes = JSON.parse(json);
  const byMs = endMs - Date.parse(original.conversationEnd ?? '');
  const detail: Models.AnalyticsConversationWithoutAttributes = JSON.parse(shiftTimes(json, byMs));
  return { detail, recordings: () => [], transcripts: () => [] };
}

/** The call with a trunk and a consult recording; their objects are the real ones but for the links. @param endMs epoch milliseconds */
export function realTwoRecordings(directory: Directory, endMs: number): RealConversation {
  const json = read('real-recordings-voice-two-channels.json');
  const [original]: Models.Recording[] = JSON.parse(json);
  const byMs = endMs - Date.parse(original?.endTime ?? '');
  const models: Models.Recording[] = JSON.parse(shiftTimes(json, byMs));
  const recordings = models.map(toPlannedRecording);
  const [trunk, consult] = recordings;
  if (trunk === undefined || consult === undefined) {
    throw new Error('The payload has two recordings');
  }
  const answeredMs = trunk.cuts[0]?.endMs ?? trunk.startMs;
  const [, one, two] = payloadUsers;
  const random = createRandom('real recordings');
  const queue = random.pick(directory.queues);
  const first = toLeg(
    queue,
    random.uuid,
    one,
    { startMs: trunk.startMs, endMs: answeredMs },
    consult.endMs,
  );
  const second = toLeg(
    queue,
    random.uuid,
    two,
    { startMs: consult.endMs - 6000, endMs: consult.endMs },
    trunk.endMs,
  );
  const agent =
    first.agent === undefined ? undefined : { ...first.agent, end: 'consultTransfer' as const };
  const plan = {
    ...planAround(trunk, queue, random.uuid),
    conversationId: models[0]?.conversationId ?? '',
    legs: [{ ...first, agent }, second],
    recordings,
    transcript: { format: 'current', availableAfterMs: 0 },
  } satisfies ConversationPlan;
  return {
    plan,
    real: { model: ({ id }) => withoutLinks(models.find((model) => model.id === id)) },
  };
}

/** The transcript of the quick hits, an old file, with sound made to its words. @param endMs epoch milliseconds */
export function realOldTranscript(directory: Directory, endMs: number): RealConversation {
  const random = createRandom('real old transcript');
  const conversationId = random.uuid();
  const json = read('real-transcript-quickhits.json');
  const original: OldTranscript = JSON.parse(json);
  const phrases = original.transcripts.flatMap((part) => part.phrases);
  const startedMs = original.transcripts[0]?.startTime ?? 0;
  const spokenUntilMs = Math.max(...phrases.flatMap(({ words }) => words.map(wordEnd)));
  const durationMs = spokenUntilMs - startedMs + 1500;
  const byMs = endMs - durationMs - startedMs;
  const recording: PlannedRecording = {
    id: random.uuid(),
    sessionId: random.uuid(),
    kind: 'trunk',
    startMs: endMs - durationMs,
    endMs,
    fileState: 'AVAILABLE',
    transcodePolls: 0,
    channels: ['0', '1'],
    cuts: [],
    holds: [],
  };
  const queue = random.pick(directory.queues);
  const answered = { startMs: recording.startMs, endMs: recording.startMs + 5000 };
  const plan = {
    ...planAround(recording, queue, random.uuid),
    conversationId,
    legs: [toLeg(queue, random.uuid, random.pick(directory.agents), answered, endMs)],
    recordings: [recording],
    transcript: { format: 'old', availableAfterMs: 0 },
  } satisfies ConversationPlan;
  const file = withIds(shiftTimes(json, byMs), directory, plan);
  return {
    plan,
    real: {
      speech: () => phrases.map((phrase) => toUtterance(phrase, byMs)),
      transcriptFile: () => file,
    },
  };
}

interface OldTranscript {
  readonly transcripts: readonly {
    readonly startTime: number;
    readonly phrases: readonly OldPhrase[];
  }[];
}

interface OldPhrase {
  readonly participantPurpose: 'internal' | 'external';
  readonly text: string;
  readonly words: readonly OldWord[];
}

interface OldWord {
  readonly word: string;
  readonly confidence: number;
  readonly startTimeMs: number;
  readonly duration: { readonly milliseconds: number };
}

function read(name: string): string {
  return readFileSync(path.join(fixtureFolder, 'genesys', name), 'utf8');
}

function wordEnd(word: OldWord): number {
  return word.startTimeMs + word.duration.milliseconds;
}

/** The publisher put one placeholder in the place of all ids. */
function withIds(json: string, directory: Directory, plan: ConversationPlan): string {
  const { uuid } = createRandom(`ids of ${plan.conversationId}`);
  const file: Record<string, unknown> & { readonly transcripts: readonly object[] } =
    JSON.parse(json);
  return JSON.stringify({
    ...file,
    organizationId: directory.organisationId,
    conversationId: plan.conversationId,
    communicationId: plan.customer.sessionId,
    transcripts: file.transcripts.map((part) => ({ ...part, transcriptId: uuid() })),
  });
}

function toUtterance(phrase: OldPhrase, byMs: number): Utterance {
  const words = phrase.words.map((word) => ({
    text: word.word,
    confidence: word.confidence,
    startMs: word.startTimeMs + byMs,
    endMs: wordEnd(word) + byMs,
  }));
  return {
    purpose: phrase.participantPurpose,
    line: { text: phrase.text },
    words,
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
  };
}

/** Links are the server's; the published preview holds 40 of 2574 values, so that ours is made from the sound. */
function withoutLinks(model: Models.Recording | undefined): Models.Recording {
  const rest = { ...model };
  delete rest.mediaUris;
  return rest;
}

/** The sound is where the pauses say: `recordingLocation` in the file is `realtimeLocation` on the wall clock. */
function toPlannedRecording(model: Models.Recording): PlannedRecording {
  const statedStartMs = Date.parse(model.startTime ?? '');
  const endMs = Date.parse(model.endTime ?? '');
  const pauses = (model.annotations ?? []).filter(({ type }) => type === 'Pause');
  const leadMs = (pauses[0]?.recordingLocation ?? 0) - (pauses[0]?.realtimeLocation ?? 0);
  const cuts = pauses.map((pause, index): Cut => {
    const startMs = statedStartMs + (pause.realtimeLocation ?? 0);
    const next = pauses[index + 1];
    const lengthMs =
      next === undefined
        ? (pause.durationMs ?? 0)
        : (next.realtimeLocation ?? 0) -
          (pause.realtimeLocation ?? 0) -
          ((next.recordingLocation ?? 0) - (pause.recordingLocation ?? 0));
    return { startMs, endMs: Math.min(endMs, startMs + lengthMs), reason: 'FlowOrQueue' };
  });
  return {
    id: model.id ?? '',
    sessionId: model.sessionId ?? '',
    kind: model.mediaSubtype === 'Consult' ? 'consult' : 'trunk',
    startMs: statedStartMs - leadMs,
    endMs,
    fileState: 'AVAILABLE',
    transcodePolls: 2,
    channels: Object.keys(model.mediaUris ?? {}),
    cuts,
    holds: [],
  };
}

function planAround(
  recording: PlannedRecording,
  queue: DirectoryQueue,
  uuid: () => string,
): Omit<ConversationPlan, 'conversationId' | 'legs' | 'recordings' | 'transcript'> {
  return {
    mediaType: 'voice',
    direction: 'inbound',
    divisionId: queue.divisionId,
    externalTag: undefined,
    startMs: recording.startMs - 600,
    endMs: recording.endMs,
    topic: queue.topic,
    customer: {
      participantId: uuid(),
      sessionId: recording.sessionId,
      callbackSessionId: undefined,
      name: 'Springfield IL',
      address: '+12175550123',
      externalContactId: undefined,
      connectedMs: recording.startMs,
      leftMs: recording.endMs,
    },
    ownAddress: queue.number,
    subject: undefined,
    flow: undefined,
  };
}

function toLeg(
  queue: DirectoryQueue,
  uuid: () => string,
  user: { readonly id: string; readonly name: string },
  wait: Span,
  endMs: number,
): Leg {
  return {
    queue,
    wait: { participantId: uuid(), sessionId: uuid(), ...wait, end: 'answered' },
    agent: {
      participantId: uuid(),
      sessionId: uuid(),
      userId: user.id,
      name: user.name,
      callbackSessionId: undefined,
      alert: { startMs: wait.endMs - 2000, endMs: wait.endMs },
      stretches: [{ type: 'interact', isConference: false, startMs: wait.endMs, endMs }],
      end: 'client',
      wrapUp: undefined,
    },
  };
}
