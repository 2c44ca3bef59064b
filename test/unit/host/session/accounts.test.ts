import assert from 'node:assert/strict';
import { isAppError } from '../../../../src/base/appError.ts';
import {
  decodeSignIn,
  decodeSignInArguments,
  encodeSignIn,
  isSameSignIn,
  type SignInDefaults,
  type StoredSignIn,
} from '../../../../src/host/session/accounts.ts';
import { parseOrganisationId } from '../../../../src/model/ids.ts';

const defaults: SignInDefaults = {
  region: 'mypurecloud.com',
  apiBaseUrl: '',
  loginBaseUrl: '',
  isTrusted: true,
};
const client = { clientId: 'client-1', clientSecret: 'LEAK7-secret' };

function inputMessage(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    assert.ok(isAppError(error, 'input'), String(error));
    assert.ok(!error.message.includes('LEAK7'));
    return error.message;
  }
  assert.fail('nothing was thrown');
}

suite('decodeSignInArguments', () => {
  test('takes client and secret, and the region of the settings', () => {
    assert.deepEqual(decodeSignInArguments({ ...client, unknown: 1 }, defaults), {
      region: 'mypurecloud.com',
      apiBaseUrl: 'https://api.mypurecloud.com',
      loginBaseUrl: 'https://login.mypurecloud.com',
      ...client,
    });
  });

  test('takes an AWS region, trims, and prefers its base URLs over those of the settings', () => {
    const decoded = decodeSignInArguments(
      {
        region: 'eu_central_1',
        apiBaseUrl: 'http://127.0.0.1:8080/',
        clientId: ' client-1\n',
        clientSecret: 'LEAK7-secret ',
      },
      { ...defaults, apiBaseUrl: 'https://a.example', loginBaseUrl: 'https://l.example' },
    );
    assert.deepEqual(decoded, {
      region: 'mypurecloud.de',
      apiBaseUrl: 'http://127.0.0.1:8080',
      loginBaseUrl: 'https://l.example',
      ...client,
    });
  });

  for (const value of [
    'text',
    5,
    [],
    [client],
    { ...client, clientId: 5 },
    { ...client, region: {} },
    { ...client, loginBaseUrl: ['https://x'] },
  ]) {
    test(`refuses ${JSON.stringify(value)}`, () => {
      assert.match(
        inputMessage(() => decodeSignInArguments(value, defaults)),
        /Not a usable sign-in argument/u,
      );
    });
  }

  test('refuses an id or a secret that is missing, empty, huge or has control characters', () => {
    for (const clientSecret of [
      undefined,
      '',
      '  ',
      'x'.repeat(513),
      'LEAK7\nb',
      'LEAK7 b',
      'LEAK7\u0000',
    ]) {
      assert.match(
        inputMessage(() => decodeSignInArguments({ ...client, clientSecret }, defaults)),
        /Not a usable client secret/u,
      );
    }
    assert.match(
      inputMessage(() => decodeSignInArguments({ ...client, clientId: undefined }, defaults)),
      /Not a usable client id/u,
    );
  });

  test('refuses regions and base URLs that would send the secret astray', () => {
    for (const args of [
      { region: 'no domain' },
      { loginBaseUrl: 'http://login.example' },
      { loginBaseUrl: 'https://user:LEAK7@login.example' },
      { loginBaseUrl: 'ftp://login.example' },
      { apiBaseUrl: 'javascript:alert(1)' },
    ]) {
      inputMessage(() => decodeSignInArguments({ ...client, ...args }, defaults));
    }
  });

  test('takes base URLs in trusted workspaces only', () => {
    const untrusted = { ...defaults, isTrusted: false };
    assert.match(
      inputMessage(() =>
        decodeSignInArguments({ ...client, apiBaseUrl: 'https://a.example' }, untrusted),
      ),
      /trusted workspace/u,
    );
    assert.equal(
      decodeSignInArguments({ ...client, apiBaseUrl: '' }, untrusted).apiBaseUrl,
      'https://api.mypurecloud.com',
    );
  });
});

suite('the stored sign-in', () => {
  const stored: StoredSignIn = {
    credentials: decodeSignInArguments(client, defaults),
    organisation: { id: parseOrganisationId('org-1'), name: 'Acme' },
  };

  test('reads back as it was written', () => {
    const read = decodeSignIn(encodeSignIn(stored));
    assert.deepEqual(read, stored);
    assert.ok(isSameSignIn(read, stored));
  });

  test('differs by any part of it', () => {
    assert.ok(isSameSignIn(undefined, undefined));
    assert.ok(!isSameSignIn(stored, undefined));
    for (const key of [
      'region',
      'apiBaseUrl',
      'loginBaseUrl',
      'clientId',
      'clientSecret',
    ] as const) {
      const credentials = { ...stored.credentials, [key]: 'other' };
      assert.ok(!isSameSignIn(stored, { ...stored, credentials }), key);
    }
  });

  test('refuses what it did not write, without quoting it', () => {
    const text = encodeSignIn(stored);
    for (const damaged of [
      '',
      'LEAK7',
      '[]',
      '{"version":2}',
      text.slice(0, -5),
      text.replace('https://login', 'http://login'),
      text.replace('org-1', '../org'),
      text.replace('"clientSecret":"LEAK7-secret"', '"clientSecret":5'),
    ]) {
      assert.throws(
        () => decodeSignIn(damaged),
        (error) => isAppError(error) && !error.message.includes('LEAK7'),
      );
    }
  });
});
