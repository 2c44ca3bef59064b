/**
 * What following a link does: opens the conversation, from the archive when it is there, else from the platform. Never does anything
 * else, and asks before it leaves the organisation that the window is in. Knows nothing of VS Code.
 */
import { errors } from '../../base/appError.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { LinkedMoment } from '../player/wantedPlace.ts';
import type { Account } from '../session/accounts.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import type { ConversationLink } from './conversationLink.ts';

/** What a person has to agree to before anything is asked of the platform. */
export type LinkQuestion =
  /** The link does not say whose the conversation is. */
  | { readonly kind: 'unnamed'; readonly current: Account }
  | { readonly kind: 'switch'; readonly to: Account; readonly current: Account | undefined }
  /** Nobody on this machine is signed in to the organisation. */
  | { readonly kind: 'signIn'; readonly current: Account | undefined };

export interface OpenLinkDeps {
  readonly sessions: Pick<SessionManager, 'whenRestored' | 'current' | 'accounts' | 'switchTo'>;
  /** Whether the workspace's archive is of the link's organisation (or the link names none) and holds the conversation. */
  readonly isArchived: (link: ConversationLink, signal: AbortSignal) => Promise<boolean>;
  readonly open: (id: ConversationId, moment: LinkedMoment | undefined) => Promise<void>;
  /** False when the person turns away. */
  readonly confirm: (question: LinkQuestion) => Promise<boolean>;
  readonly signIn: () => Promise<void>;
}

/** Resolves when it is open, or when the person turned away. @throws AppError `input` after a sign-in to another organisation */
export async function openLink(
  link: ConversationLink,
  deps: OpenLinkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { sessions, open, confirm } = deps;
  const { conversationId, organisationId, recordingId, sinceStartMs } = link;
  // VS Code may have been started by the link: who is signed in is not known yet.
  await sessions.whenRestored(signal);
  const isAllowed =
    (await deps.isArchived(link, signal)) ||
    (organisationId === undefined
      ? await allowUnnamed(deps)
      : await enterOrganisation(organisationId, { ...deps, confirm }));
  if (isAllowed) {
    await open(
      conversationId,
      sinceStartMs === undefined && recordingId === undefined
        ? undefined
        : { recordingId, sinceStartMs: sinceStartMs ?? 0 },
    );
  }
}

async function allowUnnamed({ sessions, confirm }: OpenLinkDeps): Promise<boolean> {
  const current = sessions.current?.account;
  if (current === undefined) {
    throw errors.auth(
      'The conversation of this link is not in the archive. Sign in to its organisation, then open the link again',
    );
  }
  return await confirm({ kind: 'unnamed', current });
}

/** Makes the organisation the window's, if the person agrees. */
async function enterOrganisation(
  organisationId: string,
  { sessions, confirm, signIn }: OpenLinkDeps,
): Promise<boolean> {
  const isOf = (account: Account | undefined): boolean =>
    account?.organisation.id === organisationId;
  const current = sessions.current?.account;
  if (isOf(current)) {
    return true;
  }
  const other = sessions.accounts.find(isOf);
  if (other !== undefined) {
    if (!(await confirm({ kind: 'switch', to: other, current }))) {
      return false;
    }
    await sessions.switchTo(other.id);
    return true;
  }
  if (!(await confirm({ kind: 'signIn', current }))) {
    return false;
  }
  await signIn();
  const now = sessions.current?.account;
  if (isOf(now)) {
    return true;
  }
  if (now === undefined || now.id === current?.id) {
    return false;
  }
  throw errors.input(
    `The link is to a conversation of another organisation than the one you signed in to: ${now.organisation.name}`,
  );
}
