/** What a page remembers across reloads: where the reader was, nothing that was fetched. */
import { isRecord } from '../../base/decode.ts';
import type { Viewport } from './waveformLayout.ts';
import { speeds } from './speeds.ts';

/** Whose phrases are listed. */
export const roleFilters = ['all', 'agent', 'customer', 'system'] as const;
export type RoleFilter = (typeof roleFilters)[number];

/** Stands in the place of a recording's id for what was held in writing. Ids of the platform are UUIDs. */
export const messagesId = 'messages';

/** A note that is being written. Times are milliseconds from the start of the conversation. */
export interface NoteDraft {
  /** Of the note that is changed; undefined for a new one. */
  readonly id: string | undefined;
  readonly text: string;
  /** As they are typed, with commas between. */
  readonly tags: string;
  readonly recordingId: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

export interface ViewState {
  /** The rest only counts for this conversation. */
  readonly conversationId: string;
  readonly recordingId: string | undefined;
  readonly positionMs: number;
  /** The stretch of the recording that the waveform shows; undefined is all of it. */
  readonly viewport: Viewport | undefined;
  readonly speed: number;
  readonly searchText: string;
  readonly roleFilter: RoleFilter;
  readonly scrollTopPx: number;
  readonly isFollowing: boolean;
  /** The stretch of the recording that is selected. */
  readonly selection: Viewport | undefined;
  readonly isLooping: boolean;
  readonly isSkippingSilence: boolean;
  /** Whether the names of the first two channels are exchanged. */
  readonly isSwapped: boolean;
  /** By channel, 0 to 1; channels without an entry are as loud as they are. */
  readonly volumes: readonly number[];
  readonly mutedChannels: readonly number[];
  /** Whether words that the platform was not sure of look so. */
  readonly isShadingConfidence: boolean;
  readonly isSummaryShown: boolean;
  readonly isNotesShown: boolean;
  /** What a person wrote and did not save yet is not to be lost with the page. */
  readonly noteDraft: NoteDraft | undefined;
}

export function initialViewState(conversationId: string): ViewState {
  return {
    conversationId,
    recordingId: undefined,
    positionMs: 0,
    viewport: undefined,
    speed: 1,
    searchText: '',
    roleFilter: 'all',
    scrollTopPx: 0,
    isFollowing: true,
    selection: undefined,
    isLooping: false,
    isSkippingSilence: false,
    isSwapped: false,
    volumes: [],
    mutedChannels: [],
    isShadingConfidence: true,
    isSummaryShown: false,
    isNotesShown: false,
    noteDraft: undefined,
  };
}

/**
 * Reads what some version of the page saved. Anything that is missing, broken or of another conversation becomes the initial
 * value: a saved state is never a reason to fail.
 */
export function decodeViewState(saved: unknown, conversationId: string): ViewState {
  const initial = initialViewState(conversationId);
  if (!isRecord(saved) || saved['conversationId'] !== conversationId) {
    return initial;
  }
  const { recordingId, searchText, roleFilter, speed, isFollowing } = saved;
  return {
    conversationId,
    recordingId: typeof recordingId === 'string' ? recordingId : undefined,
    positionMs: nonNegative(saved['positionMs']),
    viewport: decodeViewport(saved['viewport']),
    speed: speeds.find((candidate) => candidate === speed) ?? initial.speed,
    searchText: typeof searchText === 'string' ? searchText.slice(0, 200) : '',
    roleFilter: roleFilters.find((candidate) => candidate === roleFilter) ?? initial.roleFilter,
    scrollTopPx: nonNegative(saved['scrollTopPx']),
    isFollowing: toBoolean(isFollowing, initial.isFollowing),
    selection: decodeViewport(saved['selection']),
    isLooping: toBoolean(saved['isLooping'], initial.isLooping),
    isSkippingSilence: toBoolean(saved['isSkippingSilence'], initial.isSkippingSilence),
    isSwapped: toBoolean(saved['isSwapped'], initial.isSwapped),
    volumes: numbersOf(saved['volumes']).map((volume) => Math.min(1, Math.max(0, volume))),
    mutedChannels: numbersOf(saved['mutedChannels']),
    isShadingConfidence: toBoolean(saved['isShadingConfidence'], initial.isShadingConfidence),
    isSummaryShown: toBoolean(saved['isSummaryShown'], initial.isSummaryShown),
    isNotesShown: toBoolean(saved['isNotesShown'], initial.isNotesShown),
    noteDraft: decodeDraft(saved['noteDraft']),
  };
}

function decodeDraft(value: unknown): NoteDraft | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  const { id, text, tags, recordingId, fromMs, toMs } = value;
  const startMs = timeOf(fromMs);
  const endMs = timeOf(toMs);
  return {
    id: typeof id === 'string' ? id : undefined,
    text: typeof text === 'string' ? text : '',
    tags: typeof tags === 'string' ? tags : '',
    recordingId: typeof recordingId === 'string' ? recordingId : undefined,
    fromMs: startMs,
    toMs: startMs === undefined || endMs === undefined ? undefined : Math.max(startMs, endMs),
  };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' ? nonNegative(value) : undefined;
}

function toBoolean(value: unknown, initial: boolean): boolean {
  return typeof value === 'boolean' ? value : initial;
}

/** More channels than a file can have are nobody's. */
function numbersOf(value: unknown): readonly number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values
    .filter((item): item is number => typeof item === 'number' && Number.isFinite(item))
    .slice(0, 16);
}

function nonNegative(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;
}

function decodeViewport(value: unknown): ViewState['viewport'] {
  if (!isRecord(value)) {
    return undefined;
  }
  const startMs = nonNegative(value['startMs']);
  const endMs = nonNegative(value['endMs']);
  return endMs > startMs ? { startMs, endMs } : undefined;
}
