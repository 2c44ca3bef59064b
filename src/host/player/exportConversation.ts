/** Takes the transcript or a clip of an open conversation out of the archive, as a person asked for it in the player. */
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { errors } from '../../base/appError.ts';
import type { Log } from '../../base/log.ts';
import type {
  ConversationSnapshot,
  ExportWish,
  RecordingSnapshot,
} from '../../protocol/conversationView.ts';
import {
  transcriptFileFormats,
  type TranscriptFileFormat,
  type TranscriptFileSource,
} from '../../protocol/playerWorker.ts';
import { transcriptsOf } from '../../transcript/transcriptsOf.ts';
import type { Archives } from '../archives/archives.ts';
import { withProgress } from '../progress.ts';
import { formatBytes } from '../progressText.ts';
import { announce, reveal } from '../reports/archiveAccess.ts';
import type { OpenedConversation } from './conversationReader.ts';
import { exportName } from './exportName.ts';
import { withPlayerWorker } from './playerWorkerClient.ts';

export interface ExportDeps {
  readonly archives: Archives;
  readonly extensionUri: vscode.Uri;
  /** Remembers the format. */
  readonly workspaceState: vscode.Memento;
  readonly log: Log;
}

/** What is shown, with its files. */
export interface ShownConversation {
  readonly opened: OpenedConversation;
  readonly conversation: ConversationSnapshot;
}

const formatKey = 'player.transcriptFormat';

/**
 * Asks for format and place, then writes. Turning away ends it quietly.
 * @throws AppError `input` when there is nothing to export; what the worker throws
 */
export async function exportConversation(
  deps: ExportDeps,
  shown: ShownConversation,
  wish: ExportWish,
): Promise<void> {
  await (wish.what === 'clip'
    ? exportClip(deps, shown, wish)
    : exportTranscript(deps, shown, wish));
}

async function exportTranscript(
  deps: ExportDeps,
  shown: ShownConversation,
  wish: ExportWish,
): Promise<void> {
  const source = toSource(shown, wish);
  if (source.files.length === 0) {
    throw errors.input(
      vscode.l10n.t('There is no transcript here to export. Download Transcript may bring one.'),
    );
  }
  const format = await pickFormat(deps, wish);
  const path =
    format === undefined
      ? undefined
      : await askPath(deps, exportName(shown.conversation, wish), format);
  if (format === undefined || path === undefined) {
    return;
  }
  const { lineCount, sizeBytes } = await withProgress(
    vscode.l10n.t('Exporting transcript'),
    {},
    (_report, signal) =>
      withPlayerWorker(deps, (peer) =>
        peer.request('exportTranscript', { source, format, outputPath: path }, signal),
      ),
  );
  announce(
    vscode.l10n.t(
      'Exported {0} phrases to {1} ({2}).',
      lineCount.toLocaleString(),
      basename(path),
      formatBytes(sizeBytes),
    ),
    true,
    {
      [vscode.l10n.t('Open')]: () =>
        vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path)),
      [vscode.l10n.t('Reveal')]: () => reveal(path),
    },
  );
}

async function exportClip(
  deps: ExportDeps,
  shown: ShownConversation,
  wish: ExportWish,
): Promise<void> {
  const { clip, recordingId } = wish;
  const mediaPath =
    recordingId === undefined ? undefined : shown.opened.prepared.get(recordingId)?.playablePath;
  if (clip === undefined || mediaPath === undefined) {
    throw errors.input(
      vscode.l10n.t(
        'Select a part of the waveform first: drag over it, or press I and O at its ends.',
      ),
    );
  }
  const path = await askPath(deps, exportName(shown.conversation, wish), 'wav');
  if (path === undefined) {
    return;
  }
  const source = toSource(shown, wish);
  const base = path.replace(/\.wav$/iu, '');
  const wordFiles =
    source.files.length === 0
      ? []
      : (['vtt', 'json'] as const).map((format) => ({ format, path: `${base}.${format}` }));
  if (!(await mayReplace(wordFiles.map((file) => file.path)))) {
    return;
  }
  const { sizeBytes } = await withProgress(vscode.l10n.t('Exporting clip'), {}, (_report, signal) =>
    withPlayerWorker(deps, async (peer) => {
      const written = await peer.request(
        'exportClip',
        { mediaPath, clip, outputPath: path },
        signal,
      );
      for (const { format, path: outputPath } of wordFiles) {
        await peer.request('exportTranscript', { source, format, outputPath }, signal);
      }
      return written;
    }),
  );
  announce(
    wordFiles.length === 0
      ? vscode.l10n.t('Exported the clip to {0} ({1}).', basename(path), formatBytes(sizeBytes))
      : vscode.l10n.t(
          'Exported the clip to {0} ({1}), with its words as WebVTT and JSON beside it.',
          basename(path),
          formatBytes(sizeBytes),
        ),
    true,
    { [vscode.l10n.t('Reveal')]: () => reveal(path) },
  );
}

