/**
 * Checks one conversation's folder as a whole: its manifest against the seal in the audit log, its files against the manifest,
 * and what lies there that the manifest does not know. Changes nothing.
 */
import { join } from 'node:path';
import { isAppError, throwIfCancelled } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import { hashFile } from '../fileHash.ts';
import { isHistory } from '../history.ts';
import { manifestName, readManifest, type Manifest, type ManifestFile } from '../manifest.ts';
import { errnoOf } from '../storageError.ts';
import { checkFile, type CheckDepth, type CheckedFile } from './checkFile.ts';
import { checkDurations } from './durations.ts';
import type { Finding } from './finding.ts';
import { findUnknownFiles } from './unknownFiles.ts';

export interface CheckedConversation {
  readonly fileCount: number;
  readonly totalBytes: number;
  /** Empty when all is well. */
  readonly findings: readonly Finding[];
  /** The audit log knows nothing of it: stored before there was one, or by a download that was killed before its end. */
  readonly isUnrecorded: boolean;
}

export interface ConversationToCheck {
  readonly conversationId: ConversationId;
  readonly folderPath: string;
  /** Digest of the manifest by the audit log; null when it says deleted, undefined when it says nothing. */
  readonly seal: string | null | undefined;
  /** Digests of manifests that the audit log announced since: a download was killed before it sealed one. None when left out. */
  readonly announced?: ReadonlySet<string> | undefined;
  readonly depth: CheckDepth;
}

/** Never rejects for what it finds on disk. @throws AbortError */
export async function checkConversation(
  { conversationId, folderPath, seal, announced, depth }: ConversationToCheck,
  signal: AbortSignal,
): Promise<CheckedConversation> {
  const manifest = await readForCheck(folderPath, signal);
  const isUnrecorded = seal === undefined;
  if ('kind' in manifest) {
    return { fileCount: 0, totalBytes: 0, findings: [manifest], isUnrecorded };
  }
  const findings = [...checkIdentity(manifest, conversationId)];
  findings.push(...(await checkSeal(folderPath, { seal, announced }, signal)));
  const checked = new Map<ManifestFile, CheckedFile>();
  let totalBytes = 0;
  for (const file of manifest.files) {
    throwIfCancelled(signal);
    const replacement = manifest.replacing.find(({ path }) => path === file.path);
    const result = await checkFile(folderPath, file, { replacement, depth }, signal);
    checked.set(file, result);
    totalBytes += result.sizeBytes;
  }
  findings.push(...toFindings(checked));
  if (depth === 'deep') {
    findings.push(...(await checkDurations(folderPath, manifest, checked, signal)));
  }
  findings.push(...(await findUnknownFiles(folderPath, manifest, signal)));
  return { fileCount: manifest.files.length, totalBytes, findings, isUnrecorded };
}

async function readForCheck(folderPath: string, signal: AbortSignal): Promise<Manifest | Finding> {
  try {
    return (
      (await readManifest(folderPath, signal)) ??
      manifestFinding('manifestMissing', 'There is no manifest.')
    );
  } catch (error) {
    throwIfCancelled(signal);
    if (isAppError(error) || errnoOf(error) !== undefined) {
      return manifestFinding('manifestDamaged', 'The manifest cannot be read.');
    }
    throw error;
  }
}

function checkIdentity({ conversationId }: Manifest, folderId: ConversationId): readonly Finding[] {
  return conversationId === folderId
    ? []
    : [
        {
          kind: 'wrongFolder',
          severity: 'problem',
          path: manifestName,
          text: 'The folder holds the manifest of another conversation.',
          isMendable: true,
        },
      ];
}

async function checkSeal(
  folderPath: string,
  { seal, announced }: Pick<ConversationToCheck, 'seal' | 'announced'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (seal === undefined) {
    return [];
  }
  const { storedSha256 } = await hashFile(join(folderPath, manifestName), signal);
  if (storedSha256 === seal || announced?.has(storedSha256) === true) {
    return [];
  }
  const text =
    seal === null
      ? 'The audit log says that the conversation was deleted, and it is here.'
      : 'The manifest is not the one that the audit log recorded: it was edited.';
  return [manifestFinding('manifestEdited', text)];
}

function toFindings(checked: ReadonlyMap<ManifestFile, CheckedFile>): readonly Finding[] {
  const byHash = new Map([...checked.keys()].map((file) => [file.storedSha256, file]));
  return [...checked].flatMap(([file, { problem, storedSha256 }]): readonly Finding[] => {
    if (problem === undefined) {
      return [];
    }
    const other = storedSha256 === undefined ? undefined : byHash.get(storedSha256);
    const isSwapped = problem.kind === 'hash' && other !== undefined && other !== file;
    return [
      {
        kind: isSwapped ? 'swapped' : problem.kind,
        severity: 'problem',
        path: file.path,
        text: isSwapped ? `The file holds what belongs into ${other.path}.` : problem.text,
        isMendable: !isHistory(file),
      },
    ];
  });
}

function manifestFinding(
  kind: 'manifestMissing' | 'manifestDamaged' | 'manifestEdited',
  text: string,
): Finding {
  return { kind, severity: 'problem', path: manifestName, text, isMendable: true };
}
