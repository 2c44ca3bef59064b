/** The rows of the Local Archive view as plain tagged data, and how they follow from the catalogue and the manifests. Pure. */
import type { ConversationId } from '../../model/ids.ts';
import { parseConversationId } from '../../model/ids.ts';
import type {
  ConversationGrouping,
  FacetMessage,
  FoundConversation,
} from '../../protocol/catalogue.ts';
import {
  formatDateTime,
  formatDuration,
  formatTime,
  mediaIcon,
  mediaName,
  toLabel,
} from '../conversations/format.ts';
import type { Localiser } from '../ports/localiser.ts';
import { asDirection } from './searchText.ts';

export type ArchiveNode = GroupNode | StoredNode | DocumentNode | LackNode | MoreNode;

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly by: ConversationGrouping;
  /** Id of the day, queue or agent; empty for those without. */
  readonly groupId: string;
  readonly label: string;
  readonly count: number;
}

/** Named as the rows of the Conversations view are: the same commands take both. */
export interface StoredNode {
  readonly kind: 'conversation';
  /** Unique among the rows: a conversation may be in two groups. */
  readonly id: string;
  readonly conversationId: ConversationId;
  /** Of its start. */
  readonly day: string;
  readonly group: GroupNode;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly state: StoredState;
}

export interface DocumentNode {
  readonly kind: 'document';
  readonly id: string;
  readonly name: 'transcript' | 'details';
  readonly conversation: StoredNode;
}

export interface LackNode {
  readonly kind: 'lack';
  readonly id: string;
  readonly message: string;
}

export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  readonly group: GroupNode;
  readonly shownCount: number;
}

/** What the files say of a stored conversation. */
export interface StoredState {
  /** Whether everything that the platform has is here, or something is missing, or the files cannot be read. */
  readonly kind: 'complete' | 'incomplete' | 'damaged';
  readonly isHeld: boolean;
  /** Sentences about what is not here, and why. */
  readonly lacks: readonly string[];
}

export function toGroupNode(
  by: ConversationGrouping,
  { id, name, conversationCount }: FacetMessage,
  l10n: Localiser,
): GroupNode {
  const without = by === 'queue' ? l10n.t('Without a queue') : l10n.t('Without an agent');
  return {
    kind: 'group',
    id: `${by}:${id}`,
    by,
    groupId: id,
    label: by === 'day' ? dayLabel(id) : id === '' ? without : toLabel(name, 80),
    count: conversationCount,
  };
}

/** The UTC day in the person's language. */
function dayLabel(day: string): string {
  const startMs = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(startMs)
    ? day
    : new Date(startMs).toLocaleDateString(undefined, {
        weekday: 'short',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
        timeZone: 'UTC',
      });
}

export function toStoredNode(
  group: GroupNode,
  found: FoundConversation,
  state: StoredState,
  l10n: Localiser,
): StoredNode {
  const { conversationId, media, direction, startMs, endMs } = found;
  const nameOf = (kind: string): string | undefined =>
    found.labels.filter((label) => label.kind === kind).at(-1)?.name;
  // What the group says already is not said again.
  const facts = [
    group.by === 'queue' ? undefined : nameOf('queue'),
    group.by === 'agent' ? undefined : nameOf('agent'),
    endMs === undefined ? undefined : formatDuration(endMs - startMs),
    nameOf('wrapup'),
  ];
  const notes = [
    state.isHeld ? l10n.t('on legal hold') : undefined,
    state.kind === 'damaged' ? l10n.t('damaged') : undefined,
    state.kind === 'incomplete' ? l10n.t('{0} missing', state.lacks.length) : undefined,
  ];
  return {
    kind: 'conversation',
    id: `${group.id}/${conversationId}`,
    conversationId: parseConversationId(conversationId),
    day: new Date(startMs).toISOString().slice(0, 10),
    group,
    label: `${group.by === 'day' ? formatTime(startMs) : formatDateTime(startMs)} ${mediaName(media)}`,
    description: [...facts, ...notes]
      .filter((text) => text !== undefined && text !== '')
      .map((text) => toLabel(text ?? '', 60))
      .join(' · '),
    icon: mediaIcon(media, asDirection(direction)),
    state,
  };
}

/** What is below a conversation: its texts, then what is missing. */
export function toDetailNodes(node: StoredNode): readonly ArchiveNode[] {
  return [
    { kind: 'document', id: `${node.id}/transcript`, name: 'transcript', conversation: node },
    { kind: 'document', id: `${node.id}/details`, name: 'details', conversation: node },
    ...node.state.lacks.map((message, index): LackNode => ({
      kind: 'lack',
      id: `${node.id}/lack/${String(index)}`,
      message,
    })),
  ];
}
