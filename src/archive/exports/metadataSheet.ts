/** What is known of an archived conversation on one page: who, when, what was recorded, what is missing and why. Pure. */
import type { Conversation } from '../../model/conversation.ts';
import { toConversationFacts } from '../../model/conversationFacts.ts';
import type { ArchivedConversation } from '../archivedConversation.ts';
import { plainAddress, toConversationLabel } from '../reports/conversationLabel.ts';
import { toLabelNames } from '../reports/localConversation.ts';
import { bytesText, markdownHead, markdownRow, utcText } from '../reports/tableText.ts';
import { participantName } from './speakers.ts';
import { clockText } from './transcriptText.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';

export function toMetadataSheet(archived: ArchivedConversation): string {
  const { conversation, names, manifest } = archived;
  const label = toConversationLabel(conversation, toLabelNames(names));
  return [
    `# ${escapeMarkdown(label)}\n`,
    markdownHead(['Fact', 'Value']) +
      facts(archived)
        .map(([name, value]) => markdownRow([name, value]))
        .join(''),
    '## Participants\n',
    markdownHead(['Name', 'Role', 'From', 'Until']) +
      participantRows(conversation, archived).join(''),
    ...(archived.recordings.length === 0
      ? []
      : [
          '## Recordings\n',
          markdownHead(['Started', 'Length', 'Media', 'Files', 'Id']) +
            archived.recordings
              .map(({ recording, files }) =>
                markdownRow([
                  recording.startMs === undefined ? '' : utcText(recording.startMs),
                  recording.outputDurationMs === undefined
                    ? ''
                    : clockText(recording.outputDurationMs),
                  recording.media,
                  files.length,
                  recording.id,
                ]),
              )
              .join(''),
        ]),
    '## Files\n',
    markdownHead(['File', 'Size', 'Fetched', 'Verified against', 'Source', 'SHA-256']) +
      manifest.files
        .map((file) =>
          markdownRow([
            file.path,
            bytesText(file.storedBytes),
            utcText(file.fetchedAtMs),
            file.verifiedAgainst.join(', '),
            file.source,
            file.storedSha256,
          ]),
        )
        .join(''),
    ...(manifest.absent.length === 0
      ? []
      : [
          '## Not in the archive\n',
          markdownHead(['What', 'Reason', 'Why']) +
            manifest.absent
              .map(({ item, reason, message }) => markdownRow([item, reason, message]))
              .join(''),
        ]),
  ].join('\n');
}

function facts({
  conversation,
  names,
}: ArchivedConversation): readonly (readonly [string, string])[] {
  const known = toConversationFacts(conversation);
  const list = (ids: readonly string[], map: ReadonlyMap<string, string>): string =>
    ids.map((id) => map.get(id) ?? id).join(', ');
  const all: readonly (readonly [string, string])[] = [
    ['Conversation', conversation.id],
    ['Started', utcText(conversation.startMs)],
    ['Ended', conversation.endMs === undefined ? 'still open' : utcText(conversation.endMs)],
    ['Duration', known.durationMs === undefined ? '' : clockText(known.durationMs)],
    ['Media', known.mediaType],
    ['Direction', known.direction ?? ''],
    ['Queues', list(known.queueIds, names.queues)],
    ['Agents', list(known.agentIds, names.users)],
    ['Wrap-up', list(known.wrapUpCodeIds, names.wrapUpCodes)],
    ['Divisions', list(conversation.divisionIds, names.divisions)],
    ['Other side', known.remote === undefined ? '' : plainAddress(known.remote)],
  ];
  return all.filter(([, value]) => value !== '');
}

function participantRows(
  conversation: Conversation,
  { names }: Pick<ArchivedConversation, 'names'>,
): readonly string[] {
  return conversation.participants.map((participant) => {
    const segments = participant.sessions.flatMap((session) => session.segments);
    const startMs = segments.reduce((first, segment) => Math.min(first, segment.startMs), Infinity);
    const endMs = segments.reduce(
      (last, segment) => Math.max(last, segment.endMs ?? -Infinity),
      -Infinity,
    );
    return markdownRow([
      participantName(participant, names),
      participant.purpose,
      Number.isFinite(startMs) ? utcText(startMs) : '',
      Number.isFinite(endMs) ? utcText(endMs) : '',
    ]);
  });
}
