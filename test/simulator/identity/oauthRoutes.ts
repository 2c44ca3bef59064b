/**
 * The login host: tokens for client credentials and for authorization codes with PKCE, and the page on which a person allows
 * the latter. Failures have the login host's own body, not `ErrorBody`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { Incoming } from '../http/incoming.ts';
import { emptyReply, htmlReply, jsonReply, type Reply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import type { SimulatedClient } from './clients.ts';
import { consentPage, refusalPage } from './consentPage.ts';
import type { Token, TokenStore } from './tokenStore.ts';

export interface LoginContext {
  readonly clients: readonly SimulatedClient[];
  readonly tokens: TokenStore;
  readonly organisationName: string;
  /** Who signs in on the page. */
  readonly user: { readonly id: string; readonly name: string };
  /** 400 or 401: not settled for the platform. */
  readonly invalidClientStatus: 400 | 401;
}

const open = {};

export const loginRoutes = defineRoutes<LoginContext>([
  { method: 'POST', template: '/oauth/token', access: open, handle: (r, _, c) => grantToken(r, c) },
  { method: 'GET', template: '/oauth/authorize', access: open, handle: (r, _, c) => ask(r, c) },
  { method: 'POST', template: '/oauth/authorize', access: open, handle: (r, _, c) => decide(r, c) },
]);

function grantToken(request: Incoming, context: LoginContext): Reply {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    return failure(400, 'invalid_request', 'the request must be form encoded');
  }
  const form = new URLSearchParams(request.body.toString('utf8'));
  switch (form.get('grant_type')) {
    case 'client_credentials':
      return grantToClient(request, context);
    case 'authorization_code':
      return grantForCode(request, form, context);
    case null:
      return failure(400, 'invalid_request', 'grant_type is missing');
    default:
      return failure(400, 'unsupported_grant_type', 'grant_type is not supported');
  }
}

function grantToClient(request: Incoming, context: LoginContext): Reply {
  const { id, secret } = basicCredentials(request);
  const client = context.clients.find((one) => one.id === id);
  if (client?.secret === undefined || !isSame(client.secret, secret)) {
    return failure(context.invalidClientStatus, 'invalid_client', 'authentication failed');
  }
  return client.grant === 'CLIENT-CREDENTIALS'
    ? success(context.tokens.issue(client, undefined), context)
    : failure(400, 'unauthorized_client', 'the client may not use this grant');
}

function grantForCode(request: Incoming, form: URLSearchParams, context: LoginContext): Reply {
  // Public clients name themselves in the form; the official CLI sends Basic with an empty secret instead.
  const clientId = form.get('client_id') ?? basicCredentials(request).id;
  if (!context.clients.some((client) => client.id === clientId && client.grant === 'CODE')) {
    return failure(context.invalidClientStatus, 'invalid_client', 'authentication failed');
  }
  const code = context.tokens.takeCode(form.get('code') ?? '');
  const verifier = form.get('code_verifier') ?? '';
  const isGood =
    code?.client.id === clientId &&
    code.redirectUri === form.get('redirect_uri') &&
    /^[\w.~-]{43,128}$/.test(verifier) &&
    isSame(createHash('sha256').update(verifier).digest('base64url'), code.challenge);
  return isGood
    ? success(context.tokens.issue(code.client, code.userId), context)
    : failure(400, 'invalid_grant', 'the authorization code is invalid or expired');
}

const success = (token: Token, context: LoginContext): Reply =>
  jsonReply(
    200,
    {
      access_token: token.value,
      token_type: 'bearer',
      expires_in: context.tokens.lifeSeconds,
    },
    { 'Cache-Control': 'no-store' },
  );

/** The login host spells the description twice. */
const failure = (status: number, error: string, description: string): Reply =>
  jsonReply(status, { error, description, error_description: description });

function basicCredentials(request: Incoming): { readonly id: string; readonly secret: string } {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id, secret: rest.join(':') };
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [expected, given].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

function ask(request: Incoming, context: LoginContext): Reply {
  const asked = readAuthorization(request, context);
  return 'reply' in asked
    ? asked.reply
    : htmlReply(
        200,
        consentPage({
          clientName: asked.client.name,
          organisationName: context.organisationName,
          userName: context.user.name,
          scopes: asked.client.scopes,
        }),
      );
}

function decide(request: Incoming, context: LoginContext): Reply {
  const asked = readAuthorization(request, context);
  if ('reply' in asked) {
    return asked.reply;
  }
  if (new URLSearchParams(request.body.toString('utf8')).get('decision') !== 'allow') {
    return redirect(asked.redirectUri, {
      error: 'access_denied',
      error_description: 'the person refused',
      state: asked.state,
    });
  }
  const code = context.tokens.issueCode({
    client: asked.client,
    redirectUri: asked.redirectUri,
    challenge: asked.challenge,
    userId: context.user.id,
  });
  return redirect(asked.redirectUri, { code, state: asked.state });
}

interface Authorization {
  readonly client: SimulatedClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly challenge: string;
}

/** A wrong client or redirect address is shown, never redirected: the address cannot be trusted. */
function readAuthorization(
  request: Incoming,
  context: LoginContext,
): Authorization | { readonly reply: Reply } {
  const { query } = request;
  const redirectUri = query.text('redirect_uri') ?? '';
  const client = context.clients.find(
    (one) => one.id === query.text('client_id') && one.grant === 'CODE',
  );
  if (client === undefined) {
    return { reply: htmlReply(400, refusalPage('The client id is not known.')) };
  }
  if (!client.redirectUris.some((registered) => isRegistered(registered, redirectUri))) {
    return { reply: htmlReply(400, refusalPage('The redirect address is not registered.')) };
  }
  const state = query.text('state');
  const challenge = query.text('code_challenge') ?? '';
  const refuseWith = (error: string, error_description: string): { readonly reply: Reply } => ({
    reply: redirect(redirectUri, { error, error_description, state }),
  });
  if (query.text('response_type') !== 'code') {
    return refuseWith('unsupported_response_type', 'response_type must be code');
  }
  if (query.text('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge)) {
    return refuseWith('invalid_request', 'a code_challenge with the method S256 is needed');
  }
  return { client, redirectUri, state, challenge };
}

/** Same scheme and host name; the port is free when the registered address names none, and so is the path. */
function isRegistered(registered: string, asked: string): boolean {
  if (!URL.canParse(asked)) {
    return false;
  }
  const [known, wanted] = [new URL(registered), new URL(asked)];
  return (
    known.protocol === wanted.protocol &&
    known.hostname === wanted.hostname &&
    (known.port === '' || known.port === wanted.port) &&
    (known.pathname === '/' || known.pathname === wanted.pathname)
  );
}

function redirect(to: string, parameters: Readonly<Record<string, string | undefined>>): Reply {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      url.searchParams.set(name, value);
    }
  }
  return emptyReply(302, { Location: url.href, 'Cache-Control': 'no-store' });
}
