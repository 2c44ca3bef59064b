/** The sample organisation as a whole: the same for a seed, consistent within, of every kind. */
import assert from 'node:assert/strict';
import type { Models } from 'purecloud-platform-client-v2';
import { createSampleOrganisation } from '../../simulator/data/sampleOrganisation.ts';
import type { SimulatedConversation } from '../../simulator/organisation.ts';

const nowMs = Date.UTC(2026, 10, 20, 15, 3);
const seed = Math.floor(Math.random() * 1e9);
const ms = (iso: string | undefined): number => Date.parse(iso ?? '');

suite('sample organisation', () => {
  const organisation = createSampleOrganisation({ seed, conversationCount: 2000, nowMs });
  const { conversations } = organisation;

  suiteSetup(() => {
    process.stdout.write(`    seed ${String(seed)}\n`);
  });

  test('is the same for the same seed and another for another', async () => {
    const digest = (value: string | number): string =>
      JSON.stringify(
        everything(createSampleOrganisation({ seed: value, conversationCount: 40, nowMs })),
      );
    assert.equal(digest(seed), digest(seed));
    assert.notEqual(digest(seed), digest(seed + 1));
    const audio = async (): Promise<Uint8Array> => {
      const same = createSampleOrganisation({ seed, conversationCount: 60, nowMs });
      const spoken = same.conversations
        .flatMap((each) => each.recordings())
        .find(({ channels }) => channels.length > 1);
      return (await spoken?.media('1', 'WAV_ULAW')) ?? new Uint8Array();
    };
    const first = await audio();
    assert.ok(first.length > 1000);
    assert.deepEqual(first, await audio());
  });

  test('lists conversations in order, none from the future, the real calls among the newest', () => {
    const starts = conversations.map(({ detail }) => ms(detail.conversationStart));
    assert.deepEqual(
      starts,
      [...starts].sort((a, b) => a - b),
    );
    assert.ok(starts.every((start) => start <= nowMs && start >= nowMs - 14 * 86_400_000));
    const newest = conversations.slice(-15).map(({ detail }) => detail.conversationId);
    assert.ok(newest.includes('0a1f5c52-7a7e-4c0e-8a53-6c1f8f3d9b01'));
    assert.ok(newest.includes('0a1f5c52-7a7e-4c0e-8a53-6c1f8f3d9b02'));
  });

  test('finds every conversation by its id', () => {
    for (const conversation of conversations) {
      assert.equal(
        organisation.conversation(conversation.detail.conversationId ?? ''),
        conversation,
      );
    }
    assert.equal(organisation.conversation('unknown'), undefined);
  });

  test('gives every thing an id of its own', () => {
    const ids = conversations.flatMap((conversation) => [
      conversation.detail.conversationId,
      ...(conversation.detail.participants ?? []).map(({ participantId }) => participantId),
      ...sessionsOf(conversation).map(({ sessionId }) => sessionId),
      ...conversation.recordings().map(({ recording }) => recording.id),
    ]);
    assert.ok(ids.every((id) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(id ?? '')));
    assert.equal(new Set(ids).size, ids.length);
  });

  test('keeps segments within their conversation, forward in time and in order', () => {
    for (const conversation of conversations) {
      const { conversationId, conversationStart, conversationEnd } = conversation.detail;
      const endMs = conversationEnd === undefined ? nowMs : ms(conversationEnd);
      for (const { segments = [] } of sessionsOf(conversation)) {
        assert.ok(segments.length > 0, conversationId);
        let lastMs = ms(conversationStart);
        for (const segment of segments) {
          assert.ok(
            ms(segment.segmentStart) >= lastMs,
            `${String(conversationId)} goes back in time`,
          );
          const segmentEndMs = segment.segmentEnd === undefined ? nowMs : ms(segment.segmentEnd);
          assert.ok(
            segmentEndMs >= ms(segment.segmentStart),
            `${String(conversationId)} ends before it starts`,
          );
          assert.ok(segmentEndMs <= endMs, `${String(conversationId)} goes on after its end`);
          lastMs = segmentEndMs;
        }
        assert.ok(
          conversationEnd === undefined ||
            segments.every(({ segmentEnd }) => segmentEnd !== undefined),
        );
      }
    }
  });

  test('has metrics that agree with the segments', () => {
    for (const conversation of conversations) {
      for (const session of sessionsOf(conversation)) {
        const [complete] = metric(session, 'tTalkComplete');
        const [handle] = metric(session, 'tHandle');
        if (complete === undefined || handle === undefined || isRealChat(conversation)) {
          continue;
        }
        const talk = metric(session, 'tTalk').reduce((sum, value) => sum + value, 0);
        const held = metric(session, 'tHeld').reduce((sum, value) => sum + value, 0);
        const acw = metric(session, 'tAcw')[0] ?? 0;
        assert.equal(talk, complete);
        assert.equal(talk + held + acw, handle);
        assert.equal(held, lengthOf(session, 'hold'));
        assert.equal(acw, lengthOf(session, 'wrapup'));
      }
    }
  });

  test('names only queues, users, wrap-up codes and divisions that can be looked up', () => {
    const known = new Set(
      [
        organisation.queues,
        organisation.users,
        organisation.wrapUpCodes,
        organisation.divisions,
      ].flatMap((all) => all.map(({ id }) => id)),
    );
    for (const conversation of conversations) {
      const segments = sessionsOf(conversation).flatMap((session) => session.segments ?? []);
      const named = [
        ...(conversation.detail.divisionIds ?? []),
        ...(conversation.detail.participants ?? []).map(({ userId }) => userId),
        ...segments.map(({ queueId }) => queueId),
        ...segments
          .map(({ wrapUpCode }) => wrapUpCode)
          .filter((code) => code?.startsWith('ININ-') !== true),
      ].filter((id) => id !== undefined);
      assert.deepEqual(
        named.filter((id) => !known.has(id)),
        [],
      );
    }
  });

  test('records within the conversation and on a session of it', () => {
    for (const conversation of conversations) {
      const { conversationId, conversationStart, conversationEnd } = conversation.detail;
      const sessionIds = new Set(sessionsOf(conversation).map(({ sessionId }) => sessionId));
      for (const { recording, channels } of conversation.recordings()) {
        assert.equal(recording.conversationId, conversationId);
        if (!['AVAILABLE', 'RESTORED'].includes(recording.fileState ?? '')) {
          assert.equal(recording.sessionId, undefined);
          assert.deepEqual(channels, []);
          continue;
        }
        const isRealConsult = recording.id === 'a28330ff-4174-46da-ba62-af1b29ec0671';
        assert.ok(isRealConsult || sessionIds.has(recording.sessionId), conversationId);
        assert.ok(ms(recording.startTime) >= ms(conversationStart));
        assert.ok(
          ms(recording.endTime) <= (conversationEnd === undefined ? nowMs : ms(conversationEnd)),
        );
        assert.ok(
          ms(recording.endTime) - ms(recording.startTime) <= 12 * 60_000 ||
            recording.media !== 'audio',
        );
        for (const { utc } of recording.transcript ?? []) {
          assert.ok(ms(utc) >= ms(recording.startTime) && ms(utc) <= ms(recording.endTime));
        }
      }
    }
  });

  test('has something of every kind', () => {
    const kinds = new Map<string, number>();
    for (const conversation of conversations) {
      for (const kind of kindsOf(conversation)) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    const wanted = [
      ...[
        'voice',
        'callback',
        'chat',
        'message',
        'email',
        'inbound',
        'outbound',
        'open',
        'hostile',
      ],
      ...[
        'ivr',
        'interact',
        'hold',
        'wrapup',
        'alert',
        'dialing',
        'conference',
        'transfer',
        'tAbandon',
        'nOverSla',
      ],
      ...[
        'ININ-WRAP-UP-TIMEOUT',
        'ININ-WRAP-UP-SKIPPED',
        'late transcript',
        'no transcript',
        'old transcript',
      ],
      ...[
        'several recordings',
        'ARCHIVED',
        'RESTORING',
        'RESTORED',
        'DELETED',
        'screen AVAILABLE',
        'attachment',
        'Pause SecurePause',
        'Pause FlowOrQueue',
        'Hold',
        'one channel',
      ],
      ...[
        'polls 0',
        'polls 1',
        'polls 2',
        'polls 3',
        'transcript',
        'messagingTranscript',
        'emailTranscript',
      ],
    ];
    assert.deepEqual(
      wanted.filter((kind) => !kinds.has(kind)),
      [],
    );
  });

  test('has queues, users, wrap-up codes and divisions to page through', () => {
    assert.ok(organisation.queues.length >= 60);
    assert.ok(organisation.users.length >= 150);
    assert.ok(organisation.wrapUpCodes.length >= 40);
    assert.ok(organisation.divisions.length >= 5);
    assert.deepEqual(
      new Set(organisation.users.map(({ state }) => state)),
      new Set(['active', 'inactive', 'deleted']),
    );
  });

  test('makes 10 000 conversations in less than 1.5 seconds of processor time', () => {
    const before = process.cpuUsage();
    const large = createSampleOrganisation({ seed, conversationCount: 10_000, nowMs });
    const { user, system } = process.cpuUsage(before);
    assert.equal(large.conversations.length, 10_005);
    assert.ok(user + system < 1_500_000, `${String((user + system) / 1e6)} s`);
  });

  test('works with any count and at night', () => {
    const midnightMs = Date.UTC(2026, 10, 22, 0, 0, 1);
    for (const conversationCount of [0, 1, 7]) {
      const small = createSampleOrganisation({
        seed,
        conversationCount,
        nowMs: midnightMs,
        days: 1,
      });
      assert.equal(small.conversations.length, conversationCount + 5);
    }
  });
});

function sessionsOf({ detail }: SimulatedConversation): readonly Models.AnalyticsSession[] {
  return (detail.participants ?? []).flatMap(({ sessions = [] }) => sessions);
}

function metric(session: Models.AnalyticsSession, wanted: string): readonly number[] {
  return (session.metrics ?? [])
    .filter(({ name }) => name === wanted)
    .map(({ value = 0 }) => value);
}

function lengthOf({ segments = [] }: Models.AnalyticsSession, wanted: string): number {
  return segments
    .filter(({ segmentType }) => segmentType === wanted)
    .reduce((sum, { segmentStart, segmentEnd }) => sum + ms(segmentEnd) - ms(segmentStart), 0);
}

/** Its agent left in an error, so that the real metrics do not add up. */
function isRealChat({ detail }: SimulatedConversation): boolean {
  return detail.conversationId === '1bc96a39-6725-40c4-9345-db72aa67b8c6';
}

function everything({
  conversations,
  ...lookups
}: ReturnType<typeof createSampleOrganisation>): unknown {
  return [
    lookups,
    conversations.map((conversation) => [
      conversation.detail,
      conversation
        .recordings()
        .map((each) => [each.recording, each.channels.map((channel) => each.waveform(channel))]),
      conversation.transcripts().map((transcript) => transcript.file()),
    ]),
  ];
}

const attachmentsOf = (recording: Models.Recording): readonly object[] => [
  ...(recording.messagingTranscript ?? []).flatMap((one) => one.messageMediaAttachments ?? []),
  ...(recording.emailTranscript ?? []).flatMap((one) => one.attachments ?? []),
];

function kindsOf(conversation: SimulatedConversation): readonly string[] {
  const { detail } = conversation;
  const sessions = sessionsOf(conversation);
  const segments = sessions.flatMap((session) => session.segments ?? []);
  const recordings = conversation.recordings();
  const transcripts = conversation.transcripts();
  const text = JSON.stringify(detail);
  return [
    sessions[0]?.mediaType ?? '',
    detail.originatingDirection ?? '',
    ...(detail.conversationEnd === undefined ? ['open'] : []),
    ...(/onerror|script>/u.test(text) ? ['hostile'] : []),
    ...segments.map(({ segmentType = '' }) => segmentType),
    ...segments.map(({ wrapUpCode = '' }) => wrapUpCode),
    ...segments.map(({ disconnectType = '' }) => disconnectType),
    ...(segments.some(({ conference }) => conference === true) ? ['conference'] : []),
    ...sessions.flatMap((session) => (session.metrics ?? []).map(({ name = '' }) => name)),
    ...(recordings.length > 1 ? ['several recordings'] : []),
    ...recordings.flatMap(({ recording, channels, transcodePolls }) => [
      recording.fileState ?? '',
      `${recording.media ?? ''} ${recording.fileState ?? ''}`,
      ...attachmentsOf(recording).map(() => 'attachment'),
      ...Object.keys(recording),
      ...(channels.length === 1 ? ['one channel'] : []),
      ...(recording.media === 'audio' ? [`polls ${String(transcodePolls)}`] : []),
      ...(recording.annotations ?? []).map(({ type, reason = '' }) =>
        `${type ?? ''} ${reason}`.trim(),
      ),
    ]),
    ...(recordings.some(({ recording }) => recording.media === 'audio') && transcripts.length === 0
      ? ['no transcript']
      : []),
    ...transcripts.flatMap((transcript) => [
      ...(transcript.availableAfterMs >= 300_000 ? ['late transcript'] : []),
      ...(transcript.file().includes('phraseIndex') ? [] : ['old transcript']),
    ]),
  ];
}
