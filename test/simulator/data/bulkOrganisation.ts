/**
 * Organisations of any size for tests of scale: a conversation is an index until somebody looks at it, recordings are small and
 * their bytes follow from their id, so that every payload is known and costs nothing to make or to keep.
 */
import type { Models } from 'purecloud-platform-client-v2';

import type {
  SimulatedConversation,
  SimulatedOrganisation,
  SimulatedRecording,
  SimulatedTranscript,
} from '../organisation.ts';
import { bulkId, bulkIndex } from './bulkIds.ts';
import { bulkMedia, bulkMediaMs } from './bulkMedia.ts';
import { bulkTextMedia } from './bulkTextMedia.ts';

export interface BulkOptions {
  /** The same options give the same organisation, byte for byte. */
  readonly seed: number;
  readonly conversationCount: number;
  /** The organisation's present, epoch milliseconds; every conversation but the open ones is over. */
  readonly nowMs: number;
  /** Days before `nowMs` over which conversations are spread evenly, 7 unless told. */
  readonly days?: number;
  /** Size of a media file, 50 000 unless told. */
  readonly recordingBytes?: number;
  /**
   * `plain`: every conversation is a call that is over, with one recording and nothing else. `varied`: texts with attachments,
   * transcripts, several, archived, deleted and missing recordings, and conversations that are still open.
   */
  readonly variety?: 'plain' | 'varied';
}

type Settings = Required<BulkOptions>;

const minuteMs = 60_000;
const durationMs = 4 * minuteMs;

export function createBulkOrganisation(options: BulkOptions): SimulatedOrganisation {
  const settings: Settings = { days: 7, recordingBytes: 50_000, variety: 'plain', ...options };
  const conversations = Array.from(
    { length: settings.conversationCount },
    (_, index) => new BulkConversation(settings, index),
  );
  const { seed } = settings;
  const division = { id: bulkId('division', seed, 0), name: 'Home' };
  return {
    id: bulkId('organisation', seed, 0),
    name: 'Large Contact Centre',
    divisions: [{ ...division, description: '', homeDivision: true }],
    queues: ['Billing', 'Support', 'Sales'].map((name, index) => ({
      id: bulkId('queue', seed, index),
      name,
      division,
    })),
    users: Array.from({ length: userCount }, (_, index) => ({
      id: bulkId('user', seed, index),
      name: `Agent ${String(index + 1)}`,
      version: 1,
      state: 'active',
      division,
    })),
    wrapUpCodes: ['Resolved', 'Callback'].map((name, index) => ({
      id: bulkId('wrapUpCode', seed, index),
      name,
    })),
    conversations,
    conversation: (id) => {
      const found = conversations[bulkIndex(id)];
      return found?.id === id ? found : undefined;
    },
  };
}

const userCount = 20;
const iso = (timeMs: number): string => new Date(timeMs).toISOString();

/** What kinds of conversation a varied organisation has, in turn; 20 so that each share is plain to see. */
const varieties = [
  ...['call', 'transcribed', 'call', 'chat', 'transcribed', 'two', 'call', 'message', 'archived'],
  ...['transcribed', 'call', 'email', 'none', 'twoChannels', 'transcribed', 'call', 'deleted'],
  ...['screen', 'transcribed', 'late'],
] as const;
type Variety = (typeof varieties)[number];

/** What is not said here is available. */
const states: Partial<Record<Variety, string>> = {
  archived: 'ARCHIVED',
  screen: 'ARCHIVED',
  deleted: 'DELETED',
};

/** What is not said here is a call. */
const media: Partial<Record<Variety, Pick<Models.Recording, 'media' | 'mediaSubtype'>>> = {
  chat: { media: 'chat' },
  message: { media: 'messaging' },
  email: { media: 'email' },
  screen: { media: 'screen', mediaSubtype: 'Screen' },
};

class BulkConversation implements SimulatedConversation {
  private readonly settings: Settings;
  private readonly index: number;

  constructor(settings: Settings, index: number) {
    this.settings = settings;
    this.index = index;
  }

  get id(): string {
    return bulkId('conversation', this.settings.seed, this.index);
  }

  get detail(): Models.AnalyticsConversationWithoutAttributes {
    const { startMs, isOpen } = this;
    const end = iso(startMs + durationMs);
    const common = { mediaType: this.mediaType, direction: 'inbound', provider: 'Edge' };
    return {
      conversationId: this.id,
      conversationStart: iso(startMs),
      ...(!isOpen && { conversationEnd: end }),
      originatingDirection: 'inbound',
      conversationInitiator: 'customer',
      divisionIds: [bulkId('division', this.settings.seed, 0)],
      participants: [
        {
          participantId: this.idOf('customer'),
          participantName: `Customer ${String(this.index + 1)}`,
          purpose: 'customer',
          sessions: [
            {
              ...common,
              sessionId: this.idOf('customerSession'),
              ani: `tel:+1202555${String(1000 + (this.index % 9000))}`,
              ...(this.recordingIds().length > 0 && { recording: true }),
              metrics: [{ emitDate: iso(startMs + 500), name: 'nConnected', value: 1 }],
              segments: [
                {
                  segmentType: 'interact',
                  segmentStart: iso(startMs),
                  ...(!isOpen && { segmentEnd: end, disconnectType: 'peer' }),
                },
              ],
            },
          ],
        },
        {
          participantId: this.idOf('agent'),
          purpose: 'agent',
          userId: bulkId('user', this.settings.seed, this.index % userCount),
          sessions: [
            {
              ...common,
              sessionId: this.idOf('agentSession'),
              metrics: isOpen ? [] : [{ emitDate: end, name: 'tHandle', value: durationMs }],
              segments: [
                {
                  segmentType: 'interact',
                  queueId: bulkId('queue', this.settings.seed, this.index % 3),
                  segmentStart: iso(startMs + 5000),
                  ...(!isOpen && { segmentEnd: end, disconnectType: 'client' }),
                },
              ],
            },
          ],
        },
      ],
    };
  }

