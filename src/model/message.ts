/** What was written in a chat, a messaging conversation or an e-mail. All times are epoch milliseconds. */
import type { SpeakerRole } from './transcript.ts';

export interface Message {
  readonly kind: 'chat' | 'message' | 'email';
  /** The platform's; undefined when it has none. Attachments are filed under it. */
  readonly id: string | undefined;
  /** Undefined when the platform does not say. */
  readonly timeMs: number | undefined;
  readonly role: SpeakerRole;
  /** Who wrote it, as the message itself says. */
  readonly sender: string | undefined;
  /** Of an e-mail: who it went to, `To` and `Cc`. */
  readonly recipients: readonly { readonly label: 'To' | 'Cc' | 'Bcc'; readonly names: string }[];
  readonly subject: string | undefined;
  /** Plain text; what an HTML body says when there is no other. */
  readonly text: string;
  /** HTML as its author sent it: hostile, never to be put into a page as it is. */
  readonly html: string | undefined;
}
