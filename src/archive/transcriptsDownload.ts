/** The transcripts of a conversation: under which communications to look, and their files. */
import { errors } from '../base/appError.ts';
import type { TranscriptLink } from '../genesys/genesysApi.ts';
import { customerCommunicationIds } from '../model/conversationFacts.ts';
import type { CommunicationId } from '../model/ids.ts';
import type { Recording } from '../model/recording.ts';
import { absent, hourMs } from './absence.ts';
import type { StoredFile } from './conversationWriter.ts';
import { noteMismatch, type DownloadRun } from './downloadRun.ts';
import { partialSuffix } from './durableFile.ts';
import { entryPath, isSafeRelativePath } from './manifest.ts';
import { downloadTranscript } from './transcriptDownload.ts';

const source =
  'GET /api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}/transcripturls';

/** Transcripts come minutes after the end; when a day has passed, none will. */
export const transcriptWindowMs = 24 * hourMs;

/** Looks under the customer's sessions and under those that were recorded. */
export async function downloadTranscripts(
  run: DownloadRun,
  recordings: readonly Recording[],
): Promise<void> {
  const { conversation, request } = run;
  const recorded = recordings.flatMap(({ communicationId }) =>
    communicationId === undefined ? [] : [communicationId],
  );
  const ids = [...new Set([...customerCommunicationIds(conversation), ...recorded])].filter(
    (id) => request.communicationIds === undefined || request.communicationIds.includes(id),
  );
  await Promise.all(
    ids.map((id, index) =>
      run.attempt(`transcripts/${id}`, () =>
        run.limiter.run(async () => {
          run.progress.start(`Transcript ${String(index + 1)} of ${String(ids.length)}`);
          await downloadCommunication(run, id);
        }, run.signal),
      ),
    ),
  );
}

async function downloadCommunication(run: DownloadRun, id: CommunicationId): Promise<void> {
  const { deps, conversation, signal } = run;
  const links = await deps.source.fetchTranscriptLinks(conversation.id, id, signal);
  if (links.length === 0) {
    const nowMs = deps.clock.nowMs();
    const mayCome =
      conversation.endMs === undefined || nowMs - conversation.endMs < transcriptWindowMs;
    run.missing(
      absent(
        `transcripts/${id}`,
        'notTranscribed',
        mayCome
          ? 'The platform has no transcript of this communication yet, or it is not transcribed. Download again later.'
          : 'The platform has no transcript of this communication: it was not transcribed, or the transcript was deleted.',
        mayCome ? nowMs + hourMs : undefined,
      ),
    );
    return;
  }
  for (const link of links) {
    const suffix = link.recordingId === undefined ? '' : `/${link.recordingId}`;
    await run.attempt(`transcripts/${id}${suffix}`, async () => {
      run.stored(await downloadFile(run, id, link));
    });
  }
}

async function downloadFile(
  run: DownloadRun,
  id: CommunicationId,
  first: TranscriptLink,
): Promise<StoredFile> {
  const { deps, writer, conversation, progress, signal } = run;
  const { recordingId } = first;
  // Always gzip: the player's page reads it as it lies there, and browsers unpack nothing else.
  const path = `transcripts/${id}${recordingId === undefined ? '' : `.${recordingId}`}.json.gz`;
  if (!isSafeRelativePath(path + partialSuffix)) {
    throw errors.protocol('The ids of a transcript are too long to name a file');
  }
  const partialPath = entryPath(writer.folderPath, { path }) + partialSuffix;
  await writer.folder('transcripts');
  progress.expect(path);
  try {
    const fetched = await downloadTranscript(
      deps,
      {
        partialPath,
        link: async (stale) => {
          if (stale === undefined) {
            return first;
          }
          const fresh = await deps.source.fetchTranscriptLinks(conversation.id, id, signal);
          const link = fresh.find((each) => each.recordingId === recordingId);
          if (link === undefined) {
            throw errors.notFound('The platform does not offer this transcript any more');
          }
          return link;
        },
        onProgress: (doneBytes, totalBytes) => {
          progress.set(path, doneBytes, totalBytes);
        },
        onReceived: (countBytes) => {
          progress.receive(countBytes);
        },
        onMismatch: (mismatch) => {
          const suffix = recordingId === undefined ? '' : `/${recordingId}`;
          return noteMismatch(run, `transcripts/${id}${suffix}`, mismatch);
        },
      },
      signal,
    );
    const { isSizeConfirmed, ...sizes } = fetched;
    return await writer.place(
      partialPath,
      {
        path,
        ...sizes,
        source,
        fetchedAtMs: deps.clock.nowMs(),
        verifiedAgainst: isSizeConfirmed ? ['size', 'json'] : ['json'],
        recordingId,
        communicationId: id,
        channel: undefined,
        validator: undefined,
      },
      signal,
    );
  } finally {
    progress.finish(path);
  }
}
