/** Decides whether a token may make a call: scopes for people's tokens, permissions for all. */
import { apiErrors, type ApiError } from '../http/apiError.ts';
import type { Access } from '../http/router.ts';
import type { Token } from './tokenStore.ts';

/** The platform's refusal, `undefined` when the call may go on. */
export function refuse(token: Token, access: Access): ApiError | undefined {
  const { anyScope = [], anyPermission = [], allPermissions = [] } = access;
  const { scopes, permissions } = token.client;
  if (
    token.userId !== undefined &&
    anyScope.length > 0 &&
    !anyScope.some((scope) => scopes.includes(scope))
  ) {
    return apiErrors.scope(anyScope);
  }
  const has = (permission: string): boolean => permissions.includes(permission);
  if (anyPermission.length > 0 && !anyPermission.some(has)) {
    return apiErrors.missingAnyPermissions(anyPermission);
  }
  const missing = allPermissions.filter((permission) => !has(permission));
  return missing.length > 0 ? apiErrors.missingPermissions(missing) : undefined;
}

/** Scope name and its read-only form. */
export const scope = (name: string): readonly string[] => [name, `${name}:readonly`];
