/** Packs conversations for the way from a reading thread to the one that fills the catalogue, and unpacks them there. */
import { assert } from '../base/assert.ts';
import {
  labelKinds,
  wordSources,
  type CatalogueContent,
  type CatalogueDocument,
  type CatalogueMark,
  type CataloguePhrase,
  type ListedDocument,
} from '../catalogue/catalogueDocument.ts';
import {
  parseCommunicationId,
  parseParticipantId,
  parseRecordingId,
  parseUserId,
} from '../model/ids.ts';
import type {
  PackedContent,
  PackedDocument,
  PackedMark,
  WordOrigin,
} from '../protocol/documentReader.ts';

/** A part is sent when it holds this much. Hundreds of parts wait at once at the other end. */
const partItemCount = 2000;
const partTextLength = 128 * 1024;

/** Everything but the words. */
export function packHead(document: CatalogueDocument): Omit<PackedDocument, 'content'> {
  const { startMs, endMs, media, direction, participants, recordings, labels } = document;
  return { startMs, endMs, media, direction, participants, recordings, labels };
}

/** Words and marks in their order among themselves. At least one part; only the last says that it is. */
export async function* packContent(
  content: CatalogueDocument['content'],
): AsyncGenerator<PackedContent, void, undefined> {
  let part = new PartPacker();
  for await (const items of content) {
    for (const item of items) {
      if (part.isFull) {
        yield part.pack(false);
        part = new PartPacker();
      }
      part.add(item);
    }
  }
  yield part.pack(true);
}

class PartPacker {
  private readonly texts: string[] = [];
  private readonly phrases: CataloguePhrase[] = [];
  private readonly originIndexes: number[] = [];
  private readonly origins: WordOrigin[] = [];
  private readonly known = new Map<string, number>();
  private readonly marks: PackedMark[] = [];
  private textLength = 0;

  get isFull(): boolean {
    return (
      this.phrases.length + this.marks.length >= partItemCount || this.textLength >= partTextLength
    );
  }

  add(item: CatalogueContent): void {
    if (item.kind !== 'phrase') {
      this.marks.push(packMark(item));
      return;
    }
    this.phrases.push(item);
    this.texts.push(item.text);
    this.textLength += item.text.length;
    this.originIndexes.push(this.originOf(item));
  }

  pack(isLast: boolean): PackedContent {
    let end = 0;
    return {
      text: this.texts.join(''),
      ends: Uint32Array.from(this.texts, ({ length }) => (end += length)),
      startsMs: Float64Array.from(this.phrases, ({ startMs }) => startMs),
      durationsMs: Float64Array.from(this.phrases, ({ durationMs }) => durationMs),
      originIndexes: Uint32Array.from(this.originIndexes),
      origins: this.origins,
      marks: this.marks,
      isLast,
    };
  }

  private originOf({ source, role, communicationId, recordingId }: CataloguePhrase): number {
    const name = `${source} ${communicationId ?? ''} ${recordingId ?? ''} ${role}`;
    let index = this.known.get(name);
    if (index === undefined) {
      index = this.origins.push({ source, role, communicationId, recordingId }) - 1;
      this.known.set(name, index);
    }
    return index;
  }
}

function packMark(mark: CatalogueMark): PackedMark {
  const none = { role: '', startMs: 0, durationMs: 0, sentiment: 0, text: '' };
  switch (mark.kind) {
    case 'sentiment':
      return { ...none, ...mark };
    case 'topic': {
      const { name, ...rest } = mark;
      return { ...none, ...rest, text: name };
    }
    case 'problem':
      return { ...none, kind: mark.kind, text: mark.message };
  }
}

/** @throws AppError `protocol` for ids that are none */
export function unpackHead(
  listed: ListedDocument,
  packed: PackedDocument,
): Omit<CatalogueDocument, 'content'> {
  const { startMs, endMs, media, direction } = packed;
  return {
    ...listed,
    startMs,
    endMs,
    media,
    direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
    participants: packed.participants.map(({ id, name, purpose, userId }) => ({
      id: parseParticipantId(id),
      name,
      purpose,
      userId: userId === undefined ? undefined : parseUserId(userId),
    })),
    recordings: packed.recordings.map((recording) => ({
      id: parseRecordingId(recording.id),
      media: recording.media,
      startMs: recording.startMs,
      durationMs: recording.durationMs,
    })),
    labels: packed.labels.flatMap(({ kind, id, name }) => {
      const known = labelKinds.find((each) => each === kind);
      return known === undefined ? [] : [{ kind: known, id, name }];
    }),
  };
}

/** Phrases, then marks. @throws AppError `protocol` for ids that are none, `bug` when the parts do not fit together */
export function unpackContent(packed: PackedContent): readonly CatalogueContent[] {
  const { text, ends, startsMs, durationsMs, originIndexes } = packed;
  const origins = packed.origins.map(({ source, role, communicationId, recordingId }) => ({
    source: wordSources.find((each) => each === source) ?? ('message' as const),
    role,
    communicationId:
      communicationId === undefined ? undefined : parseCommunicationId(communicationId),
    recordingId: recordingId === undefined ? undefined : parseRecordingId(recordingId),
  }));
  const items: CatalogueContent[] = [];
  let start = 0;
  for (const [index, end] of ends.entries()) {
    const origin = origins[originIndexes[index] ?? origins.length];
    assert(origin !== undefined, 'Packed words name an origin that is not there');
    const { source, role, communicationId, recordingId } = origin;
    items.push({
      kind: 'phrase',
      source,
      role,
      text: text.slice(start, end),
      startMs: startsMs[index] ?? 0,
      durationMs: durationsMs[index] ?? 0,
      communicationId,
      recordingId,
    });
    start = end;
  }
  for (const mark of packed.marks) {
    items.push(unpackMark(mark));
  }
  return items;
}

function unpackMark({
  kind,
  role,
  startMs,
  durationMs,
  sentiment,
  text,
}: PackedMark): CatalogueMark {
  switch (kind) {
    case 'sentiment':
      return { kind, role, startMs, durationMs, sentiment };
    case 'topic':
      return { kind, role, startMs, durationMs, name: text };
    default:
      return { kind: 'problem', message: text };
  }
}
