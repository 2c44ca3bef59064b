/** Links in VS Code: what is asked before one is followed, and how they get to the clipboard. */
import * as vscode from 'vscode';
import { extensionId } from '../../generated/manifest.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Archives } from '../archives/archives.ts';
import type { LinkedMoment } from '../player/wantedPlace.ts';
import type { SessionManager } from '../session/sessionManager.ts';
import {
  decodeConversationLink,
  encodeConversationLink,
  findLinkAddress,
  type ConversationLink,
  type LinkAddress,
} from './conversationLink.ts';
import { openLink, type LinkQuestion } from './openLink.ts';

export interface LinksDeps {
  readonly archives: Pick<Archives, 'openForReading'>;
  readonly sessions: SessionManager;
  readonly open: (id: ConversationId, moment: LinkedMoment | undefined) => Promise<void>;
}

const archiveTimeoutMs = 60_000;

/** Links open in the VS Code that made them: another build of it has a scheme of its own. */
export function linkOrigin(): string {
  return `${vscode.env.uriScheme}://${extensionId}`;
}

/** @throws AppError `input` for what is no link of ours, what `openLink` throws */
export async function followAddress(address: LinkAddress, deps: LinksDeps): Promise<void> {
  const { archives, sessions, open } = deps;
  await openLink(
    decodeConversationLink(address),
    {
      sessions,
      open,
      confirm,
      signIn: async () => {
        await vscode.commands.executeCommand('genesysArchive.signIn');
      },
      isArchived: async ({ conversationId, organisationId }, signal) => {
        const archive = await archives.openForReading(signal);
        const isOther = organisationId !== undefined && archive?.organisationId !== organisationId;
        return !isOther && (await archive?.find(conversationId, signal)) !== undefined;
      },
    },
    AbortSignal.timeout(archiveTimeoutMs),
  );
}

/** As `followAddress`, for text that somebody pasted. @returns false when it is no link of ours, and then nothing was done */
export async function followPastedLink(text: string, deps: LinksDeps): Promise<boolean> {
  const address = findLinkAddress(text, extensionId);
  if (address !== undefined) {
    await followAddress(address, deps);
  }
  return address !== undefined;
}

/** Puts links to conversations as such on the clipboard, each with the organisation that it is known to be of. */
export async function copyConversationLinks(
  ids: readonly ConversationId[],
  { archives, sessions }: Pick<LinksDeps, 'archives' | 'sessions'>,
): Promise<void> {
  const signal = AbortSignal.timeout(archiveTimeoutMs);
  const archive = await archives.openForReading(signal);
  const links: ConversationLink[] = [];
  for (const conversationId of ids) {
    const isArchived = (await archive?.find(conversationId, signal)) !== undefined;
    links.push({
      conversationId,
      organisationId: isArchived
        ? archive?.organisationId
        : sessions.current?.account.organisation.id,
      recordingId: undefined,
      sinceStartMs: undefined,
    });
  }
  await copyLinks(links);
}

/** Puts one link a line on the clipboard. */
export async function copyLinks(links: readonly ConversationLink[]): Promise<void> {
  const origin = linkOrigin();
  await vscode.env.clipboard.writeText(
    links.map((link) => encodeConversationLink(link, origin)).join('\n'),
  );
  vscode.window.setStatusBarMessage(
    links.length === 1
      ? vscode.l10n.t('Link copied')
      : vscode.l10n.t('{0} links copied', links.length),
    3000,
  );
}

async function confirm(question: LinkQuestion): Promise<boolean> {
  const { message, detail, action } = textOf(question);
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, action);
  return answer === action;
}

function textOf(question: LinkQuestion): {
  readonly message: string;
  readonly detail: string;
  readonly action: string;
} {
  const { current } = question;
  const now =
    current === undefined
      ? vscode.l10n.t('This window is not signed in.')
      : vscode.l10n.t('This window uses {0} ({1}).', current.label, current.region);
  switch (question.kind) {
    case 'unnamed':
      return {
        message: vscode.l10n.t('Fetch the conversation of this link?'),
        detail: vscode.l10n.t(
          'It is not in the archive, and the link does not say whose it is. {0}',
          now,
        ),
        action: vscode.l10n.t('Fetch and Open'),
      };
    case 'switch':
      return {
        message: vscode.l10n.t('Switch to {0} and open the conversation?', question.to.label),
        detail: vscode.l10n.t('The link is to a conversation of another organisation. {0}', now),
        action: vscode.l10n.t('Switch and Open'),
      };
    case 'signIn':
      return {
        message: vscode.l10n.t('Sign in to the organisation of this link?'),
        detail: vscode.l10n.t(
          'The conversation is not in the archive of this workspace, and no account on this machine is of its organisation. {0}',
          now,
        ),
        action: vscode.l10n.t('Sign In'),
      };
  }
}
