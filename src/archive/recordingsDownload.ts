/**
 * The recordings of a conversation: which of them have media, their objects, their files. Knows nothing of transcripts.
 */
import { errors, isAppError } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { Recording, RecordingFile, RecordingFormat } from '../model/recording.ts';
import { absent, absenceByState, hourMs, isTextRecording } from './absence.ts';
import type { StoredFile } from './conversationWriter.ts';
import type { DownloadRun } from './downloadRun.ts';
import { partialSuffix } from './durableFile.ts';
import { entryPath, isSafeRelativePath, type ManifestFile, type Verification } from './manifest.ts';
import { checkMedia, type MediaCheck } from './mediaCheck.ts';
import { downloadMedia, type FetchedMedia } from './mediaDownload.ts';
import { RecordingLinks } from './recordingLinks.ts';
import { discardPartial } from './resumePoint.ts';
import { withoutSignedLinks } from './signedLinks.ts';

/** Keys of `mediaUris` become parts of file names; a dot in one would make the name ambiguous. */
const channelPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/u;
const minToleranceMs = 1_000;
const toleranceRatio = 0.02;

interface Listing {
  readonly recordings: readonly Fetched<Recording>[];
  /** Listed without media because the platform still transcodes. */
  readonly isTranscoding: boolean;
}

/**
 * Downloads what the request names and returns what the platform lists, for the transcripts filed under recordings. Media
 * links are taken out of the stored objects: they are secrets while they live; the rest is stored as received.
 */
export async function downloadRecordings(run: DownloadRun): Promise<readonly Recording[]> {
  const isWanted = run.request.parts.includes('recordings');
  let listing: Listing | undefined;
  await run.attempt('recordings', async () => {
    // Without media this is one cheap request, and tells which communications have transcripts.
    listing = isWanted ? await listWithMedia(run) : await listOnly(run);
  });
  if (listing === undefined) {
    return [];
  }
  if (isWanted && !run.signal.aborted) {
    await downloadWanted(run, listing);
  }
  return listing.recordings.map(({ value }) => value);
}

async function listOnly(run: DownloadRun): Promise<Listing> {
  try {
    return { recordings: await fetchInFormat(run, 'NONE'), isTranscoding: false };
  } catch (error) {
    if (isAppError(error, 'forbidden')) {
      return { recordings: [], isTranscoding: false };
    }
    throw error;
  }
}

async function listWithMedia(run: DownloadRun): Promise<Listing> {
  try {
    return { recordings: await fetchInFormat(run, run.request.format), isTranscoding: false };
  } catch (error) {
    if (!isAppError(error, 'remote') || error.details['status'] !== 202) {
      throw error;
    }
    run.deps.log.info('The recordings of a conversation are still being transcoded', {
      conversationId: run.conversation.id,
    });
    return { recordings: await fetchInFormat(run, 'NONE'), isTranscoding: true };
  }
}

async function fetchInFormat(
  run: DownloadRun,
  format: RecordingFormat,
): Promise<readonly Fetched<Recording>[]> {
  const { deps, request, conversation, progress, signal } = run;
  return await deps.source.fetchRecordings(
    conversation.id,
    {
      format,
      maxWaitMs: request.maxTranscodeWaitMs,
      onTranscoding: () => {
        progress.start('Waiting for the platform to transcode');
      },
    },
    signal,
  );
}

async function downloadWanted(
  run: DownloadRun,
  { recordings, isTranscoding }: Listing,
): Promise<void> {
  const { conversation, request, writer } = run;
  const wanted = recordings.filter(
    ({ value }) => request.recordingIds === undefined || request.recordingIds.includes(value.id),
  );
  const links = new RecordingLinks(
    recordings.map(({ value }) => value),
    () => fetchInFormat(run, request.format),
  );
  await writer.folder('recordings');
  await Promise.all(
    wanted.map(async (fetched, index) => {
      const step = `Recording ${String(index + 1)} of ${String(wanted.length)}`;
      await run.attempt(`recordings/${fetched.value.id}`, async () => {
        if (fetched.value.conversationId !== conversation.id) {
          throw errors.protocol('The platform listed a recording of another conversation');
        }
        if (isTranscoding && !isTextRecording(fetched.value)) {
          noteTranscoding(run, fetched.value);
        } else {
          await downloadRecording(run, fetched, links, step);
        }
      });
    }),
  );
  noteUnlisted(run, recordings);
}

function noteTranscoding(run: DownloadRun, recording: Recording): void {
  const nowMs = run.deps.clock.nowMs();
  const message =
    'The platform is still transcoding this recording. Download again in a few minutes.';
  const nextAttemptAtMs = nowMs + (recording.estimatedTranscodeTimeMs ?? hourMs / 12);
  run.missing(
    absenceByState(recording, nowMs) ??
      absent(`recordings/${recording.id}`, 'transcoding', message, nextAttemptAtMs),
  );
}

