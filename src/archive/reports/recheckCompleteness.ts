/**
 * Compares a completeness report with itself, with the audit log and with the archive of today, without a connection: was it
 * edited, and what has changed since. Knows no network.
 */
import { hashFile } from '../fileHash.ts';
import { guardStorage } from '../storageError.ts';
import { auditMentions, readAuditHead } from './auditHead.ts';
import { localLine, orderKey, stateOf, type CompletenessItem } from './completenessItem.ts';
import { localConversations } from './completenessReport.ts';
import type { StatedSummary } from './completenessSummary.ts';
import { CompletenessSums, toReportDigest } from './completenessSums.ts';
import type { LocalConversation } from './localConversation.ts';
import { readReportItems, readReportSummary } from './readReport.ts';
import type { ArchiveReader, CountProgress } from './reportPorts.ts';

export interface RecheckResult {
  /** True when the report agrees with itself: its digests and counts follow from its items, and it is about this archive. */
  readonly isGenuine: boolean;
  /** True when the archive's set is what the report says. */
  readonly isUnchanged: boolean;
  /** Sentences: what in the report does not agree with the rest of it, or with the audit log. */
  readonly findings: readonly string[];
  /** Conversations that are not as the report says, the first of them; `changeCount` counts all. */
  readonly changes: readonly RecheckChange[];
  readonly changeCount: number;
  /** Of the archive today, over the report's interval. */
  readonly localDigest: string;
  /**
   * Whether the audit log confirms this very file: its hash is in the log. Undefined when the archive has no audit log. A report
   * that was edited together with its digests is found by this alone.
   */
  readonly isInAuditLog: boolean | undefined;
  readonly summary: StatedSummary;
}

export interface RecheckChange {
  readonly conversationId: string;
  readonly label: string;
  readonly change: 'added' | 'gone' | 'changed' | 'damaged';
}

const maxListedChanges = 200;

/**
 * @throws AppError `input` when the file is no report, `storage`
 */
export async function recheckCompleteness(
  reportPath: string,
  archive: Pick<ArchiveReader, 'rootPath' | 'id' | 'listDay' | 'readDetail'>,
  onProgress: CountProgress,
  signal: AbortSignal,
): Promise<RecheckResult> {
  return await guardStorage(async () => {
    const summary = await readReportSummary(reportPath, signal);
    const findings: string[] = [];
    const sums = new CompletenessSums();
    const today = new CompletenessSums();
    const changes = new ChangeList();
    let doneCount = 0;
    let lastKey = '';
    for await (const { item, local } of joined(reportPath, archive, summary, signal)) {
      if (item !== undefined) {
        if (orderKey(item) <= lastKey) {
          findings.push('The conversations of the report are not in their order.');
        }
        lastKey = orderKey(item);
        if (stateOf(item) !== item.state) {
          findings.push('A state in the report does not follow from the rest of its line.');
        }
        sums.add(item);
      }
      if (local !== undefined) {
        today.add(onlyLocal(local));
      }
      changes.compare(item, local);
      onProgress(++doneCount, undefined);
    }
    sums.addUndecodable(summary.undecodableCount);
    findings.push(...compareSums(summary, sums));
    if (summary.archiveId !== archive.id) {
      findings.push('The report is about another archive.');
    }
    findings.push(...(await compareAudit(archive.rootPath, summary, signal)));
    const hasLog = (await readAuditHead(archive.rootPath, undefined, signal)) !== undefined;
    const { storedSha256 } = await hashFile(reportPath, signal);
    return {
      isGenuine: findings.length === 0,
      isUnchanged: changes.count === 0,
      findings: [...new Set(findings)],
      changes: changes.listed,
      changeCount: changes.count,
      localDigest: today.finish().localDigest,
      isInAuditLog: hasLog
        ? await auditMentions(archive.rootPath, storedSha256, signal)
        : undefined,
      summary,
    };
  });
}

