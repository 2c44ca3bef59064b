/** Reads a completeness report file back, item by item, in constant memory. The file may have been edited: all is decoded. */
import { createReadStream } from 'node:fs';
import { errors, isAppError, throwIfCancelled } from '../../base/appError.ts';
import { JsonSlicer } from '../../transcript/jsonSlicer.ts';
import { decodeItem, type CompletenessItem } from './completenessItem.ts';
import { decodeSummary, type StatedSummary } from './completenessSummary.ts';

/** @throws AppError `input` when the file is no completeness report */
export async function readReportSummary(path: string, signal: AbortSignal): Promise<StatedSummary> {
  for await (const value of elements(path, 'report', signal)) {
    return decodeOrRefuse(path, () => decodeSummary(value, 'report'));
  }
  throw errors.input(`This file is no completeness report: ${path}`);
}

/** The items in the order of the file. @throws AppError `input` for the first that does not decode */
export async function* readReportItems(
  path: string,
  signal: AbortSignal,
): AsyncIterable<CompletenessItem> {
  let index = 0;
  for await (const value of elements(path, 'items.*', signal)) {
    const itemPath = `items[${String(index++)}]`;
    yield decodeOrRefuse(path, () => decodeItem(value, itemPath));
  }
}

async function* elements(path: string, where: string, signal: AbortSignal): AsyncIterable<unknown> {
  const slicer = new JsonSlicer({ path: where });
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      yield* slicer.push(chunk as Uint8Array);
    }
    yield* slicer.finish();
  } catch (error) {
    throwIfCancelled(signal);
    if (isAppError(error, 'corrupt')) {
      throw errors.input(`This file is no whole report: ${path}`, { cause: error });
    }
    throw error;
  }
}

function decodeOrRefuse<T>(path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw errors.input(
      `This file is no completeness report, or it was edited so that it cannot be read: ${path}`,
      { cause: error },
    );
  }
}
