/** Turns answers that are no success into AppErrors that say what to do next. Knows the platform's error body. */
import { AppError, errors, type ErrorCode, type ErrorDetails } from '../base/appError.ts';
import { isRecord, type JsonRecord } from '../base/decode.ts';
import type { HttpResponse } from './httpTransport.ts';
import { featureIds, featureNeeds, featureOfCall, missingPermissions } from './permissions.ts';
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

const explainedStatuses: ReadonlySet<number> = new Set([400, 413]);

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
  const { code, advice } = refusal ?? classify(response.status);
  // What the platform says about a request that it did not understand helps; elsewhere its words say no more than its code.
  const said = explainedStatuses.has(response.status) ? body.message : undefined;
  const fact = refusal?.named ?? said ?? body.code ?? `status ${String(response.status)}`;
  return new AppError(code, `${advice}: ${fact}`, {
    details,
    retryAfterMs:
      response.status === 429 || response.status >= 500 ? askedWaitMs(response, nowMs) : undefined,
  });
}

const scopeCode = 'app.not.authorized.for.scope';

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
  if (body.code === scopeCode) {
    const scope =
      body.scopes ?? (feature === undefined ? undefined : featureNeeds[feature].anyScope[0]);
    return {
      code: 'forbidden',
      advice: `The OAuth client lacks a scope${purpose}; ask an administrator to add it to the client`,
      named: scope,
      details: { feature, scope },
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
  const code = safeCode(stringOf(body, 'code'));
  const asked = `${stringOf(parameters, 'scopes') ?? ''} ${message ?? ''}`;
  return {
    code,
    message: message === undefined ? undefined : toSafeText(withoutValues(message)),
    contextId: stringOf(body, 'contextId'),
    permissions: findPermissions(`${stringOf(parameters, 'permissions') ?? ''} ${message ?? ''}`),
    scopes: code === scopeCode ? findScopes(asked) : undefined,
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

/** Words without digits: what else a server puts there could be anything, such as the token of the request. */
function safeCode(code: string | undefined): string | undefined {
  return code !== undefined && code.length <= 60 && /^[a-z]+(?:[._-][a-z]+)*$/iu.test(code)
    ? code
    : undefined;
}

/** The id by which the platform's support finds a request; undefined for anything but a UUID. */
export function toCorrelationId(id: string | undefined): string | undefined {
  return id !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(id)
    ? id
    : undefined;
}

/** The platform sets what it repeats of a request in brackets or quotes: it may be a name or a number that was searched for. */
function withoutValues(message: string): string {
  return message
    .replace(/\[[^\]]*\]/gu, '[…]')
    .replace(/"[^"]*"/gu, '"…"')
    .replace(/(?<!\w)'[^']*'(?!\w)/gu, "'…'");
}

const knownScopes: ReadonlySet<string> = new Set([
  ...featureIds.flatMap((id) => featureNeeds[id].anyScope),
  'organization',
  'organization:readonly',
  'user-basic-info',
]);

/** Scopes that this product needs, as a text names them; undefined when it names none. */
function findScopes(text: string): string | undefined {
  const names = text.slice(0, 4000).match(/[a-z]+(?:-[a-z]+)*(?::readonly)?/gu) ?? [];
  const known = [...new Set(names)].filter((name) => knownScopes.has(name));
  return known.length === 0 ? undefined : known.join(', ');
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
  // Never its description: what answers there got the secret, and may repeat it.
  const code = safeCode(stringOf(body, 'error'));
  return errors.auth(
    `Genesys Cloud refused the client; check the client id, the secret and the region (a client of another region looks the same), and that the client is enabled: ${
      code ?? `status ${String(response.status)}`
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
