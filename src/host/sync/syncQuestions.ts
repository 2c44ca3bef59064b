/** What a person is asked before a sync: the interval, whose conversations, what comes along. Choices are remembered for the workspace. */
import * as vscode from 'vscode';
import type { SyncRequest } from '../../archive/sync/syncRequest.ts';
import { cancellation, isCancellation } from '../../base/appError.ts';
import type { Clock } from '../../base/clock.ts';
import { isRecord } from '../../base/decode.ts';
import type { Log } from '../../base/log.ts';
import type { GenesysApi } from '../../genesys/genesysApi.ts';
import type { Interval } from '../../model/interval.ts';
import { noFilters, type ConversationFilters } from '../../query/conversationQuery.ts';
import { pickInterval } from '../conversations/intervalPicker.ts';
import { decodeIntervalChoice, toInterval } from '../conversations/intervals.ts';
import { QueryState } from '../conversations/queryState.ts';
import type { SettingsReader } from '../ports/settings.ts';
import { intervalTitle } from './syncText.ts';

const intervalKey = 'sync.interval';
const partsKey = 'sync.parts';
const filtersKey = 'sync.usesFilters';
/** One call tells the number of conversations of so long an interval. */
const estimableMs = 31 * 86_400_000;

export interface QuestionDeps {
  readonly workspaceState: vscode.Memento;
  readonly settings: SettingsReader;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ChosenFilters {
  readonly filters: ConversationFilters;
  /** For titles; empty for all conversations. */
  readonly labels: readonly string[];
}

/** What comes along with the details. */
export type ChosenParts = Pick<SyncRequest, 'parts' | 'media' | 'includesScreenRecordings'>;

export interface ChosenInterval {
  /** Up to now at most: what comes later is another sync's. */
  readonly interval: Interval;
  readonly title: string;
}

/** @throws AbortError when the person gave up */
export async function askInterval(deps: QuestionDeps): Promise<ChosenInterval> {
  const { workspaceState, clock } = deps;
  const nowMs = clock.nowMs();
  const remembered = decodeIntervalChoice(
    workspaceState.get<unknown>(intervalKey) ??
      workspaceState.get<unknown>('conversations.interval'),
  );
  const choice = await pickInterval(remembered, nowMs, {
    title: vscode.l10n.t('Sync: Interval'),
    placeHolder: vscode.l10n.t('Conversations of which time should be synced?'),
  });
  if (choice === undefined) {
    throw cancellation();
  }
  await workspaceState.update(intervalKey, choice);
  const chosen = toInterval(choice, nowMs);
  const { startMs, endMs } = chosen;
  return {
    interval: { startMs, endMs: startMs < nowMs ? Math.min(endMs, nowMs) : endMs },
    title: intervalTitle(chosen, nowMs),
  };
}

/** Asks only when the Conversations view has filters. @throws AbortError when the person gave up */
export async function askFilters({ workspaceState, clock }: QuestionDeps): Promise<ChosenFilters> {
  const state = new QueryState(workspaceState, clock);
  const labels = state.describe().filters;
  const { filters } = state.query;
  state.dispose();
  if (labels.length === 0) {
    return { filters: noFilters, labels: [] };
  }
  const current = {
    label: vscode.l10n.t('Those of the current filters'),
    detail: labels.join(' · '),
    iconPath: new vscode.ThemeIcon('filter'),
    chosen: { filters, labels },
  };
  const all = {
    label: vscode.l10n.t('All conversations'),
    detail: vscode.l10n.t('Whatever the filters of the Conversations view'),
    iconPath: new vscode.ThemeIcon('list-flat'),
    chosen: { filters: noFilters, labels: [] },
  };
  const isCurrentFirst = workspaceState.get<boolean>(filtersKey, true);
  const picked = await vscode.window.showQuickPick(
    isCurrentFirst ? [current, all] : [all, current],
    {
      title: vscode.l10n.t('Sync: Filters'),
      placeHolder: vscode.l10n.t('Which conversations should be synced?'),
    },
  );
  if (picked === undefined) {
    throw cancellation();
  }
  await workspaceState.update(filtersKey, picked === current);
  return picked.chosen;
}

/** What was chosen last; undefined when nothing was. */
export function rememberedParts({
  workspaceState,
  settings,
}: QuestionDeps): ChosenParts | undefined {
  const stored = workspaceState.get(partsKey);
  if (!isRecord(stored)) {
    return undefined;
  }
  return {
    parts: [
      ...(stored['recordings'] === true ? (['recordings'] as const) : []),
      ...(stored['transcripts'] === true ? (['transcripts'] as const) : []),
    ],
    media: stored['isConverted'] === true ? settings.get('recordings.format') : 'original',
    includesScreenRecordings: stored['screens'] === true,
  };
}

/**
 * @param estimate how many conversations there are, as soon as that is known; undefined when it is not to be had cheaply
 * @throws AbortError when the person gave up
 */
export async function askParts(
  deps: QuestionDeps,
  estimate: Promise<number | undefined>,
): Promise<ChosenParts> {
  const before = rememberedParts(deps) ?? {
    parts: ['recordings', 'transcripts'],
    media: 'original',
    includesScreenRecordings: deps.settings.get('recordings.includeScreen'),
  };
  const picked = await pickParts(before, estimate);
  const hasRecordings = picked.has('recordings');
  const isConverted = hasRecordings && (await askConversion(deps, before.media !== 'original'));
  await deps.workspaceState.update(partsKey, {
    recordings: hasRecordings,
    transcripts: picked.has('transcripts'),
    screens: picked.has('screens'),
    isConverted,
  });
  const chosen = rememberedParts(deps);
  if (chosen === undefined) {
    throw cancellation();
  }
  return chosen;
}

type PartKey = 'recordings' | 'screens' | 'transcripts';

async function pickParts(
  before: ChosenParts,
  estimate: Promise<number | undefined>,
): Promise<ReadonlySet<PartKey>> {
  const rows: readonly (vscode.QuickPickItem & { readonly key: PartKey })[] = [
    {
      key: 'recordings',
      label: vscode.l10n.t('Recordings'),
      description: vscode.l10n.t('calls, chats, messages, e-mails and their attachments'),
    },
    {
      key: 'transcripts',
      label: vscode.l10n.t('Transcripts'),
      description: vscode.l10n.t('of speech and text analytics'),
    },
    {
      key: 'screens',
      label: vscode.l10n.t('Recordings of screens'),
      description: vscode.l10n.t('large'),
    },
  ];
  const pick = vscode.window.createQuickPick<(typeof rows)[number]>();
  pick.title = vscode.l10n.t('Sync: What Comes Along');
  pick.placeholder = vscode.l10n.t('What should come with the details of the conversations?');
  pick.canSelectMany = true;
  pick.items = rows;
  pick.activeItems = rows.slice(0, 1);
  pick.selectedItems = rows.filter(({ key }) =>
    key === 'screens' ? before.includesScreenRecordings : before.parts.includes(key),
  );
  let isOpen = true;
  void estimate.then((count) => {
    if (count !== undefined && isOpen) {
      pick.placeholder = vscode.l10n.t(
        'About {0} conversations. What should come with their details?',
        count.toLocaleString(),
      );
    }
  });
  try {
    return await new Promise((resolve, reject) => {
      pick.onDidAccept(() => {
        resolve(new Set(pick.selectedItems.map(({ key }) => key)));
      });
      pick.onDidHide(() => {
        reject(cancellation());
      });
      pick.show();
    });
  } finally {
    isOpen = false;
    pick.dispose();
  }
}

async function askConversion({ settings }: QuestionDeps, wasConverted: boolean): Promise<boolean> {
  const original = {
    label: vscode.l10n.t('As recorded'),
    detail: vscode.l10n.t('The originals, a hundred at a time: by far the fastest'),
    isConverted: false,
  };
  const converted = {
    label: vscode.l10n.t('Converted to {0}', settings.get('recordings.format')),
    detail: vscode.l10n.t(
      'The format of the settings. Genesys Cloud converts each recording, which takes a while and one request a conversation',
    ),
    isConverted: true,
  };
  const picked = await vscode.window.showQuickPick(
    wasConverted ? [converted, original] : [original, converted],
    {
      title: vscode.l10n.t('Sync: Recordings'),
      placeHolder: vscode.l10n.t('In which form should the recordings come?'),
    },
  );
  if (picked === undefined) {
    throw cancellation();
  }
  return picked.isConverted;
}

/** The platform's count, when one call tells it; undefined otherwise, and when that call fails. Never rejects. */
export async function estimateCount(
  api: Pick<GenesysApi, 'listConversations'>,
  query: { readonly interval: Interval; readonly filters: ConversationFilters },
  log: Log,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (query.interval.endMs - query.interval.startMs > estimableMs) {
    return undefined;
  }
  try {
    const page = await api.listConversations(query, { pageNumber: 1, pageSize: 1 }, signal);
    return page.totalHits;
  } catch (error) {
    if (!isCancellation(error)) {
      log.info('The conversations of a sync could not be counted before', { error });
    }
    return undefined;
  }
}