  attributes(participantId: string): Readonly<Record<string, string>> {
    return participantId === this.idOf('customer')
      ? { 'customer.number': String(100_000 + this.index) }
      : {};
  }

  recordings(): readonly SimulatedRecording[] {
    return this.recordingIds().map((id) => this.recording(id));
  }

  transcripts(): readonly SimulatedTranscript[] {
    const isTranscribed = ['transcribed', 'two', 'late'].includes(this.variety);
    return (isTranscribed && !this.isOpen ? this.recordingIds() : []).map((recordingId) => ({
      communicationId: this.idOf('customerSession'),
      recordingId,
      availableAfterMs: this.variety === 'late' ? 60 * minuteMs : 0,
      file: () => this.transcriptFile(recordingId),
    }));
  }

  private get startMs(): number {
    const { nowMs, days, conversationCount } = this.settings;
    const spanMs = days * 86_400_000 - durationMs - minuteMs;
    return this.isOpen
      ? nowMs - minuteMs
      : nowMs -
          days * 86_400_000 +
          Math.floor((spanMs * this.index) / Math.max(1, conversationCount));
  }

  /** The last of a varied organisation are still going on. */
  private get isOpen(): boolean {
    const { variety, conversationCount } = this.settings;
    return variety === 'varied' && this.index >= conversationCount - 2;
  }

  private get variety(): Variety {
    return this.settings.variety === 'plain'
      ? 'call'
      : (varieties[this.index % varieties.length] ?? 'call');
  }

  private get mediaType(): string {
    const { variety } = this;
    return variety === 'chat' || variety === 'message' || variety === 'email' ? variety : 'voice';
  }

  private idOf(what: string): string {
    return bulkId(what, this.settings.seed, this.index);
  }

  private recordingIds(): readonly string[] {
    if (this.isOpen || this.variety === 'none') {
      return [];
    }
    return this.variety === 'two'
      ? [this.idOf('recording'), this.idOf('secondRecording')]
      : [this.idOf('recording')];
  }

  private recording(id: string): SimulatedRecording {
    const { variety, mediaType, startMs } = this;
    const { recordingBytes } = this.settings;
    const text = bulkTextMedia(mediaType, id, startMs);
    const fileState = states[variety] ?? 'AVAILABLE';
    const hasMedia = fileState === 'AVAILABLE' && mediaType === 'voice';
    const channels = hasMedia ? (variety === 'twoChannels' ? ['0', '1'] : ['0']) : [];
    const lengthMs = hasMedia ? bulkMediaMs(recordingBytes) : durationMs;
    const file = (channel: string): Promise<Uint8Array> =>
      Promise.resolve(bulkMedia(`${id} ${channel}`, 1, recordingBytes));
    return {
      recording: {
        id,
        conversationId: this.id,
        sessionId: this.idOf('customerSession'),
        ...(media[variety] ?? { media: 'audio', mediaSubtype: 'Trunk' }),
        fileState,
        annotations: [],
        ...(fileState === 'AVAILABLE' && {
          startTime: iso(startMs),
          endTime: iso(startMs + lengthMs),
          ...(hasMedia && { outputDurationMs: lengthMs }),
        }),
        ...text.recording,
        selfUri: `/api/v2/conversations/${this.id}/recordings/${id}`,
      },
      channels,
      transcodePolls: 0,
      waveform: () => [0.5, 0.75, 0.5],
      originalFormat: hasMedia ? { contentType: 'audio/wav', extension: '.wav' } : undefined,
      // Of one channel the original is the very file that is asked for singly, so that all ways lead to the same archive.
      original: () =>
        channels.length === 1
          ? file('0')
          : Promise.resolve(bulkMedia(id, channels.length, recordingBytes * channels.length)),
      attachment: text.attachment,
      media: file,
    };
  }

  private transcriptFile(recordingId: string): string {
    const { startMs } = this;
    return JSON.stringify({
      organizationId: bulkId('organisation', this.settings.seed, 0),
      conversationId: this.id,
      communicationId: this.idOf('customerSession'),
      mediaType: 'call',
      conversationStartTime: startMs,
      startTime: startMs,
      duration: { milliseconds: durationMs },
      transcripts: [
        {
          transcriptId: recordingId,
          language: 'en-US',
          startTime: startMs,
          duration: { milliseconds: durationMs },
          phrases: Array.from({ length: 12 }, (_, phraseIndex) => ({
            phraseIndex,
            text: `line ${String(phraseIndex + 1)} of call ${String(this.index + 1)}`,
            stability: 1,
            confidence: 0.9,
            startTimeMs: startMs + phraseIndex * 15_000,
            duration: { milliseconds: 4000 },
            participantPurpose: phraseIndex % 2 === 0 ? 'internal' : 'external',
            words: [],
          })),
        },
      ],
      participants: [],
    });
  }
}
