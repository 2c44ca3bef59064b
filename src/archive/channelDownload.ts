/** The media files of one recording: brings each channel in, checks it, and says against what. Knows nothing of other recordings. */
import { errors } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { Recording, RecordingFile } from '../model/recording.ts';
import { packedPath } from './compression.ts';
import type { StoredFile } from './conversationWriter.ts';
import { noteMismatch, type DownloadRun } from './downloadRun.ts';
import { partialSuffix } from './durableFile.ts';
import { entryPath, isSafeRelativePath, type ManifestFile, type Verification } from './manifest.ts';
import { checkMedia, checkMediaContent, type MediaCheck } from './mediaCheck.ts';
import { downloadMedia } from './mediaDownload.ts';
import type { FetchedMedia } from './mediaReceiver.ts';
import { packFile, type PackedSize } from './packFile.ts';
import type { RecordingLinks } from './recordingLinks.ts';
import { discardPartial, discardResumePoint } from './resumePoint.ts';

/** Keys of `mediaUris` become parts of file names; a dot in one would make the name ambiguous. */
const channelPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/u;
/** Before media of this size, what is there already is noted durably; smaller files come again quickly. */
const largeBytes = 128 * 1024;
const minToleranceMs = 1_000;
const toleranceRatio = 0.02;

/** The platform states one size for all channels together. */
export function confirmOutputSize(
  { writer, deps }: DownloadRun,
  recording: Recording,
  channels: readonly StoredFile[],
): void {
  const isWhole = channels.length > 0 && channels.length === recording.files.length;
  if (recording.outputSizeBytes === undefined || !isWhole) {
    return;
  }
  const sizeBytes = channels.reduce((sum, { file }) => sum + file.contentBytes, 0);
  if (sizeBytes === recording.outputSizeBytes) {
    const paths = channels.map(({ file }) => file.path);
    writer.addVerification(paths, 'outputSize');
  } else {
    deps.log.info('A recording is not as large as its metadata says', {
      recordingId: recording.id,
      sizeBytes,
      statedBytes: recording.outputSizeBytes,
    });
  }
}

/** @throws AppError `corrupt` when it is no media, `protocol` for a channel key that can name no file; what `downloadMedia` throws */
export async function downloadChannel(
  run: DownloadRun,
  recording: Recording,
  { channel, source }: RecordingFile,
  { links, fetched }: { readonly links: RecordingLinks; readonly fetched: Fetched<Recording> },
): Promise<StoredFile> {
  const { deps, writer, progress, request, signal } = run;
  if (!channelPattern.test(channel)) {
    throw errors.protocol(
      'The channel of a recording has a name that cannot be part of a file name',
    );
  }
  const name = `${recording.id}.${channel}`;
  const path = recordingPath(name + partialSuffix);
  const partialPath = entryPath(writer.folderPath, { path });
  let held: ManifestFile | undefined;
  const media = await downloadMedia(
    deps,
    {
      partialPath,
      mayResume: writer.mayHavePartial(path),
      identity: `recordings/${recording.id}/${channel}/${request.format}`,
      link: (stale) => links.link(recording.id, channel, stale),
      onProgress: (doneBytes, totalBytes) => {
        progress.set(`${recording.id}/${channel}`, doneBytes, totalBytes);
      },
      onReceived: (countBytes) => {
        progress.receive(countBytes);
      },
      isHeld: async ({ validator, totalBytes, contentLengthBytes }) => {
        const sizeBytes = totalBytes ?? contentLengthBytes;
        // Only a strong ETag promises the same bytes.
        if (validator?.startsWith('"') === true) {
          held = await writer.findIntact(
            (file) =>
              file.recordingId === recording.id &&
              file.channel === channel &&
              file.validator === validator &&
              file.contentBytes === sizeBytes,
            signal,
          );
        }
        if (held === undefined && (sizeBytes ?? Infinity) >= largeBytes) {
          // A full disk must not cost what came before its manifest.
          await writer.commit();
        }
        return held !== undefined;
      },
      onMismatch: (mismatch) =>
        noteMismatch(run, `recordings/${recording.id}/${channel}`, mismatch),
    },
    signal,
  );
  if (media === undefined && held !== undefined) {
    await discardPartial(partialPath);
    return { file: held, isUnchanged: true };
  }
  if (media === undefined) {
    throw errors.bug('A download ended without a file');
  }
  const check = await checkReceived(partialPath, media);
  if (check.extension === undefined) {
    await discardPartial(partialPath);
    throw errors.corrupt(`The media file ${check.problem ?? 'is not usable'}`);
  }
  const content = recordingPath(`${name}.${check.extension}`);
  const isPacked = check.extension === 'wav' && deps.packing?.isWavPacked === true;
  const finished = isPacked
    ? await packWav(run, partialPath, content)
    : { path: content, partialPath, storedBytes: media.sizeBytes, storedSha256: media.sha256 };
  const stored = await writer.place(
    finished.partialPath,
    {
      path: finished.path,
      storedBytes: finished.storedBytes,
      storedSha256: finished.storedSha256,
      contentBytes: media.sizeBytes,
      contentSha256: media.sha256,
      source: source ?? fetched.source,
      fetchedAtMs: deps.clock.nowMs(),
      verifiedAgainst: verifications(recording, media, check),
      recordingId: recording.id,
      communicationId: undefined,
      channel,
      validator: media.validator,
    },
    signal,
  );
  await tidyUp(partialPath, media, isPacked);
  return stored;
}

