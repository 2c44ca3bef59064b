/** Describes the route table as OpenAPI 3.1. Pure. @see https://spec.openapis.org/oas/v3.1.0 */
import type { ApiParameter } from './apiRequest.ts';
import type { ApiRoute, JsonSchema } from './apiRoute.ts';

const errorSchema: JsonSchema = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' } },
  required: ['code', 'message'],
};

/** The same for every route, besides what it says itself. */
const commonFailures: ApiRoute['responses'] = {
  400: { description: 'A parameter is missing, unknown or bad, or a token is in the address' },
  401: { description: 'No token, or another one' },
  403: { description: 'Another Host or Origin than this machine' },
  405: { description: 'Anything but GET and HEAD' },
  413: { description: 'A request with a body' },
  429: { description: 'Too many requests in a short time' },
  500: { description: 'The archive cannot be read' },
  503: { description: 'Too many requests at once' },
};

/** @param version of the extension. */
export function toOpenApi(routes: readonly ApiRoute[], version: string): unknown {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Genesys Cloud Archive Explorer: local API',
      version,
      description: 'Reads the archive of one workspace, on this machine only.',
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
    },
    paths: Object.fromEntries(
      routes.map((route) => [route.path, { get: toOperation(route) }] as const),
    ),
  };
}

function toOperation(route: ApiRoute): unknown {
  const isOpen = route.isOpen === true;
  return {
    summary: route.summary,
    security: isOpen ? [] : [{ token: [] }],
    parameters: route.parameters.map(toParameter),
    responses: Object.fromEntries(
      Object.entries({ ...commonFailures, ...route.responses }).map(
        ([status, { description, schema }]) => [
          status,
          {
            description,
            ...contentOf(
              schema ??
                (Number(status) >= 400 ? { $ref: '#/components/schemas/Error' } : undefined),
            ),
          },
        ],
      ),
    ),
  };
}

function contentOf(schema: JsonSchema | undefined): object {
  return schema === undefined ? {} : { content: { 'application/json': { schema } } };
}

function toParameter(parameter: ApiParameter): unknown {
  const { name, description, type, values, minimum, maximum } = parameter;
  return {
    name,
    in: parameter.in,
    description,
    required: parameter.in === 'path' || parameter.isRequired === true,
    schema: {
      type,
      ...(values === undefined ? {} : { enum: values }),
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    },
  };
}