/** Files and clock of the recording that the person looks at. */
function toSource(
  { opened, conversation }: ShownConversation,
  { recordingId, side, clip, offsetMs }: ExportWish,
): TranscriptFileSource {
  const recording = conversation.recordings.find((one) => one.recordingId === recordingId);
  const { title, facts, speakers, isOutbound, conversationId } = conversation;
  const transcripts = transcriptsOf(opened.archived.transcripts, recording, ({ path }) => path);
  return {
    files: [
      ...transcripts.map(({ path }) => ({ path, kind: 'transcript' as const })),
      ...(recording === undefined && transcripts.length === 0
        ? opened.archived.texts.map(({ path }) => ({ path, kind: 'recording' as const }))
        : []),
    ],
    conversationId,
    communicationId: recording?.communicationId ?? transcripts[0]?.communicationId,
    recordingId,
    isOutbound,
    startMs: recording?.startMs ?? conversation.startMs,
    cuts: (recording?.cuts ?? []).map(({ realtimeOffsetMs, durationMs }) => ({
      realtimeOffsetMs,
      durationMs,
    })),
    offsetMs,
    speakers,
    heading: { title, facts },
    notes: (conversation.notes?.notes ?? [])
      .filter((note) => note.recordingId === undefined || note.recordingId === recordingId)
      .map(({ text, tags, fromMs, toMs }) => ({
        text,
        tags,
        startMs: fromMs === undefined ? undefined : conversation.startMs + fromMs,
        endMs: toMs === undefined ? undefined : conversation.startMs + toMs,
      })),
    mediaPath: playablePath(opened, recording),
    side,
    clip,
  };
}

function playablePath(
  { prepared }: OpenedConversation,
  recording: RecordingSnapshot | undefined,
): string | undefined {
  return recording === undefined ? undefined : prepared.get(recording.recordingId)?.playablePath;
}

async function pickFormat(
  { workspaceState }: ExportDeps,
  { side, clip }: ExportWish,
): Promise<TranscriptFileFormat | undefined> {
  const details: Readonly<Record<TranscriptFileFormat, readonly [string, string]>> = {
    vtt: [
      'WebVTT',
      vscode.l10n.t('Subtitles with the speakers as voices, for video players and the web'),
    ],
    srt: ['SubRip', vscode.l10n.t('Subtitles that every player reads')],
    md: ['Markdown', vscode.l10n.t('To read, with names and times')],
    txt: [vscode.l10n.t('Plain text'), vscode.l10n.t('One line a phrase')],
    csv: [
      'CSV',
      vscode.l10n.t('One row a phrase with times and sample positions, for spreadsheets'),
    ],
    json: [
      'JSON',
      vscode.l10n.t('Phrases and words with times and sample positions, for programs'),
    ],
  };
  const last = workspaceState.get(formatKey);
  const parts = [
    side === undefined ? undefined : vscode.l10n.t('only the side that is shown'),
    clip === undefined ? undefined : vscode.l10n.t('only what is selected'),
  ].filter((part) => part !== undefined);
  const picked = await vscode.window.showQuickPick(
    transcriptFileFormats
      .map((format) => ({
        format,
        label: details[format][0],
        description: `.${format}`,
        detail: details[format][1],
      }))
      .toSorted((a, b) => Number(b.format === last) - Number(a.format === last)),
    {
      title: vscode.l10n.t('Export Transcript'),
      placeHolder:
        parts.length === 0
          ? vscode.l10n.t('Format of the whole transcript')
          : vscode.l10n.t('Format; {0}', parts.join(', ')),
      matchOnDescription: true,
    },
  );
  if (picked !== undefined) {
    await workspaceState.update(formatKey, picked.format);
  }
  return picked?.format;
}

async function askPath(
  { archives }: ExportDeps,
  name: string,
  extension: string,
): Promise<string | undefined> {
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(await offeredFolder(archives), `${name}.${extension}`)),
    filters: { [extension.toUpperCase()]: [extension] },
    saveLabel: vscode.l10n.t('Export'),
  });
  if (uri !== undefined && uri.scheme !== 'file') {
    throw errors.input(vscode.l10n.t('Choose a place on disk.'));
  }
  return uri?.fsPath;
}

/** The archive's `exports`, or the person's own folder when no archive can be. */
async function offeredFolder(archives: Archives): Promise<string> {
  try {
    const folder = join(archives.rootPath, 'exports');
    await mkdir(folder, { recursive: true });
    return folder;
  } catch {
    return homedir();
  }
}

/** The save dialog asked about the sound only. */
async function mayReplace(paths: readonly string[]): Promise<boolean> {
  const existing: string[] = [];
  for (const path of paths) {
    await access(path).then(
      () => existing.push(basename(path)),
      () => undefined,
    );
  }
  if (existing.length === 0) {
    return true;
  }
  const replace = vscode.l10n.t('Replace');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('The words of the clip go beside it. Replace {0}?', existing.join(', ')),
    { modal: true },
    replace,
  );
  return answer === replace;
}
