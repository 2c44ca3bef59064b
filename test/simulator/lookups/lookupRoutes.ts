/** Names for ids: queues, users, wrap-up codes and divisions. */
import type { Models } from 'purecloud-platform-client-v2';

import type { ApiContext } from '../apiContext.ts';
import { ApiError, apiErrors } from '../http/apiError.ts';
import type { Incoming } from '../http/incoming.ts';
import { jsonReply } from '../http/reply.ts';
import { defineRoutes } from '../http/router.ts';
import { scope } from '../identity/access.ts';
import { nameMatcher, toListing } from './listing.ts';

const maximumPageSize = 500;
const maximumUserIds = 100;

export const lookupRoutes = defineRoutes<ApiContext>([
  {
    method: 'GET',
    template: '/api/v2/routing/queues',
    access: { anyPermission: ['routing:queue:view'], anyScope: scope('routing') },
    handle: (request, _, { organisation }) => {
      const isDescending = request.query.oneOf('sortOrder', ['asc', 'desc'], 'asc') === 'desc';
      const queues = byName(select(organisation.queues, request), isDescending);
      return jsonReply<Models.QueueEntityListing>(200, page(request, queues));
    },
  },
  {
    method: 'GET',
    template: '/api/v2/users',
    access: { anyScope: scope('users') },
    handle: (request, _, { organisation }) =>
      jsonReply<Models.UserEntityListing>(
        200,
        page(request, selectUsers(organisation.users, request)),
      ),
  },
  {
    method: 'GET',
    template: '/api/v2/routing/wrapupcodes',
    access: { allPermissions: ['routing:wrapupCode:view'], anyScope: scope('routing') },
    handle: (request, _, { organisation }) => {
      const orders = ['ascending', 'descending'] as const;
      const isDescending = request.query.oneOf('sortOrder', orders, 'ascending') === 'descending';
      request.query.oneOf('sortBy', ['name', 'id'], 'name');
      const codes = byName(select(organisation.wrapUpCodes, request), isDescending);
      return jsonReply<Models.WrapupCodeEntityListing>(200, page(request, codes));
    },
  },
  {
    method: 'GET',
    template: '/api/v2/routing/wrapupcodes/divisionviews',
    access: { allPermissions: ['routing:wrapupCode:search'], anyScope: scope('routing') },
    handle: (request, _, { organisation }) => {
      if (request.query.text('name') !== undefined && request.query.list('id').length > 0) {
        throw new ApiError(400, 'name.and.id.specified', 'Both name and ID were specified.');
      }
      request.query.oneOf('includeState', ['Active', 'Deleted', 'ActiveAndDeleted'], 'Active');
      const codes = byName(select(organisation.wrapUpCodes, request), false);
      return jsonReply<Models.WrapupCodeEntityListing>(200, page(request, codes));
    },
  },
  {
    method: 'GET',
    template: '/api/v2/authorization/divisions',
    access: { anyScope: scope('authorization') },
    handle: (request, _, { organisation }) => {
      const text = request.query.text('name')?.toLowerCase() ?? '';
      const ids = request.query.list('id');
      const divisions = organisation.divisions.filter(
        (division) =>
          (ids.length === 0 || (division.id !== undefined && ids.includes(division.id))) &&
          (division.name ?? '').toLowerCase().includes(text),
      );
      return jsonReply<Models.AuthzDivisionEntityListing>(200, page(request, divisions));
    },
  },
]);

const page = <Entity>(
  request: Incoming,
  entities: readonly Entity[],
): ReturnType<typeof toListing<Entity>> =>
  toListing(request.path, entities, request.query.paging(maximumPageSize));

interface NamedEntity {
  readonly id?: string;
  readonly name?: string;
  readonly division?: { readonly id?: string };
}

/** By id, name and division, all of which must hold. @throws ApiError `invalid.id` */
function select<Entity extends NamedEntity>(
  entities: readonly Entity[],
  { query }: Incoming,
): readonly Entity[] {
  const ids = new Set(query.list('id'));
  const divisionIds = query.list('divisionId');
  if ([...ids, ...divisionIds].some((id) => !isUuid(id))) {
    throw apiErrors.invalidId();
  }
  const name = query.text('name');
  const isNamed = name === undefined || name === '' ? () => true : nameMatcher(name);
  return entities.filter(
    (entity) =>
      (ids.size === 0 || (entity.id !== undefined && ids.has(entity.id))) &&
      (divisionIds.length === 0 || divisionIds.includes(entity.division?.id ?? '')) &&
      isNamed(entity.name),
  );
}

const isUuid = (id: string): boolean =>
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(id);

function byName<Entity extends NamedEntity>(
  entities: readonly Entity[],
  isDescending: boolean,
): readonly Entity[] {
  const key = (entity: Entity): string => (entity.name ?? '').toLowerCase();
  const sorted = [...entities].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return isDescending ? sorted.reverse() : sorted;
}

/** Leavers stay away unless asked for: the default state is `active`. */
function selectUsers(users: readonly Models.User[], { query }: Incoming): readonly Models.User[] {
  const ids = new Set(query.list('id'));
  if (ids.size > maximumUserIds) {
    throw new ApiError(400, 'max.user.ids', 'Only 100 users can be requested at a time.');
  }
  const state = query.oneOf('state', ['active', 'inactive', 'deleted', 'any'], 'active');
  query.oneOf('sortOrder', ['ascending', 'descending', 'ASC', 'DESC'], 'ASC');
  return users.filter(
    (user) =>
      (ids.size === 0 || (user.id !== undefined && ids.has(user.id))) &&
      (state === 'any' || (user.state ?? 'active') === state),
  );
}
