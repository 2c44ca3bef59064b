/** Turns answers that are no success into AppErrors that say what to do next. Knows the platform's error body. */
import { AppError, errors, type ErrorCode, type ErrorDetails } from '../base/appError.ts';
import { isRecord, type JsonRecord } from '../base/decode.ts';
import type { HttpResponse } from './httpTransport.ts';
import { featureNeeds, featureOfCall, missingPermissions } from './permissions.ts';
import { parseRetryAfter } from './retryPolicy.ts';
import { toSafeText } from './safeText.ts';

/** The platform's error body, as far as it could be read. @see ErrorBody */
interface ErrorBody {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly contextId: string | undefined;
  readonly permissions: readonly string[];
  readonly scopes: string | undefined;
}

/**
 * The error for an answer with a status of 300 or above.
 * @param source method and path template, for the details
 */
export function toAppError(response: HttpResponse, source: string, nowMs: number): AppError {
  const body = decodeErrorBody(response.text);
  const refusal = response.status === 403 ? readRefusal(body, source) : undefined;
  const details: ErrorDetails = {
    status: response.status,
    source,
    platformCode: body.code,
    correlationId: toCorrelationId(response.headers['inin-correlation-id'] ?? body.contextId),
    ...refusal?.details,
  };
  const said = body.message ?? `status ${String(response.status)}`;
  const { code, advice } = refusal ?? classify(response.status);
  return new AppError(code, `${advice}: ${refusal?.named ?? said}`, {
    details,
    retryAfterMs:
      response.status === 429 || response.status >= 500 ? askedWaitMs(response, nowMs) : undefined,
  });
}

interface Refusal {
  readonly code: ErrorCode;
  readonly advice: string;
  /** What is missing, by name. */
  readonly named: string | undefined;
  readonly details: ErrorDetails;
}

/** What a 403 is about: what the platform names, else what the feature is known to need. */
function readRefusal(body: ErrorBody, source: string): Refusal {
  const feature = featureOfCall(source);
  const purpose = feature === undefined ? '' : ` for ${featureNeeds[feature].name}`;
  if (body.scopes !== undefined) {
    return {
      code: 'forbidden',
      advice: `The OAuth client lacks a scope${purpose}; ask an administrator to add it to the client`,
      named: body.scopes,
      details: { feature, scope: body.scopes },
    };
  }
  const isAboutPermissions =
    body.code === undefined || /^(?:missing|not\.authorized|forbidden)/u.test(body.code);
  const expected =
    feature === undefined || !isAboutPermissions
      ? []
      : missingPermissions(featureNeeds[feature], () => false);
  const permission = (body.permissions.length > 0 ? body.permissions : expected).join(', ');
  const named = permission === '' ? undefined : permission;
  return {
    code: 'forbidden',
    advice: `The signed-in client lacks a permission${purpose}; ask an administrator to add it to a role of the OAuth client`,
    named,
    details: { feature, permission: named },
  };
}

function classify(status: number): { readonly code: ErrorCode; readonly advice: string } {
  switch (status) {
    case 401:
      return { code: 'auth', advice: 'Genesys Cloud refused the sign-in; sign in again' };
    case 404:
      return { code: 'notFound', advice: 'Genesys Cloud does not have this' };
    case 408:
      return { code: 'remote', advice: 'Genesys Cloud took too long; try again' };
    case 410:
      return { code: 'gone', advice: 'Genesys Cloud no longer has this' };
    case 413:
      return { code: 'input', advice: 'The answer would be too large; ask for less at once' };
    case 429:
      return {
        code: 'rateLimited',
        advice: 'Too many requests; Genesys Cloud asks to wait before trying again',
      };
    default:
  }
  if (status >= 500) {
    return { code: 'remote', advice: 'Genesys Cloud has a problem; try again later' };
  }
  return status >= 400
    ? { code: 'input', advice: 'Genesys Cloud did not accept the request' }
    : {
        code: 'protocol',
        advice: 'Genesys Cloud answered in an unexpected way; check the region and base URLs',
      };
}

function askedWaitMs(response: HttpResponse, nowMs: number): number | undefined {
  const asked = parseRetryAfter(response.headers['retry-after'], nowMs);
  if (asked !== undefined || response.status !== 429) {
    return asked;
  }
  const reset = response.headers['inin-ratelimit-reset']?.trim() ?? '';
  return /^\d{1,9}$/u.test(reset) ? (Number(reset) + 1) * 1000 : undefined;
}

function decodeErrorBody(text: string): ErrorBody {
  const body = parseRecord(text);
  const params = body['messageParams'];
  const message = stringOf(body, 'message');
  const parameters = isRecord(params) ? params : {};
  const scopes = stringOf(parameters, 'scopes');
  return {
    code: safeCode(stringOf(body, 'code')),
    message: message === undefined ? undefined : toSafeText(message),
    contextId: stringOf(body, 'contextId'),
    permissions: findPermissions(`${stringOf(parameters, 'permissions') ?? ''} ${message ?? ''}`),
    scopes: scopes === undefined ? undefined : toSafeText(scopes),
  };
}

function parseRecord(text: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function stringOf(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function safeCode(code: string | undefined): string | undefined {
  return code !== undefined && /^[\w.-]{1,80}$/u.test(code) ? code : undefined;
}

function toCorrelationId(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w-]{1,64}$/u.test(id) ? id : undefined;
}

/** Names of the form `domain:entity:action` in a text, without repeats. */
function findPermissions(text: string): readonly string[] {
  const names = text.slice(0, 4000).match(/\b[A-Za-z]+:[A-Za-z]+:(?:[A-Za-z]+|\*)/gu) ?? [];
  return [...new Set(names)].slice(0, 10);
}

/**
 * The error for a refused token request. The platform answers the same for a wrong secret and for a client of another
 * region, so the text names both.
 */
export function toTokenError(response: HttpResponse, source: string, nowMs: number): AppError {
  if (response.status !== 400 && response.status !== 401 && response.status !== 403) {
    return toAppError(response, source, nowMs);
  }
  const body = parseRecord(response.text);
  const reason = stringOf(body, 'error_description') ?? stringOf(body, 'description');
  const code = safeCode(stringOf(body, 'error'));
  return errors.auth(
    `Genesys Cloud refused the client; check the client id, the secret and the region (a client of another region looks the same), and that the client is enabled: ${
      reason === undefined ? (code ?? `status ${String(response.status)}`) : toSafeText(reason)
    }`,
    {
      details: {
        status: response.status,
        source,
        platformCode: code,
        correlationId: toCorrelationId(response.headers['inin-correlation-id']),
      },
    },
  );
}
