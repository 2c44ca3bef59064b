/** Contract of the player's worker: exports that read files which the extension host hands over by absolute path. */
import {
  asBoolean,
  asNumber,
  asString,
  manyOf,
  maybe,
  objectOf,
  oneOf,
  type Decoder,
} from '../base/decode.ts';
import type { Interval } from '../model/interval.ts';
import { decodeInterval } from './interval.ts';
import type { RequestDecoders } from './rpc.ts';

/** By file extension. */
export const transcriptFileFormats = ['vtt', 'srt', 'md', 'txt', 'csv', 'json'] as const;
export type TranscriptFileFormat = (typeof transcriptFileFormats)[number];

const sides = ['agent', 'customer', 'system'] as const;

/** What to write, and against which sound. Times are epoch milliseconds, positions milliseconds of the recording. */
export interface TranscriptFileSource {
  readonly files: readonly { readonly path: string; readonly kind: 'transcript' | 'recording' }[];
  readonly conversationId: string;
  readonly communicationId: string | undefined;
  readonly recordingId: string | undefined;
  readonly isOutbound: boolean;
  readonly startMs: number;
  readonly cuts: readonly { readonly realtimeOffsetMs: number; readonly durationMs: number }[];
  readonly offsetMs: number;
  readonly speakers: readonly {
    readonly role: string;
    readonly name: string;
    readonly startMs: number;
    readonly endMs: number | undefined;
  }[];
  readonly heading: {
    readonly title: string;
    readonly facts: readonly { readonly label: string; readonly value: string }[];
  };
  readonly notes: readonly {
    readonly text: string;
    readonly tags: readonly string[];
    readonly startMs: number | undefined;
    readonly endMs: number | undefined;
  }[];
  readonly mediaPath: string | undefined;
  readonly side: (typeof sides)[number] | undefined;
  readonly clip: Interval | undefined;
}

export type PlayerWorkerRequests = {
  exportTranscript: {
    params: {
      readonly source: TranscriptFileSource;
      readonly format: TranscriptFileFormat;
      readonly outputPath: string;
    };
    result: { readonly lineCount: number; readonly sizeBytes: number };
  };
  exportClip: {
    params: { readonly mediaPath: string; readonly clip: Interval; readonly outputPath: string };
    result: { readonly sizeBytes: number; readonly durationMs: number };
  };
};

const decodeSource: Decoder<TranscriptFileSource> = objectOf({
  files: manyOf(objectOf({ path: asString, kind: oneOf(['transcript', 'recording']) })),
  conversationId: asString,
  communicationId: maybe(asString),
  recordingId: maybe(asString),
  isOutbound: asBoolean,
  startMs: asNumber,
  cuts: manyOf(objectOf({ realtimeOffsetMs: asNumber, durationMs: asNumber })),
  offsetMs: asNumber,
  speakers: manyOf(
    objectOf({ role: asString, name: asString, startMs: asNumber, endMs: maybe(asNumber) }),
  ),
  heading: objectOf({
    title: asString,
    facts: manyOf(objectOf({ label: asString, value: asString })),
  }),
  notes: manyOf(
    objectOf({
      text: asString,
      tags: manyOf(asString),
      startMs: maybe(asNumber),
      endMs: maybe(asNumber),
    }),
  ),
  mediaPath: maybe(asString),
  side: maybe(oneOf(sides)),
  clip: maybe(decodeInterval),
});

export const playerWorkerDecoders: RequestDecoders<PlayerWorkerRequests> = {
  exportTranscript: {
    params: objectOf({
      source: decodeSource,
      format: oneOf(transcriptFileFormats),
      outputPath: asString,
    }),
    result: objectOf({ lineCount: asNumber, sizeBytes: asNumber }),
  },
  exportClip: {
    params: objectOf({ mediaPath: asString, clip: decodeInterval, outputPath: asString }),
    result: objectOf({ sizeBytes: asNumber, durationMs: asNumber }),
  },
};
