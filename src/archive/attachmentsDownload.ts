/**
 * The files that came with the messages and e-mails of a recording: named safely, brought in by the same commit protocol as media.
 * Knows nothing of the recording's own media.
 */
import { errors } from '../base/appError.ts';
import type { Fetched } from '../model/fetched.ts';
import { isSafeName } from '../model/ids.ts';
import type { Recording, RecordingAttachment } from '../model/recording.ts';
import { absent } from './absence.ts';
import type { StoredFile } from './conversationWriter.ts';
import { noteMismatch, type DownloadRun } from './downloadRun.ts';
import { partialSuffix } from './durableFile.ts';
import { entryPath, isSafeRelativePath, type ManifestFile, type Verification } from './manifest.ts';
import { downloadMedia } from './mediaDownload.ts';
import type { FetchedMedia } from './mediaReceiver.ts';
import type { RecordingLinks } from './recordingLinks.ts';
import { discardPartial } from './resumePoint.ts';
import { toSafeFileName, withDiscriminator } from './safeFileName.ts';

interface NamedAttachment {
  readonly attachment: RecordingAttachment;
  readonly recording: Fetched<Recording>;
  /** Position among the attachments of the recording. */
  readonly index: number;
  /** Relative to the conversation's folder; undefined when no path can be made of its message's id. */
  readonly path: string | undefined;
}

/**
 * Stores the attachments of the recordings that are wanted at `attachments/<message id>/<safe name>`, or says why one is absent.
 * @param recordings all of the conversation: the same names come out whichever of them are wanted
 */
export async function downloadAttachments(
  run: DownloadRun,
  recordings: readonly Fetched<Recording>[],
  wanted: readonly Fetched<Recording>[],
  links: RecordingLinks,
): Promise<void> {
  const named = nameAttachments(recordings).filter(({ recording }) => wanted.includes(recording));
  await Promise.all(
    named.map(async (each, position) => {
      const { attachment, path } = each;
      if (path === undefined) {
        const message =
          'This attachment belongs to a message whose id cannot be part of a path; it was not stored.';
        run.missing(absent(`attachments/#${String(position + 1)}`, 'unusable', message));
      } else if (attachment.url === undefined) {
        const message = 'The platform lists this attachment but offers no link to it.';
        run.missing(absent(path, 'platformError', message));
      } else {
        await run.attempt(path, () =>
          run.limiter.run(async () => {
            run.stored(await downloadAttachment(run, { ...each, path }, links));
          }, run.signal),
        );
      }
    }),
  );
}

/**
 * Each attachment once, though several recordings may hold its message. Names are told apart without regard to case, which many
 * file systems do not tell apart.
 */
function nameAttachments(recordings: readonly Fetched<Recording>[]): readonly NamedAttachment[] {
  const byKey = new Map<string, NamedAttachment>();
  for (const recording of recordings) {
    recording.value.attachments.forEach((attachment, index) => {
      const { messageId, attachmentId, name } = attachment;
      const isUsable = messageId !== undefined && isSafeName(messageId);
      const path = isUsable ? `attachments/${messageId}/${toSafeFileName(name ?? '')}` : undefined;
      const key = JSON.stringify([messageId, name, attachmentId ?? index]);
      if (!byKey.has(key)) {
        byKey.set(key, { attachment, recording, index, path });
      }
    });
  }
  const counts = new Map<string, number>();
  for (const { path = '' } of byKey.values()) {
    counts.set(path.toLowerCase(), (counts.get(path.toLowerCase()) ?? 0) + 1);
  }
  return [...byKey].map(([key, each]) => {
    const isShared = each.path !== undefined && (counts.get(each.path.toLowerCase()) ?? 0) > 1;
    return isShared ? { ...each, path: withDiscriminator(each.path, key) } : each;
  });
}

/** @throws what `downloadMedia` throws; file system errors as they are */
async function downloadAttachment(
  run: DownloadRun,
  { attachment, recording, index, path }: NamedAttachment & { readonly path: string },
  links: RecordingLinks,
): Promise<StoredFile> {
  const { deps, writer, progress, signal } = run;
  if (!isSafeRelativePath(path + partialSuffix)) {
    throw errors.protocol('The name of an attachment is too long for a file');
  }
  await writer.folder(...path.split('/').slice(0, -1));
  const partialPath = entryPath(writer.folderPath, { path: path + partialSuffix });
  let held: ManifestFile | undefined;
  progress.start('Attachments');
  progress.expect(path);
  try {
    const media = await downloadMedia(
      deps,
      {
        partialPath,
        mayResume: writer.mayHavePartial(path + partialSuffix),
        identity: path,
        link: (stale) => links.attachmentLink(recording.value.id, { attachment, index }, stale),
        onProgress: (doneBytes, totalBytes) => {
          progress.set(path, doneBytes, totalBytes);
        },
        onReceived: (countBytes) => {
          progress.receive(countBytes);
        },
        isHeld: async ({ validator, totalBytes, contentLengthBytes }) => {
          held = await writer.findIntact(
            (file) =>
              file.path === path &&
              // Only a strong ETag promises the same bytes.
              validator?.startsWith('"') === true &&
              file.validator === validator &&
              file.contentBytes === (totalBytes ?? contentLengthBytes),
            signal,
          );
          return held !== undefined;
        },
        onMismatch: (mismatch) => noteMismatch(run, path, mismatch),
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
    if (isAnotherFile(attachment, media)) {
      await discardPartial(partialPath);
      throw errors.corrupt('The storage answered with another file instead of the attachment');
    }
    const stored = await writer.place(
      partialPath,
      {
        path,
        storedBytes: media.sizeBytes,
        storedSha256: media.sha256,
        contentBytes: media.sizeBytes,
        contentSha256: media.sha256,
        source: recording.source,
        fetchedAtMs: deps.clock.nowMs(),
        verifiedAgainst: verifications(attachment, media),
        recordingId: recording.value.id,
        communicationId: undefined,
        channel: undefined,
        validator: media.validator,
      },
      signal,
    );
    await discardPartial(partialPath);
    return stored;
  } finally {
    progress.finish(path);
  }
}

/**
 * Proxies and sign-in pages of networks answer 200 with a file of their own. An attachment may be anything, but then it is as large as
 * stated or of the kind that was stated.
 */
function isAnotherFile(attachment: RecordingAttachment, media: FetchedMedia): boolean {
  const found = kindOf(media.contentType);
  const stated = kindOf(attachment.contentType);
  if (media.sizeBytes === attachment.sizeBytes || found === undefined) {
    return false;
  }
  return found === 'text/html'
    ? stated !== found && !/\.html?$/iu.test(attachment.name ?? '')
    : attachment.sizeBytes !== undefined &&
        stated !== undefined &&
        stated.split('/')[0] !== found.split('/')[0];
}

/** `image/png`; undefined of what says nothing, as storage does of files that it knows nothing about. */
function kindOf(contentType: string | undefined): string | undefined {
  const [kind = ''] = contentType?.toLowerCase().split(';') ?? [];
  const isTelling = kind.includes('/') && !/octet-stream|binary|x-download/u.test(kind);
  return isTelling ? kind.trim() : undefined;
}

function verifications(
  { sizeBytes }: RecordingAttachment,
  media: FetchedMedia,
): readonly Verification[] {
  const list: Verification[] = ['ownHash'];
  if (media.isSizeConfirmed) {
    list.push('size');
  }
  if (media.sizeBytes === sizeBytes) {
    list.push('outputSize');
  }
  if (media.checksumAlgorithm !== undefined) {
    list.push(`checksum:${media.checksumAlgorithm}`);
  }
  return list;
}
