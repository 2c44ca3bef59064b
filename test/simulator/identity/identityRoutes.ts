/** Who the caller is: `tokens/me`, `users/me`, `organizations/me`. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError } from '../http/apiError.ts';
import { emptyReply, jsonReply, type Reply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { scope } from './access.ts';

const basic = { anyScope: ['user-basic-info'] };

export const identityRoutes = defineRoutes<ApiContext>([
  {
    method: 'GET',
    template: '/api/v2/tokens/me',
    access: basic,
    handle: (request, _, context) => {
      request.query.flag('preserveIdleTTL');
      return describeToken(context);
    },
  },
  {
    method: 'HEAD',
    template: '/api/v2/tokens/me',
    access: basic,
    handle: () => emptyReply(200),
  },
  {
    method: 'DELETE',
    template: '/api/v2/tokens/me',
    access: basic,
    handle: (_request, _, context) => {
      context.tokens.revoke(context.token.value);
      return emptyReply(200);
    },
  },
  {
    method: 'GET',
    template: '/api/v2/users/me',
    access: basic,
    handle: (request, _, context) => describeUser(context, request.query.list('expand')),
  },
  {
    method: 'GET',
    template: '/api/v2/organizations/me',
    access: { anyScope: scope('organization') },
    handle: (_request, _, context) => describeOrganisation(context),
  },
]);

function describeToken({ organisation, token }: ApiContext): Reply {
  const named: Models.NamedEntity = { id: organisation.id, name: organisation.name };
  return jsonReply<Models.TokenInfo>(200, {
    organization: named,
    homeOrganization: named,
    authorizedScope: [...token.client.scopes],
    OAuthClient: {
      id: token.client.id,
      name: token.client.name,
      authorizedGrantType: token.client.grant,
      scope: [...token.client.scopes],
      state: 'active',
      organization: named,
    },
  });
}

function describeUser({ organisation, token }: ApiContext, expand: readonly string[]): Reply {
  const user = organisation.users.find((one) => one.id === token.userId);
  if (token.userId === undefined || user === undefined) {
    throw new ApiError(
      400,
      'not.a.user',
      'This request requires a user context. Client credentials cannot be used for requests to this resource.',
    );
  }
  return jsonReply<Models.UserMe>(200, {
    ...user,
    ...(expand.includes('authorization') && {
      authorization: { roles: [], permissions: [...token.client.permissions] },
    }),
  });
}

function describeOrganisation({ organisation }: ApiContext): Reply {
  return jsonReply<Models.Organization>(200, {
    id: organisation.id,
    name: organisation.name,
    defaultLanguage: 'en-US',
    thirdPartyOrgName: 'simulated',
    domain: 'simulated.example',
    version: 1,
    state: 'active',
    productPlatform: 'PureCloud',
    features: {},
  });
}
