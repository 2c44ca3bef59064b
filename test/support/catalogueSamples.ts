/** Small made-up documents for tests of the catalogue. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CatalogueContent,
  CatalogueDocument,
  CatalogueLabel,
  CataloguePhrase,
} from '../../src/catalogue/catalogueDocument.ts';
import { parseConversationId } from '../../src/model/ids.ts';

export const dayMs = 86_400_000;
export const sampleStartMs = Date.UTC(2026, 10, 5, 10);

/** What a test says of a phrase; the rest is made up. */
export type SamplePhrase = Partial<CataloguePhrase> & { readonly text: string };

export function phraseOf(startMs: number, phrase: SamplePhrase): CataloguePhrase {
  return {
    kind: 'phrase',
    source: 'speech',
    role: 'internal',
    startMs,
    durationMs: 1000,
    communicationId: undefined,
    recordingId: undefined,
    ...phrase,
  };
}

export interface SampleDocument {
  readonly id: string;
  readonly phrases?: readonly (SamplePhrase | string)[];
  readonly marks?: readonly CatalogueContent[];
  readonly labels?: readonly CatalogueLabel[];
  readonly startMs?: number;
  readonly endMs?: number;
  readonly media?: string;
  readonly signature?: string;
}

/** A conversation whose phrases follow one another, five seconds each. */
export function documentOf(sample: SampleDocument): CatalogueDocument {
  const { id, phrases = [], marks = [], labels = [], startMs = sampleStartMs } = sample;
  return {
    conversationId: parseConversationId(id),
    folder: `conversations/2026/11/05/${id}`,
    signature: sample.signature ?? 'first',
    startMs,
    endMs: sample.endMs,
    media: sample.media ?? 'voice',
    direction: 'inbound',
    participants: [],
    recordings: [],
    labels,
    content: [
      phrases.map((phrase, index) =>
        phraseOf(startMs + index * 5000, typeof phrase === 'string' ? { text: phrase } : phrase),
      ),
      marks,
    ],
  };
}

/** Runs the test body with the path of a database that does not exist yet, in a folder that is gone afterwards. */
export async function withCataloguePath<T>(task: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'catalogue-test-'));
  try {
    return await task(join(folder, 'storage', 'archive.sqlite'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