function noteUnlisted(run: DownloadRun, recordings: readonly Fetched<Recording>[]): void {
  const { recordingIds } = run.request;
  if (recordingIds === undefined && recordings.length === 0) {
    const message = 'The platform has no recording of this conversation.';
    run.missing(absent('recordings', 'notRecorded', message));
  }
  for (const id of recordingIds ?? []) {
    if (!recordings.some(({ value }) => value.id === id)) {
      const message = 'The platform lists no such recording now.';
      run.missing(absent(`recordings/${id}`, 'notRecorded', message));
    }
  }
}

async function downloadRecording(
  run: DownloadRun,
  fetched: Fetched<Recording>,
  links: RecordingLinks,
  step: string,
): Promise<void> {
  const { deps, writer, request, signal } = run;
  const recording = fetched.value;
  run.progress.start(step);
  const stored = await run.limiter.run(
    () =>
      writer.storeJson(
        {
          path: recordingPath(`${recording.id}.json.gz`),
          source: fetched.source,
          fetchedAtMs: fetched.fetchedAtMs,
          verifiedAgainst: ['json'],
          recordingId: recording.id,
          communicationId: undefined,
          channel: undefined,
          validator: undefined,
        },
        withoutSignedLinks(fetched.rawJson),
        signal,
      ),
    signal,
  );
  run.stored(stored);
  const absence = absenceByState(recording, deps.clock.nowMs());
  if (absence !== undefined && recording.files.length === 0) {
    run.missing(absence);
    return;
  }
  if (recording.files.length === 0 && !isTextRecording(recording) && request.format !== 'NONE') {
    throw errors.remote('The platform lists this recording but offers no media for it');
  }
  const channels: StoredFile[] = [];
  for (const file of recording.files) {
    run.progress.expect(`${recording.id}/${file.channel}`);
  }
  await Promise.all(
    recording.files.map((file) =>
      run.attempt(`recordings/${recording.id}/${file.channel}`, () =>
        run.limiter.run(async () => {
          run.progress.start(step);
          try {
            channels.push(await downloadChannel(run, recording, file, { links, fetched }));
          } finally {
            run.progress.finish(`${recording.id}/${file.channel}`);
          }
        }, signal),
      ),
    ),
  );
  channels.forEach((channel) => {
    run.stored(channel);
  });
  await confirmOutputSize(run, recording, channels);
}

/** The platform states one size for all channels together. */
async function confirmOutputSize(
  { writer, deps }: DownloadRun,
  recording: Recording,
  channels: readonly StoredFile[],
): Promise<void> {
  const isWhole = channels.length > 0 && channels.length === recording.files.length;
  if (recording.outputSizeBytes === undefined || !isWhole) {
    return;
  }
  const sizeBytes = channels.reduce((sum, { file }) => sum + file.contentBytes, 0);
  if (sizeBytes === recording.outputSizeBytes) {
    const paths = channels.map(({ file }) => file.path);
    await writer.addVerification(paths, 'outputSize');
  } else {
    deps.log.info('A recording is not as large as its metadata says', {
      recordingId: recording.id,
      sizeBytes,
      statedBytes: recording.outputSizeBytes,
    });
  }
}

async function downloadChannel(
  run: DownloadRun,
  recording: Recording,
  { channel }: RecordingFile,
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
        return held !== undefined;
      },
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
  const check = await checkMedia(partialPath, media.contentType);
  if (check.extension === undefined) {
    await discardPartial(partialPath);
    throw errors.corrupt(`The media file ${check.problem ?? 'is not usable'}`);
  }
  const stored = await writer.place(
    partialPath,
    {
      path: recordingPath(`${name}.${check.extension}`),
      storedBytes: media.sizeBytes,
      storedSha256: media.sha256,
      contentBytes: media.sizeBytes,
      contentSha256: media.sha256,
      source: fetched.source,
      fetchedAtMs: deps.clock.nowMs(),
      verifiedAgainst: verifications(recording, media, check),
      recordingId: recording.id,
      communicationId: undefined,
      channel,
      validator: media.validator,
    },
    signal,
  );
  await discardPartial(partialPath);
  return stored;
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
  if (isDurationAsStated(recording, check.durationMs)) {
    list.push('duration');
  }
  return list;
}

function isDurationAsStated(recording: Recording, durationMs: number | undefined): boolean {
  const { startMs, endMs, outputDurationMs } = recording;
  const spanMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs;
  const statedMs = outputDurationMs ?? spanMs;
  return (
    statedMs !== undefined &&
    durationMs !== undefined &&
    Math.abs(durationMs - statedMs) <= Math.max(minToleranceMs, statedMs * toleranceRatio)
  );
}

/** @throws AppError `protocol` when the platform's ids make a name that no file system takes */
function recordingPath(name: string): string {
  const path = `recordings/${name}`;
  if (!isSafeRelativePath(path)) {
    throw errors.protocol('The id of a recording is too long or too odd to name a file');
  }
  return path;
}
