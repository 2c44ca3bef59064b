/** Brings a transcript file of a person into the archive: what is asked before, and what is said after. */
import * as vscode from 'vscode';
import type { Archive } from '../../archive/archive.ts';
import type { ArchivedConversation } from '../../archive/archivedConversation.ts';
import type { InspectedTranscript, TranscriptImport } from '../../archive/importTranscript.ts';
import { errors } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import { formatDateTime, toLabel } from '../conversations/format.ts';
import { withProgress } from '../progress.ts';

export interface ImportDeps {
  readonly archives: Archives;
  readonly clock: Clock;
  readonly log: Log;
}

type ImportPlace = Pick<TranscriptImport, 'communicationId' | 'recordingId'> & {
  readonly startMs: number;
};

/** Clocks of other systems differ, time zones do more; what is further away is of another call. */
const toleranceMs = 86_400_000;

/**
 * Asks for the file, looks at it, asks about what is strange of it, stores it.
 * @returns whether a transcript was imported; false when the person turned away
 * @throws AppError `input` for a conversation that is not archived and for a file that is no transcript; what storing throws
 */
export async function importTranscriptFile(deps: ImportDeps, id: ConversationId): Promise<boolean> {
  const signal = new AbortController().signal;
  const { archive, archived } = await requireArchived(deps, id, signal);
  const place = await pickPlace(archived);
  const path = place === undefined ? undefined : await askFile();
  if (place === undefined || path === undefined) {
    return false;
  }
  const { importTranscript, inspectTranscript } = await import('../archives/archiveModule.ts');
  const inspected = await withProgress(
    vscode.l10n.t('Looking at the transcript'),
    {},
    (_report, stop) => inspectTranscript(path, { recordingStartMs: place.startMs }, stop),
  );
  checkTimes(inspected, archived);
  if (!(await confirm(questionsOf(inspected, archived, place)))) {
    return false;
  }
  const { communicationId, recordingId } = place;
  await withProgress(vscode.l10n.t('Importing the transcript'), {}, (_report, stop) =>
    importTranscript(
      archive,
      { conversationId: id, path, communicationId, recordingId },
      deps,
      stop,
    ),
  );
  deps.archives.index.add(id);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Imported a transcript of {0} phrases.', inspected.phraseCount.toLocaleString()),
  );
  return true;
}

async function requireArchived(
  { archives }: ImportDeps,
  id: ConversationId,
  signal: AbortSignal,
): Promise<{ readonly archive: Archive; readonly archived: ArchivedConversation }> {
  const archive = await archives.openForReading(signal);
  const folderPath = await archive?.find(id, signal);
  if (archive === undefined || folderPath === undefined) {
    throw errors.input(
      vscode.l10n.t(
        'A transcript is imported into the archive, and this conversation is not in it. Download the conversation first.',
      ),
    );
  }
  return { archive, archived: await archive.read(folderPath, signal) };
}

/** The recording that the transcript is of; asked for when there are several. */
async function pickPlace(archived: ArchivedConversation): Promise<ImportPlace | undefined> {
  const { conversation, recordings } = archived;
  const [firstSession] = conversation.participants.flatMap(({ sessions }) => sessions);
  const places = recordings
    .filter(({ files }) => files.length > 0)
    .flatMap(({ recording }) => {
      const communicationId = recording.communicationId ?? firstSession?.id;
      const startMs = recording.startMs ?? conversation.startMs;
      return communicationId === undefined
        ? []
        : [{ communicationId, recordingId: recording.id, startMs }];
    });
  if (places.length === 0 && firstSession !== undefined) {
    const { startMs } = conversation;
    return { communicationId: firstSession.id, recordingId: undefined, startMs };
  }
  if (places.length === 0) {
    throw errors.input(
      vscode.l10n.t(
        'This conversation has no recording and no session that a transcript could be of.',
      ),
    );
  }
  if (places.length === 1) {
    return places[0];
  }
  const picked = await vscode.window.showQuickPick(
    places.map((place, index) => ({
      label: vscode.l10n.t('Recording {0}', index + 1),
      description: formatDateTime(place.startMs),
      place,
    })),
    { title: vscode.l10n.t('Import Transcript: of Which Recording?') },
  );
  return picked?.place;
}

async function askFile(): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import Transcript'),
      openLabel: vscode.l10n.t('Import'),
      filters: { [vscode.l10n.t('Transcripts')]: ['json', 'gz'] },
    })) ?? [];
  if (uri !== undefined && uri.scheme !== 'file') {
    throw errors.input(vscode.l10n.t('Choose a file on disk.'));
  }
  return uri?.fsPath;
}

/** @throws AppError `input` when nothing in it could have been said in this conversation */
function checkTimes(
  { firstMs, lastMs }: InspectedTranscript,
  { conversation: { startMs, endMs } }: ArchivedConversation,
): void {
  if (lastMs < startMs - toleranceMs || firstMs > (endMs ?? Infinity) + toleranceMs) {
    throw errors.input(
      vscode.l10n.t(
        'This transcript is of another time: it begins {0}, the conversation {1}.',
        formatDateTime(firstMs),
        formatDateTime(startMs),
      ),
    );
  }
}

/** What a person should know before. */
function questionsOf(
  { namedConversationId }: InspectedTranscript,
  { conversation, transcripts }: ArchivedConversation,
  place: ImportPlace,
): readonly string[] {
  const isOther = namedConversationId !== undefined && namedConversationId !== conversation.id;
  const present = transcripts.find(
    ({ communicationId, recordingId }) =>
      communicationId === place.communicationId &&
      (recordingId === undefined || recordingId === place.recordingId),
  );
  return [
    ...(isOther
      ? [
          vscode.l10n.t(
            'The file says that it is of another conversation: {0}.',
            toLabel(namedConversationId, 60),
          ),
        ]
      : []),
    ...(present === undefined
      ? []
      : [
          present.importedFrom === undefined
            ? vscode.l10n.t(
                'The platform’s own transcript stays in the archive, but the imported one is shown and searched in its place.',
              )
            : vscode.l10n.t(
                'The transcript that was imported before goes to the history of the conversation.',
              ),
        ]),
  ];
}

async function confirm(questions: readonly string[]): Promise<boolean> {
  if (questions.length === 0) {
    return true;
  }
  const accept = vscode.l10n.t('Import');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Import this transcript?'),
    { modal: true, detail: questions.join('\n') },
    accept,
  );
  return answer === accept;
}
