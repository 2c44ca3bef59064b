import assert from 'node:assert/strict';
import { errorCodes, errors } from '../../../../src/base/appError.ts';
import { describeError, plainMessage } from '../../../../src/host/errors/errorText.ts';
import { plainLocaliser } from '../../../support/plainLocaliser.ts';

suite('describeError', () => {
  test('offers for each code what helps', () => {
    assert.deepEqual(
      errorCodes.map((code) => {
        const { severity, actions } = describeError(errors[code]('m'), true, plainLocaliser);
        return `${code}: ${severity} ${actions.join(' ')}`.trimEnd();
      }),
      [
        'input: warning',
        'auth: error signIn showLog',
        'forbidden: warning showPermissions showLog',
        'notFound: warning',
        'gone: warning',
        'rateLimited: warning retry showLog',
        'network: error retry showLog',
        'remote: error retry showLog',
        'protocol: error showLog reportIssue',
        'storage: error retry showLog',
        'corrupt: error retry showLog',
        'conflict: warning retry showLog',
        'unsupported: warning showLog',
        'bug: error showLog reportIssue',
      ],
    );
  });

  test('leaves out trying again where nobody can', () => {
    assert.deepEqual(describeError(errors.network('m'), false, plainLocaliser).actions, [
      'showLog',
    ]);
  });

  test('offers the setting that an error names, and no other text as a setting', () => {
    const named = errors.input('Bad folder', { details: { setting: 'archive.folder' } });
    assert.deepEqual(describeError(named, true, plainLocaliser), {
      severity: 'warning',
      message: 'Bad folder',
      actions: ['openSettings'],
      settingId: 'genesysArchive.archive.folder',
    });
    const hostile = errors.input('m', { details: { setting: '@tag:x y' } });
    assert.deepEqual(describeError(hostile, true, plainLocaliser).actions, []);
  });

  test('says when the platform takes calls again', () => {
    const error = errors.rateLimited('The rate limit is used up.', { retryAfterMs: 12_300 });
    assert.equal(
      describeError(error, true, plainLocaliser).message,
      'The rate limit is used up. Genesys Cloud takes calls again in 13 s.',
    );
  });

  test('treats a foreign error and a thrown string as a bug', () => {
    for (const thrown of [new TypeError('x is undefined'), 'x is undefined']) {
      const { message, actions } = describeError(thrown, true, plainLocaliser);
      assert.equal(message, 'Something went wrong unexpectedly: x is undefined');
      assert.deepEqual(actions, ['showLog', 'reportIssue']);
    }
  });
});

suite('plainMessage', () => {
  test('disarms links, control and direction characters, and bounds the length', () => {
    assert.equal(
      plainMessage('a [click](command:workbench.action.quit)\n\u202eb\u0000 c'),
      'a [click] (command:workbench.action.quit) b c',
    );
    assert.equal(plainMessage('x'.repeat(10_000)).length, 500);
  });
});