/** Removes what is left of a file that has its final name now. */
async function tidyUp(
  partialPath: string,
  { mayHaveResumePoint }: FetchedMedia,
  isPacked: boolean,
): Promise<void> {
  if (isPacked) {
    await discardPartial(partialPath);
  } else if (mayHaveResumePoint) {
    await discardResumePoint(partialPath);
  }
}

/** What is small was kept while it came: reading it again would take longer than writing it. */
async function checkReceived(
  partialPath: string,
  { content, contentType }: FetchedMedia,
): Promise<MediaCheck> {
  return content === undefined
    ? await checkMedia(partialPath, contentType)
    : await checkMediaContent(content, contentType);
}

/** What was received stays beside it until the packed file has its name: a crash in between costs no download. */
async function packWav(
  { writer, signal }: DownloadRun,
  fromPath: string,
  content: string,
): Promise<PackedSize & { readonly path: string; readonly partialPath: string }> {
  const path = packedPath(content, 'gzip');
  const partialPath = entryPath(writer.folderPath, { path: path + partialSuffix });
  return { path, partialPath, ...(await packFile(fromPath, partialPath, signal)) };
}

function verifications(
  recording: Recording,
  media: FetchedMedia,
  check: MediaCheck,
): readonly Verification[] {
  const list: Verification[] = ['ownHash'];
  if (media.isSizeConfirmed) {
    list.push('size');
  }
  if (media.checksumAlgorithm !== undefined) {
    list.push(`checksum:${media.checksumAlgorithm}`);
  }
  if (check.isContainerSound) {
    list.push('container');
  }
  if (isDurationAsStated(statedDurationMs(recording), check.durationMs)) {
    list.push('duration');
  }
  return list;
}

/** How long the platform says that a recording plays. */
export function statedDurationMs({
  startMs,
  endMs,
  outputDurationMs,
}: Recording): number | undefined {
  const spanMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs;
  return outputDurationMs ?? spanMs;
}

/** True when both are known and differ by no more than encoders and pauses explain. */
export function isDurationAsStated(
  statedMs: number | undefined,
  durationMs: number | undefined,
): boolean {
  return (
    statedMs !== undefined &&
    durationMs !== undefined &&
    Math.abs(durationMs - statedMs) <= Math.max(minToleranceMs, statedMs * toleranceRatio)
  );
}

/** Relative path of a file of a recording. @throws AppError `protocol` when the platform's ids make a name that no file system takes */
export function recordingPath(name: string): string {
  const path = `recordings/${name}`;
  if (!isSafeRelativePath(path)) {
    throw errors.protocol('The id of a recording is too long or too odd to name a file');
  }
  return path;
}
