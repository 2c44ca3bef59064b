/** Which files of a manifest are transcripts, and which of them stands for a recording when a person imported another one. Pure. */
import type { CommunicationId, RecordingId } from '../model/ids.ts';
import { isHistory } from './history.ts';
import type { ManifestFile } from './manifest.ts';

const folder = 'transcripts/';
const importedEnding = '.imported.json.gz';
const importSource = 'Import Transcript: ';

/** Apart from the platform's own, so that no download replaces what a person brought in. */
export function importedTranscriptPath(
  communicationId: CommunicationId,
  recordingId: RecordingId | undefined,
): string {
  const recording = recordingId === undefined ? '' : `.${recordingId}`;
  return `${folder}${communicationId}${recording}${importedEnding}`;
}

/** What the manifest says of where an imported file came from. @param fileName without its folder */
export function importedSource(fileName: string): string {
  return importSource + fileName;
}

/** The name of the file that a transcript was imported from; undefined for the platform's own. */
export function importedFrom({
  path,
  source,
}: Pick<ManifestFile, 'path' | 'source'>): string | undefined {
  return path.endsWith(importedEnding) && source.startsWith(importSource)
    ? source.slice(importSource.length)
    : undefined;
}

/** The transcripts that count: an imported one stands for those of the same recording, or of its communication when it names none. */
export function currentTranscripts(files: readonly ManifestFile[]): readonly ManifestFile[] {
  const all = files.filter((file) => file.path.startsWith(folder) && !isHistory(file));
  const imported = all.filter(({ path }) => path.endsWith(importedEnding));
  return all.filter(
    (file) =>
      imported.includes(file) ||
      !imported.some(
        ({ communicationId, recordingId }) =>
          communicationId === file.communicationId &&
          (recordingId === undefined || recordingId === file.recordingId),
      ),
  );
}