/** Items and local conversations side by side, by id. An item out of order meets nobody, and is found for that. */
async function* joined(
  reportPath: string,
  archive: Pick<ArchiveReader, 'listDay' | 'readDetail'>,
  { interval }: StatedSummary,
  signal: AbortSignal,
): AsyncIterable<{
  readonly item: CompletenessItem | undefined;
  readonly local: (LocalConversation & { readonly day: string }) | undefined;
}> {
  const items = new Ahead(readReportItems(reportPath, signal));
  const locals = new Ahead(localConversations(archive, interval, signal));
  for (;;) {
    const item = await items.peek();
    const local = await locals.peek();
    if (item === undefined && local === undefined) {
      return;
    }
    const itemKey = item === undefined ? afterAll : orderKey(item);
    const localKey = local === undefined ? afterAll : orderKey(local);
    yield {
      item: itemKey <= localKey ? items.take() : undefined,
      local: localKey <= itemKey ? locals.take() : undefined,
    };
  }
}

/** Greater than every order key, which begins with a digit. */
const afterAll = '~';

/** Looks one element ahead. */
class Ahead<T> {
  private readonly source: AsyncIterator<T>;
  private next: T | undefined;

  constructor(source: AsyncIterable<T>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  async peek(): Promise<T | undefined> {
    if (this.next === undefined) {
      const result = await this.source.next();
      this.next = result.done === true ? undefined : result.value;
    }
    return this.next;
  }

  /** What `peek` showed. */
  take(): T | undefined {
    const taken = this.next;
    this.next = undefined;
    return taken;
  }
}

class ChangeList {
  readonly listed: RecheckChange[] = [];
  count = 0;

  compare(item: CompletenessItem | undefined, local: LocalConversation | undefined): void {
    const known = item ?? local;
    const change = changeOf(item?.local, local);
    if (change !== undefined && known !== undefined) {
      this.count++;
      if (this.listed.length < maxListedChanges) {
        const { conversationId } = known;
        this.listed.push({ conversationId, label: local?.label ?? item?.label ?? '', change });
      }
    }
  }
}

function changeOf(
  then: CompletenessItem['local'],
  now: LocalConversation | undefined,
): RecheckChange['change'] | undefined {
  if (then === undefined || now === undefined) {
    if (now !== undefined) {
      return 'added';
    }
    return then === undefined ? undefined : 'gone';
  }
  const { conversationId } = now;
  if (localLine({ conversationId, local: then }) === localLine({ conversationId, local: now })) {
    return undefined;
  }
  return now.problems.length > then.problems.length ? 'damaged' : 'changed';
}

function onlyLocal(local: LocalConversation & { readonly day: string }): CompletenessItem {
  return { ...local, state: 'onlyLocal', platform: undefined, local };
}

function compareSums(summary: StatedSummary, sums: CompletenessSums): readonly string[] {
  const computed = sums.finish();
  const isSame: readonly (readonly [boolean, string])[] = [
    [
      summary.platformDigest === computed.platformDigest,
      'The platform’s digest is not that of the listed conversations.',
    ],
    [
      summary.localDigest === computed.localDigest,
      'The archive’s digest is not that of the listed conversations.',
    ],
    [
      summary.itemsDigest === computed.itemsDigest,
      'The digest of the list is not that of the listed conversations.',
    ],
    [
      summary.digest === toReportDigest({ ...summary, ...computed }),
      'The digest of the report is not that of its parts.',
    ],
    [
      summary.verdict === computed.verdict,
      'The verdict does not follow from the listed conversations.',
    ],
    [
      summary.platformCount === computed.platformCount &&
        summary.localCount === computed.localCount &&
        summary.statesJson === JSON.stringify(computed.states) &&
        summary.reasonsJson === JSON.stringify(computed.reasons),
      'The counts are not those of the listed conversations.',
    ],
  ];
  return isSame.flatMap(([same, finding]) => (same ? [] : [finding]));
}

async function compareAudit(
  rootPath: string,
  { auditHead }: StatedSummary,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (auditHead === undefined) {
    return [];
  }
  const then = await readAuditHead(rootPath, auditHead.sizeBytes, signal);
  return then?.lastLineSha256 === auditHead.lastLineSha256
    ? []
    : ['The audit log is not the one that the report was made with: it was cut or edited.'];
}
