/** Describes the route table as OpenAPI 3.1. Pure. @see https://spec.openapis.org/oas/v3.1.0 */
import type { ApiParameter } from './apiRequest.ts';
import type { ApiResponse, ApiRoute, JsonSchema } from './apiRoute.ts';

const errorSchema: JsonSchema = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' } },
  required: ['code', 'message'],
};

const errorReference: JsonSchema = { $ref: '#/components/schemas/Error' };
const retryAfter = { 'Retry-After': 'Seconds to wait' };

/** The same for every route, besides what it says itself. */
const commonFailures: ApiRoute['responses'] = {
  400: { description: 'A parameter is missing, unknown or bad' },
  403: { description: 'Another Host or Origin than this machine' },
  405: {
    description: 'Anything but GET and HEAD',
    headers: { Allow: 'The methods that there are' },
  },
  413: { description: 'A request with a body' },
  429: { description: 'Too many requests in a short time', headers: retryAfter },
  503: { description: 'Too many requests at once', headers: retryAfter },
};

/** Of all but open routes. */
const tokenFailures: ApiRoute['responses'] = {
  400: { description: 'A parameter is missing, unknown or bad, or a token is in the address' },
  401: {
    description: 'No token, or another one',
    headers: { 'WWW-Authenticate': 'How to send it' },
  },
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
    responses: {
      ...Object.fromEntries(
        Object.entries({
          ...commonFailures,
          ...(isOpen ? {} : tokenFailures),
          ...route.responses,
        }).map(([status, response]) => [status, toResponse(Number(status), response)]),
      ),
      default: toResponse(500, { description: 'Any other failure' }),
    },
  };
}

function toResponse(status: number, response: ApiResponse): unknown {
  const { description, mediaTypes = [], headers } = response;
  const schema = response.schema ?? (status >= 400 ? errorReference : undefined);
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema } }),
    ...Object.fromEntries(mediaTypes.map((type) => [type, {}])),
  };
  return {
    description,
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
  };
}

function toHeaders(headers: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, required: true, schema: { type: 'string' } },
    ]),
  );
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
