/** Transcript files in the platform's two formats: the current one and that of 2021, which lacks indexes and offsets. */
import type { ConversationPlan, PlannedRecording, PlannedAgent } from './conversationPlan.ts';
import { dialogues } from './dialogues.ts';
import { createRandom } from './random.ts';
import type { SpokenWord, Utterance } from './speechScript.ts';

export interface TranscriptSource {
  readonly organisationId: string;
  readonly plan: ConversationPlan;
  readonly recording: PlannedRecording;
  readonly utterances: readonly Utterance[];
}

/** JSON text in the format in use now: phrase indexes, offsets, confidences, analytics, participants. */
export function toCurrentTranscript(source: TranscriptSource): string {
  const { plan, recording, utterances } = source;
  const { uuid } = createRandom(`transcript of ${recording.id}`);
  const whole = wholeOf(recording);
  return JSON.stringify({
    organizationId: source.organisationId,
    conversationId: plan.conversationId,
    communicationId: recording.sessionId,
    mediaType: 'call',
    conversationStartTime: plan.startMs,
    ...whole,
    uri: `/transcript/v1/organizations/${source.organisationId}/conversations/${plan.conversationId}/communications/${recording.sessionId}`,
    transcripts: [
      {
        transcriptId: uuid(),
        language: 'en-US',
        programId: uuid(),
        engineId: 'simulated',
        ...whole,
        phrases: utterances.map((utterance, phraseIndex) => ({
          phraseIndex,
          participantPurpose: utterance.purpose,
          text: textOf(utterance),
          decoratedText: decorated(utterance),
          stability: 1,
          confidence: meanConfidence(utterance.words),
          ...timesIn(recording, utterance),
          words: utterance.words.map((word) => ({
            word: word.text,
            confidence: word.confidence,
            ...timesIn(recording, word),
          })),
          alternatives: [],
          type: 'spoken',
        })),
        analytics: toAnalytics(source, uuid()),
      },
    ],
    participants: toParticipants(plan, recording),
  });
}

/** JSON text as files of 2021 have it. */
export function toOldTranscript({
  organisationId,
  plan,
  recording,
  utterances,
}: TranscriptSource): string {
  const { uuid } = createRandom(`transcript of ${recording.id}`);
  return JSON.stringify({
    organizationId: organisationId,
    conversationId: plan.conversationId,
    communicationId: recording.sessionId,
    transcripts: [
      {
        transcriptId: uuid(),
        language: 'en-US',
        programId: '',
        ...wholeOf(recording),
        phrases: utterances.map((utterance) => ({
          text: textOf(utterance),
          stability: 1,
          ...timesOf(utterance),
          words: utterance.words.map((word) => ({
            word: word.text,
            confidence: word.confidence,
            ...timesOf(word),
          })),
          alternatives: [],
          participantPurpose: utterance.purpose,
        })),
      },
    ],
  });
}

interface Timed {
  readonly startMs: number;
  readonly endMs: number;
}

function wholeOf({ startMs, endMs }: PlannedRecording): object {
  return { startTime: startMs, duration: { milliseconds: endMs - startMs } };
}

function timesOf({ startMs, endMs }: Timed): object {
  return { startTimeMs: startMs, duration: { milliseconds: endMs - startMs } };
}

function timesIn(recording: PlannedRecording, span: Timed): object {
  return { offset: { milliseconds: span.startMs - recording.startMs }, ...timesOf(span) };
}

function textOf({ words }: Utterance): string {
  return words.map(({ text }) => text).join(' ');
}

