/** Contract of the player's worker: exports that read files which the extension host hands over by absolute path. */
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  failDecode,
  listOf,
  oneOf,
  optional,
  required,
} from '../base/decode.ts';
import type { Interval } from '../model/interval.ts';
import type { Decoder, RequestDecoders } from './rpc.ts';

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

const decodeInterval: Decoder<Interval> = (value, path) => {
  const record = asRecord(value, path);
  const startMs = required(record, 'startMs', path, asNumber);
  const endMs = required(record, 'endMs', path, asNumber);
  return startMs >= 0 && endMs > startMs
    ? { startMs, endMs }
    : failDecode(path, 'a stretch of time');
};

const decodeSource: Decoder<TranscriptFileSource> = (value, path) => {
  const record = asRecord(value, path);
  return {
    files: listOf(record, 'files', path, (item, itemPath) => {
      const file = asRecord(item, itemPath);
      return {
        path: required(file, 'path', itemPath, asString),
        kind: required(file, 'kind', itemPath, oneOf(['transcript', 'recording'] as const)),
      };
    }),
    conversationId: required(record, 'conversationId', path, asString),
    communicationId: optional(record, 'communicationId', path, asString),
    recordingId: optional(record, 'recordingId', path, asString),
    isOutbound: required(record, 'isOutbound', path, asBoolean),
    startMs: required(record, 'startMs', path, asNumber),
    cuts: listOf(record, 'cuts', path, (item, itemPath) => {
      const cut = asRecord(item, itemPath);
      return {
        realtimeOffsetMs: required(cut, 'realtimeOffsetMs', itemPath, asNumber),
        durationMs: required(cut, 'durationMs', itemPath, asNumber),
      };
    }),
    offsetMs: required(record, 'offsetMs', path, asNumber),
    speakers: listOf(record, 'speakers', path, (item, itemPath) => {
      const speaker = asRecord(item, itemPath);
      return {
        role: required(speaker, 'role', itemPath, asString),
        name: required(speaker, 'name', itemPath, asString),
        startMs: required(speaker, 'startMs', itemPath, asNumber),
        endMs: optional(speaker, 'endMs', itemPath, asNumber),
      };
    }),
    heading: required(record, 'heading', path, (item, itemPath) => {
      const heading = asRecord(item, itemPath);
      return {
        title: required(heading, 'title', itemPath, asString),
        facts: listOf(heading, 'facts', itemPath, (one, onePath) => {
          const fact = asRecord(one, onePath);
          return {
            label: required(fact, 'label', onePath, asString),
            value: required(fact, 'value', onePath, asString),
          };
        }),
      };
    }),
    notes: listOf(record, 'notes', path, (item, itemPath) => {
      const note = asRecord(item, itemPath);
      return {
        text: required(note, 'text', itemPath, asString),
        tags: listOf(note, 'tags', itemPath, asString),
        startMs: optional(note, 'startMs', itemPath, asNumber),
        endMs: optional(note, 'endMs', itemPath, asNumber),
      };
    }),
    mediaPath: optional(record, 'mediaPath', path, asString),
    side: optional(record, 'side', path, oneOf(sides)),
    clip: optional(record, 'clip', path, decodeInterval),
  };
};

export const playerWorkerDecoders: RequestDecoders<PlayerWorkerRequests> = {
  exportTranscript: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        source: required(record, 'source', path, decodeSource),
        format: required(record, 'format', path, oneOf(transcriptFileFormats)),
        outputPath: required(record, 'outputPath', path, asString),
      };
    },
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        lineCount: required(record, 'lineCount', path, asNumber),
        sizeBytes: required(record, 'sizeBytes', path, asNumber),
      };
    },
  },
  exportClip: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        mediaPath: required(record, 'mediaPath', path, asString),
        clip: required(record, 'clip', path, decodeInterval),
        outputPath: required(record, 'outputPath', path, asString),
      };
    },
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        sizeBytes: required(record, 'sizeBytes', path, asNumber),
        durationMs: required(record, 'durationMs', path, asNumber),
      };
    },
  },
};
