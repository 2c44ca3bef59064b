/** Finds what lies in a conversation's folder and does not belong there. Changes nothing. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import { partialSuffix } from '../durableFile.ts';
import { hashFile } from '../fileHash.ts';
import { manifestName, type Manifest } from '../manifest.ts';
import { resumePointSuffix } from '../resumePoint.ts';
import type { Finding } from './finding.ts';

/** Local notes, tags and holds: a person's, not the platform's. */
const notesName = 'notes.json';

/**
 * Known are the files of the manifest, notes, waveforms beside their recording, what a download can go on from, and what the
 * history holds under its own hash.
 */
export async function findUnknownFiles(
  folderPath: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const known = new Set([manifestName, notesName, ...manifest.files.map(({ path }) => path)]);
  for (const { recordingId, channel } of manifest.files) {
    known.add(`recordings/${recordingId ?? ''}.${channel ?? ''}.dat`);
  }
  const findings: Finding[] = [];
  for (const entry of await readdir(folderPath, { recursive: true, withFileTypes: true })) {
    throwIfCancelled(signal);
    const absolute = join(entry.parentPath, entry.name);
    const path = relative(folderPath, absolute).split(sep).join('/');
    if (entry.isDirectory() || (entry.isFile() && (known.has(path) || isPartial(path)))) {
      continue;
    }
    if (!entry.isFile()) {
      findings.push(unknown(path, 'This is no file but a link or a device.'));
    } else if (!(await isOwnHistory(absolute, path, signal))) {
      findings.push(unknown(path, 'The manifest does not know this file.'));
    }
  }
  return findings;
}

function isPartial(path: string): boolean {
  return path.endsWith(partialSuffix) || path.endsWith(partialSuffix + resumePointSuffix);
}

/** What could not be verified when it was replaced has no entry, but its folder says its hash. */
async function isOwnHistory(absolute: string, path: string, signal: AbortSignal): Promise<boolean> {
  const prefix = /^history\/([0-9a-f]{8,64})\//u.exec(path)?.[1];
  return prefix !== undefined && (await hashFile(absolute, signal)).storedSha256.startsWith(prefix);
}

function unknown(path: string, text: string): Finding {
  return { kind: 'unknownFile', severity: 'problem', path, text, isMendable: false };
}
