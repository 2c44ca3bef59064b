/**
 * Error answers of the platform: status, code and message template, in the shape of `ErrorBody`. Codes and templates are the
 * platform's own strings; what varies goes into `messageParams`.
 */
import type { Models } from 'purecloud-platform-client-v2';

/** Thrown by handlers; the server turns it into an `ErrorBody` with the correlation id of the request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    template: string,
    params: Readonly<Record<string, string>> = {},
  ) {
    super(fill(template, params));
    this.status = status;
    this.code = code;
    this.template = template;
    this.params = params;
  }

  /** The body as the platform writes it; `messageWithParams` only when something varies. */
  toBody(contextId: string): Models.ErrorBody {
    return {
      message: this.message,
      code: this.code,
      status: this.status,
      contextId,
      details: [],
      errors: [],
      ...(Object.keys(this.params).length > 0 && {
        messageWithParams: this.template,
        messageParams: { ...this.params },
      }),
    };
  }
}

const fill = (template: string, params: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

/** One factory for each answer that several handlers give. */
export const apiErrors = {
  badRequest: (
    message = 'The request could not be understood by the server due to malformed syntax.',
  ): ApiError => new ApiError(400, 'bad.request', message),
  constraint: (message: string): ApiError => new ApiError(400, 'constraint.validation', message),
  invalidDate: (): ApiError =>
    new ApiError(
      400,
      'invalid.date',
      'Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ',
    ),
  invalidProperty: (property: string, object: string): ApiError =>
    new ApiError(
      400,
      'invalid.property',
      'Value [{property}] is not a valid property for object [{object}]',
      { property, object },
    ),
  invalidValue: (value: unknown, fieldType: string, allowed: readonly string[]): ApiError =>
    new ApiError(
      400,
      'invalid.value',
      'Value [{value}] is not valid for field type [{fieldType}]. Allowable values are: {allowed}',
      { value: toText(value), fieldType, allowed: allowed.join(', ') },
    ),
  invalidParameter: (value: string, parameter: string, allowed: readonly string[]): ApiError =>
    new ApiError(
      400,
      'invalid.query.param.value',
      'Value [{value}] is not valid for parameter [{parameter}]. Allowable values are: {allowed}',
      { value, parameter, allowed: allowed.join(', ') },
    ),
  invalidId: (): ApiError =>
    new ApiError(400, 'invalid.id', 'A non-UUID value was specified for an ID field.'),
  authenticationRequired: (): ApiError =>
    new ApiError(
      401,
      'authentication.required',
      'No authentication bearer token specified in authorization header.',
    ),
  badCredentials: (): ApiError =>
    new ApiError(401, 'bad.credentials', 'Invalid login credentials.'),
  scope: (scopes: readonly string[]): ApiError =>
    new ApiError(403, 'app.not.authorized.for.scope', 'App not authorized to use scope {scopes}', {
      scopes: scopes.join(', '),
    }),
  missingAnyPermissions: (permissions: readonly string[]): ApiError =>
    new ApiError(
      403,
      'missing.any.permissions',
      'Unable to perform the requested action. You must have at least one of the following permissions assigned: {permissions}',
      { permissions: permissions.join(', ') },
    ),
  missingPermissions: (permissions: readonly string[]): ApiError =>
    new ApiError(
      403,
      'missing.permissions',
      'Unable to perform the requested action. You are missing the following permission(s): {permissions}',
      { permissions: permissions.join(', ') },
    ),
  notFound: (): ApiError => new ApiError(404, 'not.found', 'The requested resource was not found.'),
  methodNotAllowed: (): ApiError =>
    new ApiError(
      405,
      'method.not.allowed',
      'The method specified in the request is not allowed for this resource.',
    ),
  requestTooLarge: (maximumBytes: number): ApiError =>
    new ApiError(
      413,
      'request.entity.too.large',
      'The request is over the size limit. Maximum bytes: {maximum}',
      { maximum: String(maximumBytes) },
    ),
  unsupportedMediaType: (): ApiError =>
    new ApiError(
      415,
      'unsupported.media.type',
      'Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.',
    ),
  internal: (): ApiError =>
    new ApiError(
      500,
      'internal.server.error',
      'The server encountered an unexpected condition which prevented it from fulfilling the request.',
    ),
};

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
