/** The first page of an evidence package: what it holds, whether it is sound, how to check it. Pure. */
import type { Conversation } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchivedNames } from '../archivedNames.ts';
import type { Verification } from '../manifest.ts';
import { toConversationLabel } from '../reports/conversationLabel.ts';
import { toLabelNames } from '../reports/localConversation.ts';
import { counted, markdownHead, markdownRow, utcText } from '../reports/tableText.ts';

export interface PackedFile {
  /** Relative to the conversation's folder. */
  readonly path: string;
  /** Compared with the manifest while it was packed. */
  readonly state: 'same' | 'changed' | 'missing';
  readonly bytes: number | undefined;
  readonly expectedSha256: string;
  readonly computedSha256: string | undefined;
  readonly verifiedAgainst: readonly Verification[];
}

export interface PackedConversation {
  readonly conversationId: ConversationId;
  /** Undefined when its detail cannot be read. */
  readonly label: string | undefined;
  readonly startMs: number | undefined;
  readonly fileCount: number;
  readonly problems: readonly string[];
  readonly absentCount: number;
}

/** The page names so many problems; `verification.json` of each conversation has all. */
const maxListedProblems = 200;

export function toPackedLabel(
  conversation: Conversation,
  names: ArchivedNames,
): Pick<PackedConversation, 'label' | 'startMs'> {
  return {
    label: toConversationLabel(conversation, toLabelNames(names)),
    startMs: conversation.startMs,
  };
}

export function toReadme(packed: readonly PackedConversation[]): string {
  const fileCount = packed.reduce((total, each) => total + each.fileCount, 0);
  const problems = packed.flatMap((each) => each.problems.map((problem) => ({ each, problem })));
  const verdict =
    problems.length === 0
      ? `Sound: all ${counted(fileCount, 'original file')} of ${counted(packed.length, 'conversation')} are as the manifests say.`
      : `Not sound: ${counted(problems.length, 'problem')} in ${counted(fileCount, 'original file')} of ${counted(packed.length, 'conversation')}.`;
  return [
    '# Evidence Package\n',
    `**${verdict}**\n`,
    'Each conversation has a folder: `original/` as the archive holds it, byte for byte, with its `manifest.json`; `metadata.md`, who and when and what; `transcript.md`, what was said; `notes.md`, what people who use the archive noted on it, if anything; `verification.json`, every file as it was read when it was packed, compared with the manifest.\n',
    'Check the package with `sha256sum -c SHA256SUMS`. When it was made, and its own SHA-256, stand in the `.proof.json` file that came with it and in the audit log of the archive.\n',
    markdownHead(['Started', 'Conversation', 'Files', 'Problems', 'Not available', 'Folder']) +
      packed
        .map((each) =>
          markdownRow([
            each.startMs === undefined ? '' : utcText(each.startMs),
            each.label ?? '(cannot be read)',
            each.fileCount,
            each.problems.length,
            each.absentCount,
            `conversations/${each.conversationId}`,
          ]),
        )
        .join(''),
    ...(problems.length === 0
      ? []
      : [
          '## Problems\n',
          markdownHead(['Conversation', 'Problem']) +
            problems
              .slice(0, maxListedProblems)
              .map(({ each, problem }) => markdownRow([each.label ?? each.conversationId, problem]))
              .join(''),
        ]),
  ].join('\n');
}
