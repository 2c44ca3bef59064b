/**
 * The recordings of a conversation: which of them have media, their objects, their files. Knows nothing of transcripts.
 */
import { errors } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import type { UndecodableRecording } from '../genesys/genesysApi.ts';
import type { RecordingId } from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import { absent, absenceByState, hourMs, isTextRecording } from './absence.ts';
import { downloadAttachments } from './attachmentsDownload.ts';
import { confirmOutputSize, downloadChannel, recordingPath } from './channelDownload.ts';
import type { StoredFile } from './conversationWriter.ts';
import type { DownloadRun } from './downloadRun.ts';
import { RecordingLinks } from './recordingLinks.ts';
import {
  fetchInFormat,
  listRecordingsOnly,
  listRecordingsWithMedia,
  type RecordingListing,
} from './recordingListing.ts';
import { storeRecordingObject } from './recordingObject.ts';

/**
 * Downloads what the request names and returns what the platform lists, for the transcripts filed under recordings. Media
 * links are taken out of the stored objects: they are secrets while they live; the rest is stored as received.
 */
export async function downloadRecordings(run: DownloadRun): Promise<readonly Recording[]> {
  const isWanted = run.request.parts.includes('recordings');
  let listing: RecordingListing | undefined;
  await run.attempt('recordings', async () => {
    // Without media this is one cheap request, and tells which communications have transcripts.
    listing = isWanted ? await listRecordingsWithMedia(run) : await listRecordingsOnly(run);
  });
  if (listing === undefined) {
    return [];
  }
  if (isWanted && !run.signal.aborted) {
    await downloadWanted(run, listing);
  }
  return listing.recordings.map(({ value }) => value);
}

async function downloadWanted(
  run: DownloadRun,
  { recordings, undecodable, isTranscoding }: RecordingListing,
): Promise<void> {
  const { conversation, request, writer } = run;
  const wanted = recordings.filter(
    ({ value }) => request.recordingIds === undefined || request.recordingIds.includes(value.id),
  );
  const links = new RecordingLinks(
    recordings.map(({ value }) => value),
    () => fetchInFormat(run, request.format),
  );
  const isOwn = ({ value }: Fetched<Recording>): boolean =>
    value.conversationId === conversation.id;
  await writer.folder('recordings');
  await Promise.all(
    wanted.map(async (fetched, index) => {
      const step = `Recording ${String(index + 1)} of ${String(wanted.length)}`;
      await run.attempt(`recordings/${fetched.value.id}`, async () => {
        if (!isOwn(fetched)) {
          throw errors.protocol('The platform listed a recording of another conversation');
        }
        if (isUnwantedScreen(run, fetched.value)) {
          await leaveOutScreen(run, fetched);
        } else if (isTranscoding && !isTextRecording(fetched.value)) {
          noteTranscoding(run, fetched.value);
        } else {
          await downloadRecording(run, fetched, links, step);
        }
      });
    }),
  );
  await downloadAttachments(run, recordings.filter(isOwn), wanted.filter(isOwn), links);
  noteUndecodable(run, undecodable);
  noteUnlisted(run, [
    ...recordings.map(({ value }) => value.id),
    ...undecodable.map(({ recordingId }) => recordingId),
  ]);
}

function isUnwantedScreen({ request }: DownloadRun, recording: Recording): boolean {
  return (
    recording.media === 'screen' &&
    request.includeScreen !== true &&
    request.recordingIds?.includes(recording.id) !== true
  );
}

/** Its description is stored all the same: it tells that there is a recording. */
async function leaveOutScreen(run: DownloadRun, fetched: Fetched<Recording>): Promise<void> {
  const { id } = fetched.value;
  const path = recordingPath(`${id}.json`);
  run.stored(await storeRecordingObject(run.writer, path, fetched, run.signal));
  const message =
    'This recording of a screen was left out on purpose; a setting says whether they are downloaded.';
  run.missing(absent(`recordings/${id}`, 'notWanted', message));
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

function noteUndecodable(run: DownloadRun, undecodable: readonly UndecodableRecording[]): void {
  const { recordingIds } = run.request;
  for (const { recordingId, index, reason } of undecodable) {
    if (
      recordingIds === undefined ||
      (recordingId !== undefined && recordingIds.includes(recordingId))
    ) {
      const item = `recordings/${recordingId ?? `#${String(index + 1)}`}`;
      const message = `The platform described this recording in a way that cannot be read. The others are stored; report an issue when it stays. ${reason}`;
      run.missing(absent(item, 'unusable', message, run.deps.clock.nowMs() + hourMs));
    }
  }
}

/** @param listed ids of everything that the platform listed; undefined for one that cannot be read. */
function noteUnlisted(run: DownloadRun, listed: readonly (RecordingId | undefined)[]): void {
  const { recordingIds } = run.request;
  if (recordingIds === undefined && listed.length === 0) {
    const message = 'The platform has no recording of this conversation.';
    run.missing(absent('recordings', 'notRecorded', message));
  }
  for (const id of recordingIds ?? []) {
    if (!listed.includes(id)) {
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
    () => storeRecordingObject(writer, recordingPath(`${recording.id}.json`), fetched, signal),
    signal,
  );
  run.stored(stored);
  const absence = absenceByState(recording, deps.clock.nowMs()) ?? deps.absenceOf?.(recording);
  if (absence !== undefined && recording.files.length === 0) {
    run.missing(absence);
    return;
  }
  const mayLackMedia =
    isTextRecording(recording) || request.format === 'NONE' || deps.absenceOf !== undefined;
  if (recording.files.length === 0 && !mayLackMedia) {
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
  confirmOutputSize(run, recording, channels);
}
