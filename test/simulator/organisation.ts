/**
 * The seam between the simulator's server and its data: everything one simulated organisation holds. Data comes from the
 * seeded generator and from real recordings; the server asks for it lazily, so that ten thousand conversations cost nothing
 * until somebody looks at them. Models are the official SDK's, so a misspelt field does not compile.
 */
import type { Models } from 'purecloud-platform-client-v2';

export interface SimulatedOrganisation {
  readonly id: string;
  readonly name: string;
  readonly divisions: readonly Models.AuthzDivision[];
  readonly queues: readonly Models.Queue[];
  readonly users: readonly Models.User[];
  readonly wrapUpCodes: readonly Models.WrapupCode[];
  /** Ordered by conversationStart, oldest first. Elements are made once and are never changed. */
  readonly conversations: readonly SimulatedConversation[];
  conversation(id: string): SimulatedConversation | undefined;
}

export interface SimulatedConversation {
  /** As `POST /api/v2/analytics/conversations/details/query` lists it, empty keys left out. */
  readonly detail: Models.AnalyticsConversationWithoutAttributes;
  /** What flows and scripts stored about a participant; only asynchronous jobs tell. None when left out. */
  attributes?(participantId: string): Readonly<Record<string, string>>;
  /** Made on demand. */
  recordings(): readonly SimulatedRecording[];
  /** Transcript files by communication (session id of the customer). Made on demand. */
  transcripts(): readonly SimulatedTranscript[];
}

export interface SimulatedRecording {
  /** Without `mediaUris`: the server adds signed links when the media is available and transcoded. */
  readonly recording: Models.Recording;
  /** Channel keys of its media, `['0', '1']` or `['0']`; empty for text media and for archived recordings. */
  readonly channels: readonly string[];
  /** How many times the platform answers 202 before the media is there. */
  readonly transcodePolls: number;
  /** The preview, 0 to about 1 with silence at 0.5. */
  waveform(channel: string): readonly number[];
  /** In which form `original` comes; undefined when there is no media. */
  readonly originalFormat: OriginalFormat | undefined;
  /** The whole recording, all channels in one file, in the codec in which it was made: what batches bring. */
  original(): Promise<Uint8Array>;
  /** A file of a chat, message or e-mail by its id; none when left out. */
  attachment?(id: string): SimulatedFile | undefined;
  /** The media file of a channel. `WAV` is PCM16 8 kHz mono, `WAV_ULAW` is G.711 mu-law; others may be refused. */
  media(channel: string, format: 'WAV' | 'WAV_ULAW'): Promise<Uint8Array>;
}

export interface OriginalFormat {
  readonly contentType: string;
  /** With its dot. */
  readonly extension: string;
}

export interface SimulatedFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export interface SimulatedTranscript {
  readonly communicationId: string;
  readonly recordingId: string | undefined;
  /** Milliseconds after the conversation's end at which the platform has it; before that the link answers 404. */
  readonly availableAfterMs: number;
  /** The file's JSON text, in the platform's format. */
  file(): string;
}
