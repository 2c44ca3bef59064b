/** A conversation as plain text for people: what was said and written, by name and time, so that editors can search and compare it. */
import { throwIfCancelled } from '../../base/appError.ts';
import { readIndexedConversation, type IndexedItem } from '../indexing/indexedConversation.ts';
import { oneLine, toConversationLabel } from '../reports/conversationLabel.ts';
import { toLabelNames } from '../reports/localConversation.ts';
import { utcText } from '../reports/tableText.ts';
import { Speakers } from './speakers.ts';
import { clockText } from './transcriptText.ts';

/** Days of talk have less; an editor refuses more. */
const maxTextLength = 32 << 20;

interface Line {
  readonly startMs: number;
  readonly text: string;
}

/**
 * A head of a few lines, then one line a phrase, message or note, in the order of time: `00:01:05  Ada Lovelace (Agent): Hello`.
 * What cannot be read, and what is beyond 32 million letters, is told at the end.
 * @throws AppError `notFound` when the folder holds no whole conversation, `corrupt`, `unsupported`, `storage`; AbortError
 */
export async function toReadableText(folderPath: string, signal: AbortSignal): Promise<string> {
  const { conversation, names, tags, items } = await readIndexedConversation(folderPath, signal);
  const speakers = new Speakers(conversation, names);
  const lines: Line[] = [];
  const problems = new Set<string>();
  let length = 0;
  for await (const list of items) {
    throwIfCancelled(signal);
    for (const item of list) {
      if (item.kind === 'problem') {
        problems.add(oneLine(item.message, 500));
      } else if (length > maxTextLength) {
        problems.add('There is more than fits into one text; the files of the archive hold it.');
      } else {
        const line = toLine(item, conversation.startMs, speakers);
        if (line !== undefined) {
          lines.push(line);
          length += line.text.length;
        }
      }
    }
  }
  const label = toConversationLabel(conversation, toLabelNames(names));
  return [
    label,
    `Started ${utcText(conversation.startMs)}${conversation.endMs === undefined ? ', still open when it was stored' : `, lasted ${clockText(conversation.endMs - conversation.startMs)}`}`,
    `Conversation ${conversation.id}`,
    ...(tags.length === 0 ? [] : [`Tags: ${tags.map((tag) => oneLine(tag)).join(', ')}`]),
    '',
    ...lines.toSorted((a, b) => a.startMs - b.startMs).map(({ text }) => text),
    ...(lines.length === 0 ? ['Nothing of what was said or written is in the archive.'] : []),
    ...(problems.size === 0 ? [] : ['', ...problems]),
    '',
  ].join('\n');
}

/** Nothing for marks that are no words. */
function toLine(
  item: Exclude<IndexedItem, { kind: 'problem' }>,
  conversationStartMs: number,
  speakers: Speakers,
): Line | undefined {
  if (item.kind === 'sentiment' || item.kind === 'topic') {
    return undefined;
  }
  const startMs = item.startMs ?? conversationStartMs;
  const who = item.kind === 'note' ? 'Note' : speakers.nameAt(item.role, startMs);
  // Further lines of a message stand below its first.
  const said = item.text
    .split(/\r?\n/u)
    .map((line) => oneLine(line, Number.MAX_SAFE_INTEGER))
    .join('\n          ');
  return { startMs, text: `${clockText(startMs - conversationStartMs)}  ${who}: ${said}` };
}
