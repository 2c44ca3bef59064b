/**
 * Finds out which features the signed-in client may use: from what the platform tells about the token and the person, else by
 * the cheapest request of each feature. A bundle of its own (`esbuild.js`): most days nobody asks.
 */
import { isAppError, isCancellation, type AppError } from '../base/appError.ts';
import { isRecord, parseJson, type JsonRecord } from '../base/decode.ts';
import type { HttpClient, ApiRequest } from './httpClient.ts';
import {
  featureIds,
  featureNeeds,
  missingPermissions,
  missingScopes,
  type FeatureId,
  type FeatureStatus,
  type PermissionReport,
  type UnknownReason,
} from './permissions.ts';

interface Caller {
  readonly http: Pick<HttpClient, 'call'>;
  readonly nowMs: () => number;
}

/** What one probe says about the features that hang on it. */
type Finding = Pick<FeatureStatus, 'state' | 'missingPermissions' | 'missingScopes' | 'reason'>;

const present: Finding = {
  state: 'present',
  missingPermissions: [],
  missingScopes: [],
  reason: undefined,
};
const unknown = (reason: UnknownReason): Finding => ({ ...present, state: 'unknown', reason });

/** No conversation has it, so that a call answers 404 when it is allowed and 403 when it is not. */
const nobodysId = '00000000-0000-4000-8000-000000000000';
const minuteMs = 60_000;

/**
 * At most eight requests, none of which changes or waits for anything.
 * @throws AppError `auth` when the sign-in is refused, `network` when nothing could be asked; AbortError
 * @see GET /api/v2/tokens/me, GET /api/v2/users/me?expand=authorization
 */
export async function fetchPermissionReport(
  caller: Caller,
  signal: AbortSignal,
): Promise<PermissionReport> {
  const token = await fetchRecord(caller, '/api/v2/tokens/me', { preserveIdleTTL: 'true' }, signal);
  const client = recordOf(token, 'OAuthClient');
  const grantType = textOf(client, 'authorizedGrantType');
  const isPerson = grantType !== undefined && grantType !== 'CLIENT-CREDENTIALS';
  const scopes = isPerson ? scopesOf(token, client) : undefined;
  const granted = isPerson ? await fetchOwnPermissions(caller, signal) : undefined;
  const findings =
    granted === undefined
      ? await probeAll(caller, signal)
      : new Map(featureIds.map((id) => [id, judge(id, granted)]));
  const roles = client['roleDivisions'];
  return {
    checkedAtMs: caller.nowMs(),
    grantType,
    roleDivisionCount: Array.isArray(roles) ? roles.length : undefined,
    features: featureIds.map((feature) => ({
      feature,
      ...withScopes(feature, findings.get(feature) ?? unknown('notTold'), scopes),
    })),
  };
}

function judge(feature: FeatureId, granted: (permission: string) => boolean): Finding {
  const missing = missingPermissions(featureNeeds[feature], granted);
  return missing.length === 0
    ? present
    : { ...present, state: 'missing', missingPermissions: missing };
}

function withScopes(
  feature: FeatureId,
  finding: Finding,
  scopes: readonly string[] | undefined,
): Finding {
  const missing = scopes === undefined ? [] : missingScopes(featureNeeds[feature], scopes);
  return missing.length === 0
    ? finding
    : { ...finding, state: 'missing', missingScopes: missing, reason: undefined };
}

/** One request for each group of features with the same need. */
async function probeAll(
  caller: Caller,
  signal: AbortSignal,
): Promise<ReadonlyMap<FeatureId, Finding>> {
  const findings = new Map<FeatureId, Finding>();
  const endMs = Math.floor(caller.nowMs() / minuteMs) * minuteMs;
  const probes: readonly (readonly [readonly FeatureId[], ApiRequest])[] = [
    [
      ['listConversations', 'openConversation', 'conversationJobs'],
      {
        method: 'POST',
        pathTemplate: '/api/v2/analytics/conversations/details/query',
        body: {
          interval: [endMs - minuteMs, endMs].map((ms) => new Date(ms).toISOString()).join('/'),
          paging: { pageSize: 1, pageNumber: 1 },
        },
      },
    ],
    // A batch needs the same as one recording, and would be a thing made on the platform.
    [
      ['recordings', 'recordingBatches'],
      ofNobody('recordings', { formatId: 'NONE', maxWaitMs: 0 }),
    ],
    [['transcripts'], ofNobody('transcripts')],
    [['unrecordedTranscripts'], ofNobody('unrecordedTranscripts')],
    [['queueNames'], firstOf('queueNames')],
    [['wrapUpNames'], firstOf('wrapUpNames')],
  ];
  for (const [features, request] of probes) {
    const finding = await probe(caller, features[0], request, signal);
    for (const feature of features) {
      findings.set(feature, finding);
    }
  }
  for (const feature of featureIds) {
    const { anyPermission, allPermissions } = featureNeeds[feature];
    if (anyPermission.length + allPermissions.length === 0) {
      findings.set(feature, present);
    }
  }
  return findings;
}

