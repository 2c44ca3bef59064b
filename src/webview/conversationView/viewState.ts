/** What a page remembers across reloads: where the reader was, nothing that was fetched. */
import { isRecord } from '../../base/decode.ts';
import { speeds } from './speeds.ts';

/** Whose phrases are listed. */
export const roleFilters = ['all', 'agent', 'customer', 'system'] as const;
export type RoleFilter = (typeof roleFilters)[number];

export interface ViewState {
  /** The rest only counts for this conversation. */
  readonly conversationId: string;
  readonly recordingId: string | undefined;
  readonly positionMs: number;
  /** The stretch of the recording that the waveform shows; undefined is all of it. */
  readonly viewport: { readonly startMs: number; readonly endMs: number } | undefined;
  readonly speed: number;
  readonly searchText: string;
  readonly roleFilter: RoleFilter;
  readonly scrollTopPx: number;
  readonly isFollowing: boolean;
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
    isFollowing: typeof isFollowing === 'boolean' ? isFollowing : initial.isFollowing,
  };
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
