/** The OAuth clients of the simulated organisation. None of these secrets opens anything but the simulator. */

export interface SimulatedClient {
  readonly id: string;
  /** A public client (PKCE) has none. */
  readonly secret: string | undefined;
  readonly name: string;
  readonly grant: 'CLIENT-CREDENTIALS' | 'CODE';
  /** Of the roles on the client, or of the person who signs in. */
  readonly permissions: readonly string[];
  /** Limits user tokens only; client credentials have none. */
  readonly scopes: readonly string[];
  /** Registered without a port, any port may be asked for. */
  readonly redirectUris: readonly string[];
}

/** Everything that some call of the simulator asks for. */
export const allPermissions = [
  'analytics:conversationDetail:view',
  'recording:recording:view',
  'recording:annotation:view',
  'speechAndTextAnalytics:data:view',
  'routing:queue:view',
  'routing:wrapupCode:view',
  'routing:wrapupCode:search',
] as const;

type Permission = (typeof allPermissions)[number];

const without = (...missing: readonly Permission[]): readonly Permission[] =>
  allPermissions.filter((permission) => !missing.includes(permission));

const confidential = (
  id: string,
  name: string,
  permissions: readonly string[],
): SimulatedClient & { readonly secret: string } => ({
  id,
  secret: 'simulated-secret',
  name,
  grant: 'CLIENT-CREDENTIALS',
  permissions,
  scopes: [],
  redirectUris: [],
});

/** May do everything. */
export const demoClient = confidential(
  '00000000-0000-4000-8000-00000000c001',
  'Archive Explorer (demo)',
  allPermissions,
);

/** Each lacks what its name says; the secret is the demo client's. */
export const restrictedClients = {
  withoutConversations: confidential(
    '00000000-0000-4000-8000-00000000c002',
    'Without conversations',
    without('analytics:conversationDetail:view'),
  ),
  withoutRecordings: confidential(
    '00000000-0000-4000-8000-00000000c003',
    'Without recordings',
    without('recording:recording:view'),
  ),
  withoutTranscripts: confidential(
    '00000000-0000-4000-8000-00000000c004',
    'Without transcripts',
    without('speechAndTextAnalytics:data:view'),
  ),
  withoutQueues: confidential(
    '00000000-0000-4000-8000-00000000c005',
    'Without queues',
    without('routing:queue:view'),
  ),
  withoutWrapUpCodes: confidential(
    '00000000-0000-4000-8000-00000000c006',
    'Without wrap-up codes',
    without('routing:wrapupCode:view', 'routing:wrapupCode:search'),
  ),
  withoutAnything: confidential(
    '00000000-0000-4000-8000-00000000c007',
    'Without any permission',
    [],
  ),
} as const;

/** Authorization code with PKCE, for people. */
export const codeClient: SimulatedClient = {
  id: '00000000-0000-4000-8000-00000000c008',
  secret: undefined,
  name: 'Archive Explorer (sign in as a person)',
  grant: 'CODE',
  permissions: allPermissions,
  scopes: [
    'analytics:readonly',
    'recordings:readonly',
    'quality:readonly',
    'speech-and-text-analytics:readonly',
    'routing:readonly',
    'users:readonly',
    'authorization:readonly',
    'organization:readonly',
    'user-basic-info',
  ],
  redirectUris: ['http://localhost'],
};

/** Like `codeClient`, but its scopes end at who the person is: every other call answers 403 for the scope. */
export const narrowCodeClient: SimulatedClient = {
  ...codeClient,
  id: '00000000-0000-4000-8000-00000000c009',
  name: 'Narrow scopes',
  scopes: ['user-basic-info'],
};

export const simulatedClients: readonly SimulatedClient[] = [
  demoClient,
  ...Object.values(restrictedClients),
  codeClient,
  narrowCodeClient,
];
