/**
 * Reference of the search and rebuild benchmarks: what the tutorials do for every query. Each gzip file of the archive is read,
 * unpacked, parsed and searched. Built-ins only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface ScannedTranscript {
  readonly transcripts?: readonly {
    readonly phrases?: readonly { readonly text?: string }[];
  }[];
}

export interface ScanResult {
  readonly durationMs: number;
  readonly fileCount: number;
  /** Phrases that hold the word. */
  readonly hitCount: number;
}

export function scanFiles(rootPath: string, word: string): ScanResult {
  const startedMs = performance.now();
  const paths = readdirSync(rootPath, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.json.gz'),
  );
  let hitCount = 0;
  for (const path of paths) {
    const text = gunzipSync(readFileSync(join(rootPath, path))).toString('utf8');
    const { transcripts = [] } = JSON.parse(text) as ScannedTranscript;
    for (const { phrases = [] } of transcripts) {
      for (const phrase of phrases) {
        if (phrase.text?.toLowerCase().split(' ').includes(word) === true) {
          hitCount++;
        }
      }
    }
  }
  return { durationMs: performance.now() - startedMs, fileCount: paths.length, hitCount };
}