function decorated(utterance: Utterance): string {
  const text = textOf(utterance);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function meanConfidence(words: readonly SpokenWord[]): number {
  const mean = words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
  return Math.round(mean * 1000) / 1000;
}

function toAnalytics({ plan, recording, utterances }: TranscriptSource, topicId: string): object {
  const indexed = utterances.map((utterance, phraseIndex) => ({ utterance, phraseIndex }));
  return {
    sentiment: indexed.flatMap(({ utterance, phraseIndex }) =>
      utterance.line.sentiment === undefined
        ? []
        : [
            {
              participant: utterance.purpose,
              phrase: textOf(utterance),
              phraseIndex,
              ...timesIn(recording, utterance),
              sentiment: utterance.line.sentiment,
              type: 'spoken',
            },
          ],
    ),
    topics: utterances.flatMap((utterance) => toTopic(plan, recording, utterance, topicId)),
    acoustic: [...silences(recording, utterances), ...overtalk(recording, utterances)],
  };
}

function toTopic(
  plan: ConversationPlan,
  recording: PlannedRecording,
  { line, words, purpose }: Utterance,
  topicId: string,
): readonly object[] {
  const phrase = line.topicPhrase;
  const parts = phrase?.split(' ') ?? [];
  const first = words.findIndex((_, index) =>
    parts.every((part, next) => words[index + next]?.text === part),
  );
  const start = words[first];
  const end = words[first + parts.length - 1];
  if (phrase === undefined || start === undefined || end === undefined) {
    return [];
  }
  return [
    {
      participant: purpose,
      topicId,
      topicName: dialogues[plan.topic].title,
      topicPhrase: phrase,
      transcriptPhrase: phrase,
      confidence: 60 + (phrase.length % 40),
      ...timesIn(recording, { startMs: start.startMs, endMs: end.endMs }),
      type: 'spoken',
    },
  ];
}

function silences(
  recording: PlannedRecording,
  utterances: readonly Utterance[],
): readonly object[] {
  return utterances.flatMap((utterance, index) => {
    const next = utterances[index + 1];
    return next !== undefined && next.startMs - utterance.endMs > 3000
      ? [acoustic(recording, 'silence', utterance.endMs, next.startMs, 'internal')]
      : [];
  });
}

function overtalk(
  recording: PlannedRecording,
  utterances: readonly Utterance[],
): readonly object[] {
  return utterances.flatMap((utterance, index) => {
    const next = utterances[index + 1];
    return next !== undefined &&
      next.startMs < utterance.endMs &&
      next.purpose !== utterance.purpose
      ? [
          acoustic(
            recording,
            'overtalk',
            next.startMs,
            Math.min(utterance.endMs, next.endMs),
            next.purpose,
          ),
        ]
      : [];
  });
}

function acoustic(
  recording: PlannedRecording,
  eventType: string,
  startMs: number,
  endMs: number,
  participant: string,
): object {
  return {
    eventType,
    offsetMs: startMs - recording.startMs,
    startTimeMs: startMs,
    durationMs: endMs - startMs,
    participant,
  };
}

/** Who was there when; names the speaker of an internal phrase. */
export function toParticipants(
  plan: ConversationPlan,
  recording: PlannedRecording,
): readonly object[] {
  const { customer, ownAddress, divisionId, direction, flow } = plan;
  const [ani, dnis] =
    direction === 'inbound'
      ? [`tel:${customer.address}`, `tel:${ownAddress}`]
      : [`tel:${ownAddress}`, `tel:${customer.address}`];
  const common = { initialDirection: direction, divisionId, ani, dnis };
  const until = (endMs: number | undefined): number => endMs ?? recording.endMs;
  return [
    {
      participantPurpose: 'customer',
      ...common,
      startTimeMs: customer.connectedMs ?? plan.startMs,
      endTimeMs: until(customer.leftMs),
    },
    ...(flow === undefined
      ? []
      : [
          {
            participantPurpose: 'ivr',
            ...common,
            flowId: flow.flowId,
            flowVersion: '12.0',
            startTimeMs: flow.startMs,
            endTimeMs: until(flow.endMs),
          },
        ]),
    ...plan.legs.flatMap(({ queue, wait, agent }) => [
      ...(wait === undefined
        ? []
        : [
            {
              participantPurpose: 'acd',
              ...common,
              queueId: queue.id,
              startTimeMs: wait.startMs,
              endTimeMs: until(wait.endMs),
            },
          ]),
      ...(agent === undefined
        ? []
        : [{ ...common, queueId: queue.id, ...agentTimes(agent, until) }]),
    ]),
  ];
}

function agentTimes(agent: PlannedAgent, until: (endMs: number | undefined) => number): object {
  return {
    participantPurpose: 'agent',
    userId: agent.userId,
    startTimeMs: agent.stretches[0]?.startMs ?? agent.alert.endMs,
    endTimeMs: until(agent.stretches.at(-1)?.endMs),
  };
}
