/** What can be taken out of a search: a link to a hit, and all hits as a table. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Archive } from '../../archive/archive.ts';
import type { SearchHit } from '../../archive/exports/exportHits.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { parseConversationId, parseRecordingId } from '../../model/ids.ts';
import type { FoundConversation, FoundPage, FoundPhrase } from '../../protocol/catalogue.ts';
import type { ArchiveWorkerClient } from '../archives/archiveWorkerClient.ts';
import type { ConversationLink } from '../links/conversationLink.ts';
import { encodeConversationLink } from '../links/conversationLink.ts';
import { copyLinks, linkOrigin } from '../links/links.ts';
import { withProgress } from '../progress.ts';
import { createThrottle, formatBytes } from '../progressText.ts';
import {
  announce,
  askExportPath,
  missedAuditText,
  openAudit,
  requireArchive,
  reveal,
} from '../reports/archiveAccess.ts';
import type { Archives } from '../archives/archives.ts';
import type { CatalogueService } from './catalogueService.ts';
import { foundWords, toHitPlace } from './searchText.ts';

export interface SearchHitsDeps {
  readonly archives: Archives;
  readonly catalogue: Pick<CatalogueService, 'request'>;
  readonly worker: Pick<ArchiveWorkerClient, 'findWordTime'>;
  readonly clock: Clock;
  readonly log: Log;
}

const pageSize = 500;
const linkTimeoutMs = 10_000;

/** To the word that was found; to the start of its phrase when the transcript cannot say when the word was said. */
export async function copyHitLink(
  { archives, worker, log }: Pick<SearchHitsDeps, 'archives' | 'worker' | 'log'>,
  found: FoundConversation,
  phrase: FoundPhrase | undefined,
): Promise<void> {
  const signal = AbortSignal.timeout(linkTimeoutMs);
  const archive = await requireArchive({ archives }, signal);
  let timeMs = momentOf(found, phrase);
  if (phrase?.source === 'speech') {
    const { communicationId, startMs } = phrase;
    const folderPath = join(archive.rootPath, ...found.folder.split('/'));
    const params = { folderPath, communicationId, startMs, words: foundWords(phrase) };
    try {
      timeMs = (await worker.findWordTime(params, signal)) ?? startMs;
    } catch (error) {
      log.warn('A link goes to the start of a phrase, since its word was not found', { error });
    }
  }
  await copyLinks([toLink(archive, found, phrase, timeMs)]);
}

/** Asks where to, then writes every hit of the query. @throws AppError `input` when nothing was downloaded yet, `storage` */
export async function exportSearchHits(deps: SearchHitsDeps, query: string): Promise<void> {
  const archive = await requireArchive(deps, AbortSignal.timeout(60_000));
  const { exportHits } = await import('../archives/archiveModule.ts');
  const day = new Date(deps.clock.nowMs()).toISOString().slice(0, 10);
  const path = await askExportPath(archive, `search-${day}.csv`, { CSV: ['csv'] });
  if (path === undefined) {
    return;
  }
  await withProgress(vscode.l10n.t('Exporting hits'), {}, async (report, signal) => {
    const audit = openAudit(archive, deps);
    const { phraseCount, conversationCount = 0 } = await deps.catalogue.request(
      'countHits',
      { query },
      signal,
    );
    const totalCount = phraseCount === 0 ? conversationCount : phraseCount;
    const mayPass = createThrottle(250, () => performance.now());
    const exported = await exportHits(
      { clock: deps.clock, audit },
      { path, archiveId: archive.id, query, pages: pagesOf(deps, archive, query, signal) },
      (rowCount) => {
        if (mayPass(false)) {
          report(`${rowCount.toLocaleString()}/${totalCount.toLocaleString()}`);
        }
      },
      signal,
    );
    const { rowCount, sizeBytes } = exported;
    const isWhole = rowCount === totalCount;
    const message = vscode.l10n.t(
      'Exported rows: {0} ({1}). The proof file beside it has the count and the hash.',
      rowCount.toLocaleString(),
      formatBytes(sizeBytes),
    );
    const changed = isWhole
      ? ''
      : ` ${vscode.l10n.t('When it began there were {0}: the archive changed meanwhile.', totalCount.toLocaleString())}`;
    announce(message + changed + missedAuditText(audit), isWhole, {
      [vscode.l10n.t('Open')]: () =>
        vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path)),
      [vscode.l10n.t('Reveal')]: () => reveal(path),
    });
  });
}

async function* pagesOf(
  { catalogue }: Pick<SearchHitsDeps, 'catalogue'>,
  archive: Archive,
  query: string,
  signal: AbortSignal,
): AsyncIterable<readonly SearchHit[]> {
  let after: string | undefined;
  do {
    const page: FoundPage = await catalogue.request(
      'searchCatalogue',
      { query, limit: pageSize, after },
      signal,
    );
    yield page.conversations.flatMap((found) => toSearchHits(archive, found));
    after = page.next;
  } while (after !== undefined);
}

function toSearchHits(archive: Archive, found: FoundConversation): readonly SearchHit[] {
  const namesOf = (kind: string): readonly string[] =>
    found.labels.filter((label) => label.kind === kind).map(({ name }) => name);
  const facts = {
    conversationId: found.conversationId,
    startMs: found.startMs,
    endMs: found.endMs,
    media: found.media,
    direction: found.direction,
    queues: namesOf('queue'),
    agents: namesOf('agent'),
    wrapUpCodes: namesOf('wrapup'),
  };
  const linkTo = (phrase: FoundPhrase | undefined): string =>
    encodeConversationLink(toLink(archive, found, phrase, momentOf(found, phrase)), linkOrigin());
  return found.phrases.length === 0
    ? [{ ...facts, phrase: undefined, link: linkTo(undefined) }]
    : found.phrases.map((phrase) => ({
        ...facts,
        phrase: {
          source: phrase.source,
          speaker: phrase.side,
          startMs: phrase.startMs,
          excerpt: phrase.text,
          recordingId: phrase.recordingId,
        },
        link: linkTo(phrase),
      }));
}

function momentOf(found: FoundConversation, phrase: FoundPhrase | undefined): number | undefined {
  return phrase === undefined ? undefined : toHitPlace(found, phrase)?.timeMs;
}

function toLink(
  { organisationId }: Archive,
  found: FoundConversation,
  phrase: FoundPhrase | undefined,
  timeMs: number | undefined,
): ConversationLink {
  return {
    conversationId: parseConversationId(found.conversationId),
    organisationId,
    recordingId:
      phrase?.recordingId === undefined ? undefined : parseRecordingId(phrase.recordingId),
    sinceStartMs:
      timeMs === undefined ? undefined : Math.max(0, Math.round(timeMs - found.startMs)),
  };
}
