/**
 * Contract of the verify worker: reads a whole archive, for hours if need be. A thread of its own, so that players do not wait
 * behind it in the archive worker.
 */
import {
  asBoolean,
  asNumber,
  asRecord,
  asString,
  listOf,
  oneOf,
  optional,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import type { Decoder, RequestDecoders } from './rpc.ts';

export interface VerifyArchiveParams {
  /** Absolute path of the archive. */
  readonly rootPath: string;
  /** Share of the conversations whose files are read whole, 0 to 100. */
  readonly deepPercent: number;
  /** Chooses them. */
  readonly sampleSeed: string;
}

export interface VerifiedAudit {
  readonly lineCount: number;
  /** Of the last sound line. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** The first hundred. */
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
  readonly problemCount: number;
  readonly hasTornLine: boolean;
}

/** Counts of a verification; what was found is in the report. */
export interface VerifiedArchiveSummary {
  readonly conversationCount: number;
  readonly deepCount: number;
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly problemCount: number;
  readonly noticeCount: number;
  readonly damagedCount: number;
  readonly mendableCount: number;
  readonly unrecordedCount: number;
  /** Absolute path of the JSON report. */
  readonly reportPath: string;
  readonly reportSha256: string;
  readonly audit: VerifiedAudit;
}

/** One file of a manifest, and the hashes of which it must have one. */
export interface ListedFileParams {
  /** Absolute path of the conversation's folder. */
  readonly folderPath: string;
  readonly path: string;
  readonly expectedSha256s: readonly string[];
}

export const listedFileStatuses = ['success', 'checksum_mismatch', 'failed'] as const;

export interface ListedFileResult {
  readonly status: (typeof listedFileStatuses)[number];
  readonly error: string | undefined;
  readonly computedSha256?: string | undefined;
}

/** Told by the worker while it verifies: how far it is. */
export interface VerifyProgressNote {
  readonly doneCount: number;
  readonly expectedCount: number;
  readonly problemCount: number;
}

export type VerifyWorkerRequests = {
  verifyArchive: { params: VerifyArchiveParams; result: VerifiedArchiveSummary };
  verifyAudit: { params: { readonly rootPath: string }; result: VerifiedAudit };
  checkListedFile: { params: ListedFileParams; result: ListedFileResult };
};

export const decodeVerifyProgress: Decoder<VerifyProgressNote> = (value, path) => {
  const number = numbersOf(asRecord(value, path), path);
  return {
    doneCount: number('doneCount'),
    expectedCount: number('expectedCount'),
    problemCount: number('problemCount'),
  };
};

const decodeAudit: Decoder<VerifiedAudit> = (value, path) => {
  const record = asRecord(value, path);
  const number = numbersOf(record, path);
  return {
    lineCount: number('lineCount'),
    head: required(record, 'head', path, (head, headPath) => ({
      seq: required(asRecord(head, headPath), 'seq', headPath, asNumber),
      hash: required(asRecord(head, headPath), 'hash', headPath, asString),
    })),
    problems: listOf(record, 'problems', path, (problem, problemPath) => ({
      line: required(asRecord(problem, problemPath), 'line', problemPath, asNumber),
      reason: required(asRecord(problem, problemPath), 'reason', problemPath, asString),
    })),
    problemCount: number('problemCount'),
    hasTornLine: required(record, 'hasTornLine', path, asBoolean),
  };
};

export const verifyWorkerDecoders: RequestDecoders<VerifyWorkerRequests> = {
  verifyArchive: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        rootPath: required(record, 'rootPath', path, asString),
        deepPercent: required(record, 'deepPercent', path, asNumber),
        sampleSeed: required(record, 'sampleSeed', path, asString),
      };
    },
    result: (value, path) => {
      const record = asRecord(value, path);
      const number = numbersOf(record, path);
      return {
        conversationCount: number('conversationCount'),
        deepCount: number('deepCount'),
        fileCount: number('fileCount'),
        totalBytes: number('totalBytes'),
        problemCount: number('problemCount'),
        noticeCount: number('noticeCount'),
        damagedCount: number('damagedCount'),
        mendableCount: number('mendableCount'),
        unrecordedCount: number('unrecordedCount'),
        reportPath: required(record, 'reportPath', path, asString),
        reportSha256: required(record, 'reportSha256', path, asString),
        audit: required(record, 'audit', path, decodeAudit),
      };
    },
  },
  verifyAudit: {
    params: (value, path) => ({
      rootPath: required(asRecord(value, path), 'rootPath', path, asString),
    }),
    result: decodeAudit,
  },
  checkListedFile: {
    params: (value, path) => {
      const record = asRecord(value, path);
      return {
        folderPath: required(record, 'folderPath', path, asString),
        path: required(record, 'path', path, asString),
        expectedSha256s: listOf(record, 'expectedSha256s', path, asString),
      };
    },
    result: (value, path) => {
      const record = asRecord(value, path);
      return {
        status: required(record, 'status', path, oneOf(listedFileStatuses)),
        error: optional(record, 'error', path, asString),
        computedSha256: optional(record, 'computedSha256', path, asString),
      };
    },
  },
};

function numbersOf(record: JsonRecord, path: string): (key: string) => number {
  return (key) => required(record, key, path, asNumber);
}
