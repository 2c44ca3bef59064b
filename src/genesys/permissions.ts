/**
 * What each feature needs of the platform: permissions, scopes, the call that needs them, and what is lost without. A table and
 * pure questions to it; knows nothing of requests.
 * @see https://developer.genesys.cloud/platform/api, `x-inin-requires-permissions` of each operation
 */
import type { ErrorCode } from '../base/appError.ts';

export const featureIds = [
  'listConversations',
  'openConversation',
  'conversationJobs',
  'recordings',
  'recordingBatches',
  'unredactedRecordings',
  'annotations',
  'transcripts',
  'unrecordedTranscripts',
  'queueNames',
  'userNames',
  'wrapUpNames',
  'divisionNames',
] as const;
export type FeatureId = (typeof featureIds)[number];

export interface FeatureNeed {
  /** In error messages: `a permission for <name>`. */
  readonly name: string;
  /** One of these is enough; empty when none is needed. */
  readonly anyPermission: readonly string[];
  /** Each of these is needed as well. */
  readonly allPermissions: readonly string[];
  /** One of these is enough; only tokens of people are bound by scopes. */
  readonly anyScope: readonly string[];
  /** Method and path template. */
  readonly endpoint: string;
}

const scope = (name: string): readonly string[] => [`${name}:readonly`, name];
const none: readonly string[] = [];

const listing = {
  anyPermission: ['analytics:conversationDetail:view', 'analytics:agentConversationDetail:view'],
  allPermissions: none,
  anyScope: scope('analytics'),
};
const recordings = ['recording:recording:view', 'recording:recordingSegment:view'];
const communication =
  '/api/v2/speechandtextanalytics/conversations/{conversationId}/communications/{communicationId}';
const listRecordings = 'GET /api/v2/conversations/{conversationId}/recordings';

/** In the order in which a person should read it. */
export const featureNeeds: Readonly<Record<FeatureId, FeatureNeed>> = {
  listConversations: {
    name: 'listing conversations',
    ...listing,
    endpoint: 'POST /api/v2/analytics/conversations/details/query',
  },
  openConversation: {
    name: 'opening conversations',
    ...listing,
    endpoint: 'GET /api/v2/analytics/conversations/{conversationId}/details',
  },
  conversationJobs: {
    name: 'listing conversations in bulk',
    ...listing,
    endpoint: 'POST /api/v2/analytics/conversations/details/jobs',
  },
  recordings: {
    name: 'recordings',
    anyPermission: recordings,
    allPermissions: none,
    anyScope: scope('recordings'),
    endpoint: listRecordings,
  },
  recordingBatches: {
    name: 'recordings in bulk',
    anyPermission: recordings,
    allPermissions: none,
    anyScope: scope('quality'),
    endpoint: 'POST /api/v2/recording/batchrequests',
  },
  unredactedRecordings: {
    name: 'recordings that are not redacted',
    anyPermission: none,
    allPermissions: ['recording:recording:viewSensitiveData'],
    anyScope: scope('recordings'),
    endpoint: listRecordings,
  },
  annotations: {
    name: 'bookmarks of recordings',
    anyPermission: none,
    allPermissions: ['recording:annotation:view'],
    anyScope: scope('recordings'),
    endpoint: listRecordings,
  },
  transcripts: {
    name: 'transcripts',
    anyPermission: recordings,
    allPermissions: none,
    anyScope: scope('speech-and-text-analytics'),
    endpoint: `GET ${communication}/transcripturls`,
  },
  /** Transcribed, but not recorded or no longer: only the older call has these. */
  unrecordedTranscripts: {
    name: 'transcripts of conversations without a recording',
    anyPermission: none,
    allPermissions: ['recording:recording:view', 'speechAndTextAnalytics:data:view'],
    anyScope: scope('speech-and-text-analytics'),
    endpoint: `GET ${communication}/transcripturl`,
  },
  queueNames: {
    name: 'names of queues',
    anyPermission: none,
    allPermissions: ['routing:queue:view'],
    anyScope: scope('routing'),
    endpoint: 'GET /api/v2/routing/queues',
  },
  userNames: {
    name: 'names of users',
    anyPermission: none,
    allPermissions: none,
    anyScope: scope('users'),
    endpoint: 'GET /api/v2/users',
  },
  wrapUpNames: {
    name: 'names of wrap-up codes',
    anyPermission: none,
    allPermissions: ['routing:wrapupCode:view'],
    anyScope: scope('routing'),
    endpoint: 'GET /api/v2/routing/wrapupcodes',
  },
  divisionNames: {
    name: 'names of divisions',
    anyPermission: none,
    allPermissions: none,
    anyScope: scope('authorization'),
    endpoint: 'GET /api/v2/authorization/divisions',
  },
};

/** The feature that a call serves first; undefined for calls that no feature stands for, such as the search for people. */
export function featureOfCall(source: string): FeatureId | undefined {
  return featureIds.find((id) => featureNeeds[id].endpoint === source);
}

/** What is missing: the first of the alternatives when none is there, and every necessary one that is not. */
export function missingPermissions(
  { anyPermission, allPermissions }: FeatureNeed,
  has: (permission: string) => boolean,
): readonly string[] {
  const [first] = anyPermission;
  return [
    ...(first !== undefined && !anyPermission.some(has) ? [first] : []),
    ...allPermissions.filter((permission) => !has(permission)),
  ];
}

/** The scope that is missing, read-only where that is enough. */
export function missingScopes(
  { anyScope }: FeatureNeed,
  scopes: readonly string[],
): readonly string[] {
  return anyScope.some((name) => scopes.includes(name)) ? [] : anyScope.slice(0, 1);
}

export interface FeatureStatus {
  readonly feature: FeatureId;
  readonly state: 'present' | 'missing' | 'unknown';
  /** What to ask the administrator for; empty unless missing. */
  readonly missingPermissions: readonly string[];
  readonly missingScopes: readonly string[];
  /** Set when unknown. */
  readonly reason: UnknownReason | undefined;
}

/** `notTold`: the platform leaves things out without saying so. Else the code of the failure of the request that should tell. */
export type UnknownReason = 'notTold' | ErrorCode;

export interface PermissionReport {
  readonly checkedAtMs: number;
  /** `CLIENT-CREDENTIALS` binds by roles of the client; any other grant by scopes and the person's roles. Undefined when not told. */
  readonly grantType: string | undefined;
  /** Roles of the client in divisions, counted; undefined when not told. */
  readonly roleDivisionCount: number | undefined;
  /** In the order of `featureIds`. */
  readonly features: readonly FeatureStatus[];
}
