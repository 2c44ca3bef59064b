/**
 * Puts conversations into the catalogue: gathers their words outside of transactions and writes them in short ones, ordered by
 * key, which is what the full-text index takes fastest. Knows nothing of where conversations come from.
 */
import { randomUUID } from 'node:crypto';
import { throwIfCancelled } from '../base/appError.ts';
import { sideOf } from '../transcript/roles.ts';
import type { CatalogueDatabase } from './catalogueDatabase.ts';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueLabel,
  CatalogueMark,
  CataloguePhrase,
} from './catalogueDocument.ts';
import { ConversationRows, type PhraseRow } from './conversationRows.ts';
import { toPhraseKey } from './phraseKey.ts';
import { toPieces } from './phraseText.ts';
import { sideColumns } from './schema.ts';

/** A transaction holds the write lock: other windows wait for it, so it stays near 200 ms. */
const batchPhraseCount = 20_000;
const batchTextLength = 8_000_000;
const batchConversationCount = 200;

/** What is kept of one conversation; the rest is left out and said in its row. */
export const maxPhraseCount = 2_000_000;
const maxMarkCount = 50_000;

/** A conversation on its way in. */
interface Intake {
  readonly document: CatalogueDocument;
  /** Tells this attempt from those of other windows. */
  readonly writer: string;
  readonly problems: Set<string>;
  phraseCount: number;
  markCount: number;
}

/** A conversation, or the part of one that fits into a batch. */
interface Part {
  readonly intake: Intake;
  readonly isFirst: boolean;
  isLast: boolean;
  readonly phrases: CataloguePhrase[];
  readonly marks: CatalogueMark[];
}

/** Adds conversations one after another. `finish` writes what is left; without it the last ones are lost. */
export class CatalogueWriter {
  private readonly db: CatalogueDatabase;
  private readonly rows: ConversationRows;
  private parts: Part[] = [];
  private phraseCount = 0;
  private textLength = 0;

  constructor(db: CatalogueDatabase) {
    this.db = db;
    this.rows = new ConversationRows(db);
  }

  /**
   * Takes a conversation in, in place of what was there under its id. A conversation that fits into one batch appears whole; a
   * larger one grows, and counts as changed until its end is written. When two windows write the same one, the later wins.
   * On abort nothing of the present conversation counts as done.
   * @throws AppError `conflict` | `storage` | `corrupt`, and what reading the content throws
   */
  async add(document: CatalogueDocument, signal: AbortSignal): Promise<void> {
    const intake: Intake = {
      document,
      writer: randomUUID(),
      problems: new Set(),
      phraseCount: 0,
      markCount: 0,
    };
    let part = this.startPart(intake, true);
    try {
      for await (const items of document.content) {
        for (const item of items) {
          this.take(intake, part, item);
          if (this.phraseCount >= batchPhraseCount || this.textLength >= batchTextLength) {
            throwIfCancelled(signal);
            this.flush();
            part = this.startPart(intake, false);
          }
        }
        if (intake.phraseCount > maxPhraseCount) {
          break;
        }
      }
      throwIfCancelled(signal);
    } catch (error) {
      this.parts = this.parts.filter((each) => each.intake !== intake);
      throw error;
    }
    part.isLast = true;
    if (this.parts.length >= batchConversationCount) {
      this.flush();
    }
  }

  /** Writes what was gathered. @throws AppError `conflict` | `storage` | `corrupt` */
  finish(): void {
    if (this.parts.length > 0) {
      this.flush();
    }
  }

  private startPart(intake: Intake, isFirst: boolean): Part {
    const part: Part = { intake, isFirst, isLast: false, phrases: [], marks: [] };
    this.parts.push(part);
    return part;
  }

  private take(intake: Intake, part: Part, item: CatalogueContent): void {
    if (item.kind === 'phrase') {
      if (++intake.phraseCount > maxPhraseCount) {
        intake.problems.add(
          `Only the first phrases of this conversation are searched: ${String(maxPhraseCount)}`,
        );
        return;
      }
      for (const text of toPieces(item.text)) {
        part.phrases.push(text === item.text ? item : { ...item, text });
        this.phraseCount++;
        this.textLength += text.length;
      }
    } else if (item.kind === 'problem') {
      intake.problems.add(item.message);
    } else if (++intake.markCount <= maxMarkCount) {
      part.marks.push(item);
    }
  }

  private flush(): void {
    const { parts } = this;
    this.db.write(() => {
      this.writeParts(parts);
    });
    this.parts = [];
    this.phraseCount = 0;
    this.textLength = 0;
  }

  private writeParts(parts: readonly Part[]): void {
    const phrases: PhraseRow[] = [];
    // A copied folder brings the same conversation again: only the last one counts.
    const lastWriters = new Map(
      parts.map(({ intake }) => [intake.document.conversationId, intake.writer]),
    );
    for (const part of parts) {
      const { document, writer, problems } = part.intake;
      if (lastWriters.get(document.conversationId) !== writer) {
        continue;
      }
      const conversation = part.isFirst
        ? this.rows.replace(document, writer)
        : this.rows.owned(document.conversationId, writer);
      if (conversation === undefined) {
        // Another window has begun this conversation anew, and brings all of it.
        continue;
      }
      this.addRows(phrases, part.phrases, conversation, document.startMs);
      this.rows.addMarks(conversation, part.marks);
      this.rows.addLabels(conversation, topicLabels(part.marks));
      if (part.isLast) {
        this.rows.complete(conversation, document.signature, [...problems]);
      }
    }
    this.rows.addPhrases(phrases.sort((a, b) => a.key - b.key));
  }

  private addRows(
    rows: PhraseRow[],
    phrases: readonly CataloguePhrase[],
    conversation: number,
    conversationStartMs: number,
  ): void {
    // Most phrases come from where the one before came from.
    let before: CataloguePhrase | undefined;
    let source = 0;
    for (const phrase of phrases) {
      if (before === undefined || !isFromSameSource(before, phrase)) {
        source = this.rows.sourceOf(conversation, phrase);
        before = phrase;
      }
      rows.push({
        key: toPhraseKey(phrase.startMs, conversationStartMs),
        conversation,
        source,
        side: sideIndexOf(phrase),
        startMs: Math.trunc(phrase.startMs),
        durationMs: Math.max(0, Math.trunc(phrase.durationMs)),
        text: phrase.text,
      });
    }
  }
}

function isFromSameSource(a: CataloguePhrase, b: CataloguePhrase): boolean {
  return (
    a.source === b.source &&
    a.communicationId === b.communicationId &&
    a.recordingId === b.recordingId
  );
}

function sideIndexOf(phrase: CataloguePhrase): number {
  return phrase.source === 'note'
    ? sideColumns.length - 1
    : sideColumns.indexOf(sideOf(phrase.role));
}

function topicLabels(marks: readonly CatalogueContent[]): readonly CatalogueLabel[] {
  const names = new Set(marks.flatMap((mark) => (mark.kind === 'topic' ? [mark.name] : [])));
  return [...names].map((name) => ({ kind: 'topic', id: name, name }));
}
