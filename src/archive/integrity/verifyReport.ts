/**
 * The report of a verification on disk: written as it goes, read back one conversation at a time. Owns its format, which
 * `docs/verify-report.md` describes; knows nothing of how things are found.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/appError.ts';
import { asBoolean, asRecord, asString, failDecode, listOf, required } from '../../base/decode.ts';
import type { JsonValue } from '../../base/jsonValue.ts';
import { parseConversationId } from '../../model/ids.ts';
import { JsonSlicer } from '../../transcript/jsonSlicer.ts';
import { ensureFolder, PartialWriter, partialSuffix, renameDurably } from '../durableFile.ts';
import { CountingHash } from '../fileHash.ts';
import { isSafeRelativePath } from '../manifest.ts';
import { discardPartial } from '../resumePoint.ts';
import { findingKinds, type ConversationFindings, type Finding } from './finding.ts';

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** One report in the making. Ended by `commit` or `discard`. */
export class VerifyReport {
  readonly path: string;
  private readonly writer: PartialWriter;
  private readonly hash = new CountingHash();
  private count = 0;

  private constructor(path: string, writer: PartialWriter) {
    this.path = path;
    this.writer = writer;
  }

  /** Begins `reports/verify-<time>.json`; `head` comes first in it. */
  static async create(rootPath: string, startedAtMs: number, head: Fields): Promise<VerifyReport> {
    const folder = await ensureFolder(rootPath, ['reports']);
    const time = new Date(startedAtMs).toISOString().replaceAll(/[-:]|\.\d+/gu, '');
    const path = join(folder, `verify-${time}.json`);
    const report = new VerifyReport(path, await PartialWriter.create(path + partialSuffix));
    const start = JSON.stringify({
      kind: 'genesysArchiveVerification',
      formatVersion: 1,
      startedAt: new Date(startedAtMs).toISOString(),
      ...head,
    });
    try {
      await report.write(`${start.slice(0, -1)},\n"conversations":[`);
      return report;
    } catch (error) {
      await report.discard();
      throw error;
    }
  }

  async add(findings: ConversationFindings): Promise<void> {
    await this.write(`${this.count === 0 ? '' : ','}\n${JSON.stringify(findings)}`);
    this.count++;
  }

  /** Ends it with `tail`. @returns its hash, which the audit log takes */
  async commit(tail: Fields): Promise<string> {
    await this.write(`\n],\n${JSON.stringify(tail).slice(1)}\n`);
    await this.writer.sync();
    await this.writer.close();
    await renameDurably(this.path + partialSuffix, this.path);
    return this.hash.finish().sha256;
  }

  async discard(): Promise<void> {
    await this.writer.close();
    await discardPartial(this.path + partialSuffix);
  }

  private async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.hash.update(bytes);
    await this.writer.append(bytes);
  }
}

/**
 * The conversations of a report in which something was found, one at a time.
 * @throws AppError `protocol` for a file that is no such report
 */
export async function* iterateFindings(
  reportPath: string,
  signal: AbortSignal,
): AsyncIterable<ConversationFindings> {
  const slicer = new JsonSlicer({ path: 'conversations.*' });
  for await (const chunk of createReadStream(reportPath, { signal })) {
    for (const value of slicer.push(chunk as Uint8Array)) {
      throwIfCancelled(signal);
      yield decodeFindings(value);
    }
  }
  slicer.finish();
}

function decodeFindings(value: unknown): ConversationFindings {
  const record = asRecord(value, '');
  return {
    conversationId: parseConversationId(required(record, 'conversationId', '', asString)),
    folder: required(record, 'folder', '', (text, path) => {
      const folder = asString(text, path);
      return folder === '' || isSafeRelativePath(folder)
        ? folder
        : failDecode(path, 'a folder of the archive');
    }),
    findings: listOf(record, 'findings', '', decodeFinding),
  };
}

function decodeFinding(value: unknown, path: string): Finding {
  const record = asRecord(value, path);
  const kind = required(record, 'kind', path, asString);
  return {
    kind: findingKinds.find((known) => known === kind) ?? failDecode(path, 'a known finding'),
    severity: required(record, 'severity', path, asString) === 'notice' ? 'notice' : 'problem',
    path: required(record, 'path', path, asString),
    text: required(record, 'text', path, asString),
    isMendable: required(record, 'isMendable', path, asBoolean),
  };
}
