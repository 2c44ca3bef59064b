import assert from 'node:assert/strict';
import { featuresByNeeds } from '../../../../src/host/support/featureText.ts';
import { plainLocaliser } from '../../../support/plainLocaliser.ts';

suite('features that lack permissions', () => {
  test('are named together when they lack the same', () => {
    const lacks = (
      feature: 'recordings' | 'queueNames' | 'transcripts',
      ...permissions: string[]
    ) => ({
      feature,
      missingPermissions: permissions,
      missingScopes: [],
    });
    assert.equal(
      featuresByNeeds(
        [
          lacks('recordings', 'a:b:view'),
          lacks('queueNames', 'c:d:view'),
          lacks('transcripts', 'a:b:view'),
        ],
        plainLocaliser,
      ),
      'Recordings, Transcripts (a:b:view); Names of queues (c:d:view)',
    );
    assert.equal(featuresByNeeds([lacks('recordings')], plainLocaliser), 'Recordings');
  });
});
