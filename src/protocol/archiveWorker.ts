/** Contract of the archive worker: CPU-bound work over files that the extension host hands over by absolute path. */
import {
  asNumber,
  asNumbers,
  asRecord,
  asString,
  listOf,
  optional,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import type { Decoder, RequestDecoders } from './rpc.ts';

export interface PrepareRecordingParams {
  /** Media files of one recording, ordered by channel key: one mono file per channel, or one merged file. */
  readonly files: readonly {
    readonly channel: string;
    readonly path: string;
    readonly peaksPath: string;
  }[];
  /** Where to put a PCM16 copy when the browser cannot play the files as they are. Its folder exists. */
  readonly playablePath: string;
}

/** What the player needs to know of a recording. */
export interface PreparedRecording {
  readonly durationMs: number;
  readonly channels: readonly PreparedChannel[];
  /** File to hand to an `<audio>` element: one of the inputs or `playablePath`. Undefined when the format is not known. */
  readonly playablePath: string | undefined;
  /** Sentences about files that are cut, lie about their length or are no audio. */
  readonly problems: readonly string[];
}

/** One channel of sound, in the order in which it is heard: left, right. */
export interface PreparedChannel {
  /** Channel key of the file it is in. */
  readonly fileChannel: string;
  /** Index of this channel within its file's peaks. */
  readonly indexInFile: number;
  /** Base peaks, audiowaveform binary format version 2. Undefined when the file could not be decoded. */
  readonly peaksPath: string | undefined;
  /** Of a long recording, so that it is drawn before its peaks are read: see `ChannelSnapshot`. */
  readonly overview?: readonly number[];
}

export interface VerifyConversationParams {
  /** Absolute path of the conversation's folder, which holds `manifest.json`. */
  readonly folderPath: string;
}

export interface VerifiedConversation {
  readonly fileCount: number;
  readonly totalBytes: number;
  /** Empty when everything is as the manifest says. */
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

export interface FindWordParams extends VerifyConversationParams {
  readonly communicationId?: string | undefined;
  /** Epoch milliseconds of the phrase's start. */
  readonly startMs: number;
  /** As they were said. */
  readonly words: readonly string[];
}

export interface FoundWord {
  /** Epoch milliseconds; undefined when it is not found, or words have no times. */
  readonly timeMs?: number | undefined;
}

export type ArchiveWorkerRequests = {
  /** When the first of the words of a phrase was said. */
  findWordTime: { params: FindWordParams; result: FoundWord };
  prepareRecording: { params: PrepareRecordingParams; result: PreparedRecording };
  verifyConversation: { params: VerifyConversationParams; result: VerifiedConversation };
};

const strings: Decoder<string> = asString;

const decodePrepareParams: Decoder<PrepareRecordingParams> = (value, path) => {
  const record = asRecord(value, path);
  return {
    files: listOf(record, 'files', path, (item, itemPath) => {
      const file = asRecord(item, itemPath);
      return {
        channel: required(file, 'channel', itemPath, asString),
        path: required(file, 'path', itemPath, asString),
        peaksPath: required(file, 'peaksPath', itemPath, asString),
      };
    }),
    playablePath: required(record, 'playablePath', path, asString),
  };
};

/** As a part of an object, since it is left out when there is none. */
function overviewOf(channel: JsonRecord, path: string): Pick<PreparedChannel, 'overview'> {
  const overview = optional(channel, 'overview', path, asNumbers);
  return overview === undefined ? {} : { overview };
}

const decodePrepared: Decoder<PreparedRecording> = (value, path) => {
  const record = asRecord(value, path);
  return {
    durationMs: required(record, 'durationMs', path, asNumber),
    channels: listOf(record, 'channels', path, (item, itemPath) => {
      const channel = asRecord(item, itemPath);
      return {
        fileChannel: required(channel, 'fileChannel', itemPath, asString),
        indexInFile: required(channel, 'indexInFile', itemPath, asNumber),
        peaksPath: optional(channel, 'peaksPath', itemPath, asString),
        ...overviewOf(channel, itemPath),
      };
    }),
    playablePath: optional(record, 'playablePath', path, asString),
    problems: listOf(record, 'problems', path, strings),
  };
};

export const archiveWorkerDecoders: RequestDecoders<ArchiveWorkerRequests> = {
  prepareRecording: { params: decodePrepareParams, result: decodePrepared },
  findWordTime: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        folderPath: required(record, 'folderPath', path, asString),
        communicationId: optional(record, 'communicationId', path, asString),
        startMs: required(record, 'startMs', path, asNumber),
        words: listOf(record, 'words', path, asString),
      };
    },
    result: (value, path) => ({
      timeMs: optional(asRecord(value, path), 'timeMs', path, asNumber),
    }),
  },
  verifyConversation: {
    params: (value, path) => ({
      folderPath: required(asRecord(value, path), 'folderPath', path, asString),
    }),
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        fileCount: required(record, 'fileCount', path, asNumber),
        totalBytes: required(record, 'totalBytes', path, asNumber),
        problems: listOf(record, 'problems', path, (item, itemPath) => {
          const problem = asRecord(item, itemPath);
          return {
            path: required(problem, 'path', itemPath, asString),
            problem: required(problem, 'problem', itemPath, asString),
          };
        }),
      };
    },
  },
};
