/**
 * Mends one conversation that a verification found damaged, by downloading again what is damaged; what stood there goes to the
 * history. Says what could not be mended and why.
 */
import { join } from 'node:path';
import { isAppError, messageOf } from '../../base/appError.ts';
import type { CommunicationId, ConversationId, RecordingId } from '../../model/ids.ts';
import { noteEvent } from '../audit/noteEvent.ts';
import {
  downloadConversation,
  type DownloadDeps,
  type DownloadProgress,
  type DownloadReport,
  type DownloadRequest,
} from '../downloadConversation.ts';
import { isHistory } from '../history.ts';
import { manifestName, readManifest, type Manifest } from '../manifest.ts';
import { checkConversation } from './checkConversation.ts';
import type { ConversationFindings, Finding } from './finding.ts';

export interface RepairedConversation {
  readonly conversationId: ConversationId;
  /** Problems that are gone. */
  readonly mendedCount: number;
  readonly unmended: readonly UnmendedFinding[];
}

export interface UnmendedFinding {
  readonly path: string;
  /** A sentence: what is still wrong. */
  readonly text: string;
  /** A sentence: why it could not be mended. */
  readonly reason: string;
}

/** How recordings are asked for. */
export type RepairOptions = Pick<DownloadRequest, 'format' | 'maxTranscodeWaitMs'>;

/**
 * Running it again is safe. Nothing is deleted.
 * @throws AppError `auth`, `storage`, `conflict` when nothing can be repaired at all; AbortError
 */
export async function repairConversation(
  deps: DownloadDeps,
  damaged: ConversationFindings,
  options: RepairOptions,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<RepairedConversation> {
  const problems = damaged.findings.filter(({ severity }) => severity === 'problem');
  const outcome = problems.some(({ isMendable }) => isMendable)
    ? await mend(deps, damaged, { problems, options, onProgress }, signal)
    : problems.map((problem) => unmended(problem, undefined));
  const result = {
    conversationId: damaged.conversationId,
    mendedCount: problems.filter(({ path }) => outcome.every((each) => each.path !== path)).length,
    unmended: outcome,
  };
  await noteEvent(
    deps.archive,
    {
      kind: 'conversationRepaired',
      details: {
        conversationId: damaged.conversationId,
        mendedCount: result.mendedCount,
        unmendedCount: outcome.length,
      },
    },
    deps,
    signal,
  );
  return result;
}

async function mend(
  deps: DownloadDeps,
  { conversationId, folder }: ConversationFindings,
  {
    problems,
    options,
    onProgress,
  }: {
    readonly problems: readonly Finding[];
    readonly options: RepairOptions;
    readonly onProgress: (progress: DownloadProgress) => void;
  },
  signal: AbortSignal,
): Promise<readonly UnmendedFinding[]> {
  const folderPath = join(deps.archive.rootPath, ...folder.split('/'));
  const manifest =
    folder === '' ? undefined : await readManifest(folderPath, signal).catch(() => undefined);
  const request = { conversationId, ...options, ...selectDamaged(manifest, problems) };
  let report: DownloadReport;
  try {
    report = await downloadConversation(deps, request, onProgress, signal);
  } catch (error) {
    const endsAll = ['auth', 'storage', 'conflict', 'bug'];
    if (!isAppError(error) || endsAll.includes(error.code)) {
      throw error;
    }
    return problems.map((problem) => unmended(problem, messageOf(error)));
  }
  const checked = await checkConversation(
    {
      conversationId,
      folderPath: report.folderPath,
      seal: report.manifestSha256,
      depth: 'deep',
    },
    signal,
  );
  const left = checked.findings
    .filter(({ severity }) => severity === 'problem')
    .map((finding) => unmended(finding, reasonFor(finding, manifest, report)));
  return request.isForced ? [...left, ...unconfirmed(manifest, report)] : left;
}

type Selection = Pick<
  DownloadRequest,
  'parts' | 'recordingIds' | 'communicationIds' | 'isForced'
> & { readonly isForced: boolean };

/** Only what is damaged; everything when the manifest itself cannot be believed. */
function selectDamaged(manifest: Manifest | undefined, problems: readonly Finding[]): Selection {
  const isForced = problems.some(({ path }) => path === manifestName);
  if (manifest === undefined || isForced) {
    return { parts: ['recordings', 'transcripts'], isForced };
  }
  const paths = new Set(problems.map(({ path }) => path));
  const files = manifest.files.filter(({ path }) => paths.has(path));
  const recordingIds = new Set<RecordingId>();
  const communicationIds = new Set<CommunicationId>();
  for (const { path, recordingId, communicationId } of files) {
    if (path.startsWith('recordings/') && recordingId !== undefined) {
      recordingIds.add(recordingId);
    } else if (path.startsWith('transcripts/') && communicationId !== undefined) {
      communicationIds.add(communicationId);
    }
  }
  return {
    parts: [
      ...(recordingIds.size > 0 ? (['recordings'] as const) : []),
      ...(communicationIds.size > 0 ? (['transcripts'] as const) : []),
    ],
    recordingIds: [...recordingIds],
    communicationIds: [...communicationIds],
    isForced,
  };
}

function reasonFor(
  { path }: Finding,
  manifest: Manifest | undefined,
  { absent }: DownloadReport,
): string | undefined {
  const file = manifest?.files.find((each) => each.path === path);
  if (file === undefined) {
    return undefined;
  }
  const { recordingId = '', channel = '', communicationId = '' } = file;
  const items = [
    `recordings/${recordingId}/${channel}`,
    `recordings/${recordingId}`,
    `transcripts/${communicationId}/${recordingId}`,
    `transcripts/${communicationId}`,
    'recordings',
  ];
  return absent.find(({ item }) => items.includes(item))?.message;
}

/** After an edited manifest: what it says of files that the platform did not give again cannot be checked against anything. */
function unconfirmed(
  manifest: Manifest | undefined,
  report: DownloadReport,
): readonly UnmendedFinding[] {
  const fetched = new Set(report.files.map(({ path }) => path));
  return (manifest?.files ?? [])
    .filter((file) => !isHistory(file) && !fetched.has(file.path))
    .map((file) => ({
      path: file.path,
      text: 'What the manifest says of this file could not be confirmed.',
      reason: reasonFor({ ...unconfirmable, path: file.path }, manifest, report) ?? notOffered,
    }));
}

const unconfirmable: Omit<Finding, 'path'> = {
  kind: 'manifestEdited',
  severity: 'problem',
  text: '',
  isMendable: false,
};
const notOffered = 'The platform did not offer it again.';

function unmended(
  { path, text, isMendable }: Finding,
  reason: string | undefined,
): UnmendedFinding {
  return {
    path,
    text,
    reason:
      reason ??
      (isMendable
        ? notOffered
        : 'Nothing that the platform has can mend this; look at it and decide yourself.'),
  };
}
