/** Contract of the archive worker: CPU-bound work over files that the extension host hands over by absolute path. */
import { asNumber, asNumbers, asString, manyOf, maybe, objectOf } from '../base/decode.ts';
import type { RequestDecoders } from './rpc.ts';

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
  readonly overview?: readonly number[] | undefined;
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

export const archiveWorkerDecoders: RequestDecoders<ArchiveWorkerRequests> = {
  prepareRecording: {
    params: objectOf({
      files: manyOf(objectOf({ channel: asString, path: asString, peaksPath: asString })),
      playablePath: asString,
    }),
    result: objectOf({
      durationMs: asNumber,
      channels: manyOf(
        objectOf({
          fileChannel: asString,
          indexInFile: asNumber,
          peaksPath: maybe(asString),
          overview: maybe(asNumbers),
        }),
      ),
      playablePath: maybe(asString),
      problems: manyOf(asString),
    }),
  },
  findWordTime: {
    params: objectOf({
      folderPath: asString,
      communicationId: maybe(asString),
      startMs: asNumber,
      words: manyOf(asString),
    }),
    result: objectOf({ timeMs: maybe(asNumber) }),
  },
  verifyConversation: {
    params: objectOf({ folderPath: asString }),
    result: objectOf({
      fileCount: asNumber,
      totalBytes: asNumber,
      problems: manyOf(objectOf({ path: asString, problem: asString })),
    }),
  },
};
