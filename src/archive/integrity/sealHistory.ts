/** What the audit log says of the manifest of every conversation: about 130 bytes each are held. Knows nothing of files. */
import type { JsonRecord } from '../../base/decode.ts';
import type { ConversationId } from '../../model/ids.ts';
import { readAnnouncement, readSeal } from './manifestSeal.ts';

export class SealHistory {
  private readonly seals = new Map<ConversationId, string | null>();
  private readonly resealedIds = new Set<ConversationId>();
  private readonly announcements = new Map<ConversationId, Set<string>>();

  /** The last seal of each conversation; null for one that was deleted on purpose. */
  get last(): ReadonlyMap<ConversationId, string | null> {
    return this.seals;
  }

  /** Whose manifest was neither sealed nor announced when a later download began. */
  get resealed(): ReadonlySet<ConversationId> {
    return this.resealedIds;
  }

  /** Manifests that were announced since the last seal: of conversations whose download was killed, or goes on. */
  get announced(): ReadonlyMap<ConversationId, ReadonlySet<string>> {
    return this.announcements;
  }

  /** Takes in the next event of the log. */
  read(details: JsonRecord): void {
    const seal = readSeal(details);
    if (seal !== undefined) {
      const { conversationId, manifestSha256, foundSha256 } = seal;
      this.noteFound(conversationId, foundSha256);
      this.seals.set(conversationId, manifestSha256);
      this.announcements.delete(conversationId);
    }
    const announcement = readAnnouncement(details);
    if (announcement !== undefined) {
      const { conversationId, nextManifestSha256, foundSha256 } = announcement;
      // First: it may announce the very bytes that it found, and these may be an edit.
      this.noteFound(conversationId, foundSha256);
      const known = this.announcements.get(conversationId) ?? new Set();
      this.announcements.set(conversationId, known.add(nextManifestSha256));
    }
  }

  private noteFound(id: ConversationId, foundSha256: string | null | undefined): void {
    const before = this.seals.get(id);
    const isKnown =
      before === undefined ||
      foundSha256 === undefined ||
      foundSha256 === before ||
      (foundSha256 !== null && this.announcements.get(id)?.has(foundSha256) === true);
    if (!isKnown) {
      this.resealedIds.add(id);
    }
  }
}
