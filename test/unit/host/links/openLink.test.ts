import assert from 'node:assert/strict';
import { isAppError } from '../../../../src/base/appError.ts';
import type { ConversationLink } from '../../../../src/host/links/conversationLink.ts';
import { openLink, type LinkQuestion } from '../../../../src/host/links/openLink.ts';
import type { Account } from '../../../../src/host/session/accounts.ts';
import type { SignedIn } from '../../../../src/host/session/session.ts';
import { parseConversationId, parseOrganisationId } from '../../../../src/model/ids.ts';

const accountOf = (name: string): Account => ({
  id: `account-${name}`,
  label: name,
  region: 'mypurecloud.de',
  apiBaseUrl: 'https://api.example',
  loginBaseUrl: 'https://login.example',
  clientId: 'client',
  organisation: { id: parseOrganisationId(`org-${name}`), name },
});
const acme = accountOf('acme');
const beta = accountOf('beta');
const link: ConversationLink = {
  conversationId: parseConversationId('c1'),
  organisationId: acme.organisation.id,
  recordingId: undefined,
  sinceStartMs: 5000,
};

interface Scene {
  readonly current?: Account;
  readonly accounts?: readonly Account[];
  readonly isArchived?: boolean;
  readonly answer?: boolean;
  /** Who is signed in after signing in. */
  readonly signsInTo?: Account;
}

/** Follows the link and tells what happened, in order. */
async function follow(scene: Scene, what: ConversationLink = link): Promise<readonly string[]> {
  const events: string[] = [];
  let current = scene.current;
  await openLink(
    what,
    {
      sessions: {
        whenRestored: () => Promise.resolve(),
        get current() {
          // Of a session only the account is looked at.
          return current === undefined ? undefined : ({ account: current } as SignedIn);
        },
        accounts: scene.accounts ?? [],
        switchTo: (id) => {
          events.push(`switch to ${id}`);
          current = scene.accounts?.find((one) => one.id === id);
          return Promise.resolve();
        },
      },
      isArchived: () => Promise.resolve(scene.isArchived === true),
      open: (id, moment) => {
        events.push(`open ${id} ${moment === undefined ? '' : String(moment.sinceStartMs)}`.trim());
        return Promise.resolve();
      },
      confirm: ({ kind }: LinkQuestion) => {
        events.push(`ask ${kind}`);
        return Promise.resolve(scene.answer === true);
      },
      signIn: () => {
        events.push('sign in');
        current = scene.signsInTo ?? current;
        return Promise.resolve();
      },
    },
    AbortSignal.timeout(1000),
  );
  return events;
}

suite('following a link', () => {
  test('opens what is archived without a word, signed in or not', async () => {
    assert.deepEqual(await follow({ isArchived: true }), ['open c1 5000']);
    assert.deepEqual(await follow({ isArchived: true, current: beta }), ['open c1 5000']);
  });

  test('opens what the organisation of the window has', async () => {
    assert.deepEqual(await follow({ current: acme }), ['open c1 5000']);
  });

  test('opens the conversation as such when the link names no moment', async () => {
    const bare = { ...link, sinceStartMs: undefined };
    assert.deepEqual(await follow({ current: acme }, bare), ['open c1']);
  });

  test('asks before it switches to the account of another organisation, and does not against the will', async () => {
    const scene = { current: beta, accounts: [beta, acme] };
    assert.deepEqual(await follow({ ...scene, answer: false }), ['ask switch']);
    assert.deepEqual(await follow({ ...scene, answer: true }), [
      'ask switch',
      'switch to account-acme',
      'open c1 5000',
    ]);
  });

  test('offers to sign in to an organisation that nobody here is signed in to', async () => {
    const scene = { current: beta, accounts: [beta] };
    assert.deepEqual(await follow({ ...scene, answer: false }), ['ask signIn']);
    assert.deepEqual(await follow({ ...scene, answer: true, signsInTo: acme }), [
      'ask signIn',
      'sign in',
      'open c1 5000',
    ]);
    // Turned away from the dialog.
    assert.deepEqual(await follow({ ...scene, answer: true }), ['ask signIn', 'sign in']);
  });

  test('opens nothing after a sign-in to a third organisation, and says why', async () => {
    await assert.rejects(
      follow({ answer: true, signsInTo: beta }),
      (error) => isAppError(error, 'input') && error.message.includes('another organisation'),
    );
  });

  test('fetches what the link says nothing about only after asking, and never signed out', async () => {
    const unnamed = { ...link, organisationId: undefined };
    assert.deepEqual(await follow({ current: acme, answer: false }, unnamed), ['ask unnamed']);
    assert.deepEqual(await follow({ current: acme, answer: true }, unnamed), [
      'ask unnamed',
      'open c1 5000',
    ]);
    await assert.rejects(follow({}, unnamed), (error) => isAppError(error, 'auth'));
  });
});
