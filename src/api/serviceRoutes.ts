/** Routes about the server itself: whether it lives, and what it offers. */
import type { ApiRoute } from './apiRoute.ts';
import { toOpenApi } from './openApi.ts';

/** All routes: those given, the probe and the description of all. @param version of the extension */
export function withServiceRoutes(
  routes: readonly ApiRoute[],
  version: string,
): readonly ApiRoute[] {
  const health: ApiRoute = {
    path: '/healthz',
    summary: 'Says that the server lives; needs no token and tells nothing else',
    isOpen: true,
    parameters: [],
    responses: {
      200: {
        description: 'It lives',
        schema: {
          type: 'object',
          properties: { status: { type: 'string' } },
          required: ['status'],
        },
      },
    },
    answer: () => Promise.resolve({ kind: 'json', status: 200, body: { status: 'ok' } }),
  };
  const description: ApiRoute = {
    path: '/openapi.json',
    summary: 'This description',
    parameters: [],
    responses: {
      200: {
        description: 'OpenAPI 3.1',
        schema: {
          type: 'object',
          properties: {
            openapi: { type: 'string' },
            info: { type: 'object', properties: {} },
            components: { type: 'object', properties: {} },
            paths: { type: 'object', properties: {} },
          },
          required: ['openapi', 'info', 'paths'],
        },
      },
    },
    answer: () => Promise.resolve({ kind: 'json', status: 200, body: document }),
  };
  const all = [...routes, health, description];
  const document = toOpenApi(all, version);
  return all;
}
