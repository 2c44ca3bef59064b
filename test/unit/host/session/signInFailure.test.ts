import assert from 'node:assert/strict';
import { cancellation, errors, isAppError } from '../../../../src/base/appError.ts';
import { explainSignInFailure } from '../../../../src/host/session/signInFailure.ts';

const credentials = {
  region: 'mypurecloud.de',
  apiBaseUrl: 'https://api.mypurecloud.de',
  loginBaseUrl: 'https://login.mypurecloud.de',
  clientId: 'client-1',
  clientSecret: 'LEAK7',
};

function explained(error: unknown): string {
  const result = explainSignInFailure(error, credentials);
  assert.ok(isAppError(result));
  assert.ok(isAppError(error, result.code));
  assert.ok(!result.message.includes('LEAK7'));
  return result.message;
}

suite('explainSignInFailure', () => {
  test('names client, grant type, state and region when the client is refused', () => {
    assert.match(
      explained(errors.auth('refused')),
      /client id and secret.*Client Credentials.*active.*region: EMEA \(Frankfurt\)$/u,
    );
  });

  test('names the address when nothing answers, or something else does', () => {
    assert.match(explained(errors.network('x')), /cannot be reached.*login\.mypurecloud\.de$/u);
    assert.match(explained(errors.protocol('x')), /not Genesys Cloud.*api\.mypurecloud\.de$/u);
  });

  test('leaves other failures and cancellation as they are', () => {
    for (const error of [errors.remote('x'), cancellation(), new Error('x')]) {
      assert.equal(explainSignInFailure(error, credentials), error);
    }
  });
});
