/** The file name that an export is offered under. Pure. */
import type { ConversationSnapshot, ExportWish } from '../../protocol/conversationView.ts';

const maxWordsLength = 60;

/**
 * `2026-11-05-voice-billing-emea-dana-example`, with the stretch of a clip behind it: `-0m05s-0m12s`. Without extension; only letters,
 * digits and hyphens, so that it is a name everywhere.
 */
export function exportName(
  {
    title,
    startMs,
    conversationId,
  }: Pick<ConversationSnapshot, 'title' | 'startMs' | 'conversationId'>,
  { clip, side }: Pick<ExportWish, 'clip' | 'side'>,
): string {
  const words = toWords(title);
  return [
    new Date(startMs).toISOString().slice(0, 10),
    words === '' ? conversationId : words,
    side,
    clip === undefined ? undefined : `${clock(clip.startMs)}-${clock(clip.endMs)}`,
  ]
    .filter((part) => part !== undefined)
    .join('-');
}

function toWords(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const kept: string[] = [];
  for (const word of words) {
    if ([...kept, word].join('-').length > maxWordsLength) {
      break;
    }
    kept.push(word);
  }
  return kept.join('-');
}

function clock(positionMs: number): string {
  const seconds = Math.round(positionMs / 1000);
  return `${String(Math.floor(seconds / 60))}m${String(seconds % 60).padStart(2, '0')}s`;
}
