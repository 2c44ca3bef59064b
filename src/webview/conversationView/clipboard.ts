/** What of the conversation view gets to the clipboard, through the host. Knows no elements. */
import type { Phrase } from '../../model/transcript.ts';
import type { LinkWish } from '../../protocol/conversationView.ts';
import type { Alignment } from '../../transcript/alignment.ts';
import type { SpokenNow, TranscriptList } from './transcriptList.ts';

/** The part of the controller that says what is shown, and where it stands. */
interface Shown {
  readonly conversation: { readonly conversationId: string } | undefined;
  readonly recording: { readonly recordingId: string } | undefined;
  readonly player: { readonly positionMs: number };
  readonly list: Pick<TranscriptList, 'spokenNow' | 'phrase'>;
  /** Of the text. */
  readonly clock: Alignment;
  readonly hasRecording: boolean;
}

/** Both say whether it is on the clipboard. */
interface ClipboardHost {
  readonly copyText: (text: string) => Promise<boolean>;
  readonly copyLink: (wish: LinkWish) => Promise<boolean>;
}

/** Copies the conversation's id, or a link to where the player stands. @returns whether the host put it on the clipboard */
export async function copyShown(
  what: 'id' | 'link',
  { conversation, recording, player, list, clock, hasRecording }: Shown,
  host: ClipboardHost,
): Promise<boolean> {
  if (what === 'id') {
    return host.copyText(conversation?.conversationId ?? '');
  }
  const spoken = list.spokenNow(player.positionMs, hasRecording ? clock : undefined);
  return host.copyLink(
    toLinkWish(recording?.recordingId, spoken, clock, (index) => list.phrase(index)),
  );
}

/**
 * The moment that a link to where the player stands means: the word that is spoken, else the position itself. Without a recording
 * there is none.
 * @param clock of the text, so that the link finds its word however the text was moved against the sound
 */
export function toLinkWish(
  recordingId: string | undefined,
  { positionMs, phrases }: SpokenNow,
  clock: Pick<Alignment, 'toEpochMs'>,
  phraseOf: (phraseIndex: number) => Phrase | undefined,
): LinkWish {
  const last = phrases.at(-1);
  const word =
    last?.wordIndex === undefined ? undefined : phraseOf(last.phraseIndex)?.words[last.wordIndex];
  return {
    recordingId,
    timeMs:
      recordingId === undefined
        ? undefined
        : Math.round(word?.startMs ?? clock.toEpochMs(positionMs)),
  };
}
