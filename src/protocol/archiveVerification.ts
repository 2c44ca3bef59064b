/**
 * Contract of the verify worker: reads a whole archive, for hours if need be. A thread of its own, so that players do not wait
 * behind it in the archive worker.
 */
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
import type { RequestDecoders } from './rpc.ts';

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

export const decodeVerifyProgress: Decoder<VerifyProgressNote> = objectOf({
  doneCount: asNumber,
  expectedCount: asNumber,
  problemCount: asNumber,
});

const decodeAudit: Decoder<VerifiedAudit> = objectOf({
  lineCount: asNumber,
  head: objectOf({ seq: asNumber, hash: asString }),
  problems: manyOf(objectOf({ line: asNumber, reason: asString })),
  problemCount: asNumber,
  hasTornLine: asBoolean,
});

export const verifyWorkerDecoders: RequestDecoders<VerifyWorkerRequests> = {
  verifyArchive: {
    params: objectOf({ rootPath: asString, deepPercent: asNumber, sampleSeed: asString }),
    result: objectOf({
      conversationCount: asNumber,
      deepCount: asNumber,
      fileCount: asNumber,
      totalBytes: asNumber,
      problemCount: asNumber,
      noticeCount: asNumber,
      damagedCount: asNumber,
      mendableCount: asNumber,
      unrecordedCount: asNumber,
      reportPath: asString,
      reportSha256: asString,
      audit: decodeAudit,
    }),
  },
  verifyAudit: { params: objectOf({ rootPath: asString }), result: decodeAudit },
  checkListedFile: {
    params: objectOf({ folderPath: asString, path: asString, expectedSha256s: manyOf(asString) }),
    result: objectOf({
      status: oneOf(listedFileStatuses),
      error: maybe(asString),
      computedSha256: maybe(asString),
    }),
  },
};
