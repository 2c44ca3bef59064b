/** The permission report as a Markdown document: what each feature needs, what is there, what to tell the administrator. Pure. */
import {
  featureNeeds,
  type FeatureId,
  type FeatureStatus,
  type PermissionReport,
} from '../../genesys/permissions.ts';
import { escapeMarkdown } from '../../base/escapeMarkdown.ts';
import type { Localiser } from '../ports/localiser.ts';
import { featureTitle } from './featureText.ts';

export interface ReportedAccount {
  readonly organisationName: string;
  /** The region's domain. */
  readonly region: string;
  readonly clientId: string;
}

/** A whole document; texts of the platform appear in it as text only. */
export function renderPermissionReport(
  report: PermissionReport,
  account: ReportedAccount,
  l10n: Localiser,
): string {
  const missing = report.features.filter(({ state }) => state === 'missing');
  const hasUnknown = report.features.some(({ state }) => state === 'unknown');
  return [
    `# ${l10n.t('Permissions in Genesys Cloud')}`,
    verdict(missing.length, hasUnknown, l10n),
    ...factsOf(report, account, l10n),
    tableOf(report, l10n),
    ...adviceOf(missing, report, account, l10n),
    `_${l10n.t('Checked at {0}. Roles that were changed since count after the next sign-in.', new Date(report.checkedAtMs).toISOString())}_`,
    '',
  ].join('\n\n');
}

function verdict(missingCount: number, hasUnknown: boolean, l10n: Localiser): string {
  if (missingCount > 0) {
    return missingCount === 1
      ? l10n.t('**One feature lacks something.** The rest works; nothing is changed by asking.')
      : l10n.t(
          '**{0} features lack something.** The rest works; nothing is changed by asking.',
          missingCount,
        );
  }
  return hasUnknown
    ? l10n.t('**Nothing is known to be missing.** Some permissions cannot be found out by asking.')
    : l10n.t('**Everything that the extension can use is there.**');
}

function factsOf(
  report: PermissionReport,
  account: ReportedAccount,
  l10n: Localiser,
): readonly string[] {
  const facts: readonly (readonly [string, string])[] = [
    [l10n.t('Organisation'), account.organisationName],
    [l10n.t('Region'), account.region],
    [l10n.t('OAuth client'), account.clientId],
    [l10n.t('Grant type'), report.grantType ?? l10n.t('not told by the platform')],
    ...(report.roleDivisionCount === undefined
      ? []
      : [[l10n.t('Roles in divisions'), String(report.roleDivisionCount)] as const]),
  ];
  return [facts.map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`).join('\n')];
}

function tableOf(report: PermissionReport, l10n: Localiser): string {
  const rows = report.features.map((status) => [
    featureTitle(status.feature, l10n),
    needsOf(status.feature, report, l10n),
    stateOf(status, l10n),
    costs[status.feature](l10n),
  ]);
  const header = [
    l10n.t('Feature'),
    l10n.t('Needs'),
    l10n.t('State'),
    l10n.t('What it costs to be without'),
  ];
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const code = (name: string): string => `\`${name.replaceAll(/[`|\\\p{Cc}]/gu, '')}\``;

/** Scopes are shown to those whom they bind. */
function needsOf(feature: FeatureId, report: PermissionReport, l10n: Localiser): string {
  const { anyPermission, allPermissions, anyScope } = featureNeeds[feature];
  const needs = [
    ...(anyPermission.length === 0 ? [] : [anyPermission.map(code).join(` ${l10n.t('or')} `)]),
    ...allPermissions.map(code),
    ...(isPerson(report)
      ? anyScope.slice(0, 1).map((name) => l10n.t('scope {0}', code(name)))
      : []),
  ];
  return needs.length === 0 ? l10n.t('no permission') : needs.join(` ${l10n.t('and')} `);
}

const isPerson = ({ grantType }: PermissionReport): boolean =>
  grantType !== undefined && grantType !== 'CLIENT-CREDENTIALS';

function stateOf(status: FeatureStatus, l10n: Localiser): string {
  switch (status.state) {
    case 'present':
      return `✓ ${l10n.t('present')}`;
    case 'missing':
      return `✗ **${l10n.t('missing')}**: ${[...status.missingPermissions, ...status.missingScopes].map(code).join(', ')}`;
    case 'unknown':
      return `? ${l10n.t('unknown')}: ${reasonOf(status, l10n)}`;
  }
}

function reasonOf({ reason = 'notTold' }: FeatureStatus, l10n: Localiser): string {
  if (reason === 'notTold') {
    return l10n.t('the platform leaves it out without saying so');
  }
  if (reason === 'network') {
    return l10n.t('the platform could not be reached');
  }
  return reason === 'rateLimited'
    ? l10n.t('too many calls at the moment')
    : l10n.t('the question was not answered ({0})', reason);
}

const costs: Readonly<Record<FeatureId, (l10n: Localiser) => string>> = {
  listConversations: (l10n) => l10n.t('nothing can be listed; the archive still opens'),
  openConversation: (l10n) => l10n.t('no conversation can be opened by its id or downloaded'),
  conversationJobs: (l10n) =>
    l10n.t('long intervals are listed page by page, old ones perhaps not at all'),
  recordings: (l10n) => l10n.t('conversations without sound'),
  recordingBatches: (l10n) =>
    l10n.t('a sync asks for each recording by itself, which takes many more calls'),
  unredactedRecordings: (l10n) => l10n.t('redacted media, where the organisation redacts'),
  annotations: (l10n) => l10n.t('bookmarks are left out'),
  transcripts: (l10n) => l10n.t('no transcripts'),
  unrecordedTranscripts: (l10n) =>
    l10n.t('no transcripts of conversations that were transcribed but not recorded'),
  queueNames: (l10n) => l10n.t('ids instead of names of queues, no filter by queue'),
  userNames: (l10n) => l10n.t('ids instead of names of agents, no filter by agent'),
  wrapUpNames: (l10n) => l10n.t('ids instead of names of wrap-up codes, no filter by them'),
  divisionNames: (l10n) => l10n.t('ids instead of names of divisions'),
};

function adviceOf(
  missing: readonly FeatureStatus[],
  report: PermissionReport,
  account: ReportedAccount,
  l10n: Localiser,
): readonly string[] {
  if (missing.length === 0) {
    return [];
  }
  const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
  const permissions = distinct(missing.flatMap(({ missingPermissions }) => missingPermissions));
  const scopes = distinct(missing.flatMap(({ missingScopes }) => missingScopes));
  const list = (names: readonly string[]): readonly string[] => names.map((name) => `  - ${name}`);
  const letter = [
    l10n.t(
      'Please help me to use Genesys Cloud Archive Explorer with the OAuth client {0} ({1}).',
      account.clientId,
      account.region,
    ),
    ...(permissions.length === 0
      ? []
      : [
          isPerson(report)
            ? l10n.t(
                'Admin > People & Permissions > Roles: give me a role with these permissions, in the divisions that I should see:',
              )
            : l10n.t(
                'Admin > Integrations > OAuth > this client > Roles: assign a role with these permissions, in the divisions that it should see:',
              ),
          ...list(permissions),
        ]),
    ...(scopes.length === 0
      ? []
      : [
          l10n.t('Admin > Integrations > OAuth > this client > Scope: add these scopes:'),
          ...list(scopes),
        ]),
    l10n.t('All of them only read. They count after I have signed in again.'),
  ];
  return [
    `## ${l10n.t('What to tell the administrator')}`,
    ['```text', ...letter.map((line) => line.replaceAll('```', '')), '```'].join('\n'),
  ];
}
