import assert from 'node:assert/strict';
import type { PermissionReport } from '../../../../src/genesys/permissions.ts';
import { featureIds } from '../../../../src/genesys/permissions.ts';
import { renderPermissionReport } from '../../../../src/host/support/permissionText.ts';
import { plainLocaliser } from '../../../support/plainLocaliser.ts';

const account = { organisationName: 'Acme', region: 'mypurecloud.de', clientId: 'client-1' };

function reportOf(change: Partial<PermissionReport> = {}): PermissionReport {
  return {
    checkedAtMs: Date.UTC(2026, 10, 5),
    grantType: 'CLIENT-CREDENTIALS',
    roleDivisionCount: undefined,
    features: featureIds.map((feature) => ({
      feature,
      state: 'present',
      missingPermissions: [],
      missingScopes: [],
      reason: undefined,
    })),
    ...change,
  };
}
const withTranscripts = (
  status: Partial<PermissionReport['features'][number]>,
): PermissionReport['features'] =>
  reportOf().features.map((one) =>
    one.feature === 'unrecordedTranscripts' ? { ...one, ...status } : one,
  );
const render = (report: PermissionReport, of = account): string =>
  renderPermissionReport(report, of, plainLocaliser);

suite('permission report', () => {
  test('has a row of four cells for every feature, and asks for nothing when nothing is missing', () => {
    const text = render(reportOf());
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(rows.length, 2 + featureIds.length);
    assert.deepEqual([...new Set(rows.map((row) => row.split(' | ').length))], [4]);
    assert.ok(!text.includes('administrator'));
    assert.match(text, /Everything that the extension can use is there/u);
  });

  test('names what is missing, what it costs and what to tell the administrator', () => {
    const text = render(
      reportOf({
        features: withTranscripts({
          state: 'missing',
          missingPermissions: ['speechAndTextAnalytics:data:view'],
        }),
      }),
    );
    assert.ok(
      text.includes(
        '| Transcripts without a recording | `recording:recording:view` and `speechAndTextAnalytics:data:view` | ✗ **missing**: `speechAndTextAnalytics:data:view` | no transcripts of',
      ),
      text,
    );
    const letter = /```text\n([^]*?)\n```/u.exec(text)?.[1] ?? '';
    assert.match(letter, /client-1 \(mypurecloud\.de\)/u);
    assert.match(
      letter,
      /OAuth > this client > Roles[^]*\n {2}- speechAndTextAnalytics:data:view\n/u,
    );
  });

  test('asks for scopes on the client when a person lacks one', () => {
    const text = render(
      reportOf({
        grantType: 'CODE',
        features: withTranscripts({
          state: 'missing',
          missingScopes: ['speech-and-text-analytics:readonly'],
        }),
      }),
    );
    assert.match(
      text,
      /this client > Scope: add these scopes:\n {2}- speech-and-text-analytics:readonly/u,
    );
    assert.ok(text.includes('scope `analytics:readonly`'));
  });

  test('says why something is unknown', () => {
    for (const [reason, words] of [
      ['notTold', 'leaves it out without saying so'],
      ['network', 'could not be reached'],
      ['remote', 'not answered (remote)'],
    ] as const) {
      const text = render(reportOf({ features: withTranscripts({ state: 'unknown', reason }) }));
      assert.ok(text.includes(words), text);
      assert.match(text, /Nothing is known to be missing/u);
    }
  });

  test('shows names of a hostile server as text only', () => {
    const organisationName = '[x](command:quit) | <img src=x>\n# big';
    const text = render(reportOf(), { ...account, organisationName });
    assert.ok(!text.includes('](command'));
    assert.doesNotMatch(text, /(?<!\\)<img/u);
    assert.ok(!text.includes('\n# big'));
  });
});
