/** Compares how long stored sound plays with what the stored recording object says. Changes nothing. */
import { throwIfCancelled } from '../../base/appError.ts';
import { parseJson } from '../../base/decode.ts';
import { decodeRecording } from '../../genesys/decoders/recording.ts';
import { readStoredText } from '../archivedConversation.ts';
import { isDurationAsStated, statedDurationMs } from '../channelDownload.ts';
import { isHistory } from '../history.ts';
import { entryPath, type Manifest, type ManifestFile } from '../manifest.ts';
import type { CheckedFile } from './checkFile.ts';
import type { Finding } from './finding.ts';

/**
 * A notice for each channel that plays much longer or shorter than stated: platforms state odd lengths, so it is no damage by
 * itself; a problem where the manifest says that the duration was found to agree.
 */
export async function checkDurations(
  folderPath: string,
  manifest: Manifest,
  checked: ReadonlyMap<ManifestFile, CheckedFile>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const stated = new Map<string, number | undefined>();
  const findings: Finding[] = [];
  for (const [file, { durationMs, problem }] of checked) {
    const { recordingId, channel } = file;
    const isSound = channel !== undefined && durationMs !== undefined && problem === undefined;
    if (recordingId === undefined || !isSound || isHistory(file)) {
      continue;
    }
    if (!stated.has(recordingId)) {
      stated.set(recordingId, await readStatedMs(folderPath, manifest, recordingId, signal));
    }
    const statedMs = stated.get(recordingId);
    if (statedMs !== undefined && !isDurationAsStated(statedMs, durationMs)) {
      findings.push({
        kind: 'duration',
        severity: file.verifiedAgainst.includes('duration') ? 'problem' : 'notice',
        path: file.path,
        text: `The sound plays ${seconds(durationMs)}; the platform states ${seconds(statedMs)}.`,
        isMendable: true,
      });
    }
  }
  return findings;
}

/** Undefined when the recording object is not there, not readable or says nothing. */
async function readStatedMs(
  folderPath: string,
  { conversationId, files }: Manifest,
  recordingId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const object = files.find(
    (file) =>
      file.recordingId === recordingId &&
      file.channel === undefined &&
      file.path.startsWith('recordings/'),
  );
  if (object === undefined) {
    return undefined;
  }
  try {
    const text = await readStoredText(entryPath(folderPath, object), signal);
    return statedDurationMs(decodeRecording(parseJson(text, object.path), '', conversationId));
  } catch {
    throwIfCancelled(signal);
    // Damage of that file is a finding of its own.
    return undefined;
  }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
