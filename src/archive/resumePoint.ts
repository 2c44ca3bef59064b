/**
 * How far an interrupted download got: a small file beside the partial one. Owns the rule that bytes are only ever added to
 * the same content; knows nothing of HTTP.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { asNumber, asRecord, asString, optional, parseJson, required } from '../base/decode.ts';
import { regularFileSize, removeFile } from './durableFile.ts';

export interface ResumePoint {
  /** What is being downloaded, such as `recordings/<id>/<channel>/WAV`: never a link. */
  readonly identity: string;
  /** ETag or Last-Modified of the content that the partial file holds the start of. */
  readonly validator: string;
  readonly totalBytes: number | undefined;
  /** Bytes that were flushed to disk: a power failure may leave anything after them. */
  readonly durableBytes: number;
}

/** Beside `x.partial` stands `x.partial.json`. */
export const resumePointSuffix = '.json';

const sidecarPath = (partialPath: string): string => partialPath + resumePointSuffix;

/** Where to go on; undefined when there is nothing that can be continued safely. */
export async function readResumePoint(
  partialPath: string,
  identity: string,
): Promise<ResumePoint | undefined> {
  try {
    const presentBytes = await regularFileSize(partialPath);
    if (presentBytes === undefined) {
      return undefined;
    }
    await regularFileSize(sidecarPath(partialPath));
    const text = await readFile(sidecarPath(partialPath), 'utf8');
    const record = asRecord(parseJson(text, 'resume point'), '');
    const point: ResumePoint = {
      identity: required(record, 'identity', '', asString),
      validator: required(record, 'validator', '', asString),
      totalBytes: optional(record, 'totalBytes', '', asNumber),
      durableBytes: required(record, 'durableBytes', '', asNumber),
    };
    const isUsable =
      point.identity === identity &&
      Number.isSafeInteger(point.durableBytes) &&
      point.durableBytes > 0 &&
      point.durableBytes <= presentBytes &&
      point.durableBytes <= (point.totalBytes ?? Infinity);
    return isUsable ? point : undefined;
  } catch {
    // Missing, torn by a crash, or a link in its place: starting again is always safe.
    return undefined;
  }
}

export async function writeResumePoint(partialPath: string, point: ResumePoint): Promise<void> {
  const path = sidecarPath(partialPath);
  await removeFile(path);
  await writeFile(path, JSON.stringify(point), { flag: 'wx' });
}

/** Removes the partial file and its resume point. */
export async function discardPartial(partialPath: string): Promise<void> {
  await discardResumePoint(partialPath);
  await removeFile(partialPath);
}

/** Removes the resume point of a partial file that is done or about to be begun anew. */
export async function discardResumePoint(partialPath: string): Promise<void> {
  await removeFile(sidecarPath(partialPath));
}