const pathOf = (feature: FeatureId): string => featureNeeds[feature].endpoint.replace(/^\w+ /u, '');

function ofNobody(feature: FeatureId, query: ApiRequest['query'] = {}): ApiRequest {
  return {
    method: 'GET',
    pathTemplate: pathOf(feature),
    pathParameters: { conversationId: nobodysId, communicationId: nobodysId },
    query,
  };
}

const firstOf = (feature: FeatureId): ApiRequest => ({
  method: 'GET',
  pathTemplate: pathOf(feature),
  query: { pageSize: 1, pageNumber: 1 },
});

async function probe(
  { http }: Caller,
  feature: FeatureId | undefined,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    await http.call({ ...request, isProbe: true }, signal);
    return present;
  } catch (error) {
    if (isAppError(error, 'notFound')) {
      return present;
    }
    if (isAppError(error, 'forbidden')) {
      return toMissing(feature, error);
    }
    if (isCancellation(error) || !isAppError(error) || error.code === 'auth') {
      throw error;
    }
    return unknown(error.code);
  }
}

/** What the platform named, the first of alternatives only; else what the table says. */
function toMissing(feature: FeatureId | undefined, error: AppError): Finding {
  const scopes = splitNames(error.details['scope']);
  if (scopes.length > 0) {
    return { ...present, state: 'missing', missingScopes: scopes };
  }
  const need = feature === undefined ? undefined : featureNeeds[feature];
  const [first, ...alternatives] = need?.anyPermission ?? [];
  const named = splitNames(error.details['permission']);
  const wanted = named.filter(
    (name) => !alternatives.includes(name) || !named.includes(first ?? ''),
  );
  const expected = need === undefined ? [] : missingPermissions(need, () => false);
  return {
    ...present,
    state: 'missing',
    missingPermissions: wanted.length > 0 ? wanted : expected,
  };
}

const splitNames = (value: unknown): readonly string[] =>
  typeof value === 'string' && value !== '' ? value.split(', ') : [];

/**
 * Whether the person has a permission; undefined when the platform does not tell. Grants come as names or as policies, either
 * with `*` for all.
 */
async function fetchOwnPermissions(
  caller: Caller,
  signal: AbortSignal,
): Promise<((permission: string) => boolean) | undefined> {
  let authorization: JsonRecord;
  try {
    const me = await fetchRecord(caller, '/api/v2/users/me', { expand: 'authorization' }, signal);
    authorization = recordOf(me, 'authorization');
  } catch (error) {
    if (isAppError(error) && error.code !== 'auth' && error.code !== 'network') {
      return undefined;
    }
    throw error;
  }
  const { permissions, permissionPolicies } = authorization;
  if (!Array.isArray(permissions) && !Array.isArray(permissionPolicies)) {
    return undefined;
  }
  const names = new Set([...stringsOf(permissions), ...policiesOf(permissionPolicies)]);
  return (permission) => {
    const [domain = '', entity = ''] = permission.split(':');
    return [permission, `${domain}:${entity}:*`, `${domain}:*:*`, `${domain}:*`, '*:*:*'].some(
      (name) => names.has(name),
    );
  };
}

function policiesOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((policy) => {
    if (!isRecord(policy)) {
      return [];
    }
    const domain = textOf(policy, 'domain') ?? '';
    const entity = textOf(policy, 'entityName') ?? '*';
    return stringsOf(policy['actionSet']).map((action) => `${domain}:${entity}:${action}`);
  });
}

function scopesOf(token: JsonRecord, client: JsonRecord): readonly string[] {
  const authorized = stringsOf(token['authorizedScope']);
  return authorized.length > 0 ? authorized : stringsOf(client['scope']);
}

async function fetchRecord(
  { http }: Caller,
  pathTemplate: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<JsonRecord> {
  const { text } = await http.call({ method: 'GET', pathTemplate, query, isProbe: true }, signal);
  const value = parseJson(text, 'the answer');
  return isRecord(value) ? value : {};
}

function recordOf(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return isRecord(value) ? value : {};
}

function textOf(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && /^[\w.-]{1,80}$/u.test(value) ? value : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function stringsOf(value: unknown): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}
