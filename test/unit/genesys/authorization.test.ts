import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import {
  createAttempt,
  decodeCallback,
  decodePastedCallback,
  exchangeCode,
  toAuthorizeUrl,
} from '../../../src/genesys/authorization.ts';
import { createVerifier, isSameSecret, toChallenge } from '../../../src/genesys/pkce.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, sendJson } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;
const query = (text: string): URLSearchParams => new URLSearchParams(text);

suite('PKCE', () => {
  test('makes the challenge of RFC 7636, appendix B', () => {
    assert.equal(
      toChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  test('makes verifiers of the allowed length and characters, each another', () => {
    const verifiers = Array.from({ length: 100 }, createVerifier);
    assert.equal(new Set(verifiers).size, 100);
    assert.ok(verifiers.every((verifier) => /^[\w-]{43}$/u.test(verifier)));
  });

  test('compares secrets of any length', () => {
    assert.ok(isSameSecret('abc', 'abc'));
    assert.ok(!isSameSecret('abc', 'abd'));
    assert.ok(!isSameSecret('abc', ''));
    assert.ok(!isSameSecret('', 'abc'));
  });
});

suite('authorization code', () => {
  leakCheck();
  const attempt = createAttempt('client-1', 'http://localhost:4711');

  test('sends the challenge and never the verifier to the browser, and asks for no scope', () => {
    const url = new URL(toAuthorizeUrl('https://login.example', attempt));
    assert.equal(url.origin + url.pathname, 'https://login.example/oauth/authorize');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      client_id: 'client-1',
      response_type: 'code',
      redirect_uri: 'http://localhost:4711',
      state: attempt.state,
      code_challenge: toChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    assert.ok(!url.href.includes(attempt.verifier));
  });

  test('refuses a client id that would change the address', () => {
    for (const clientId of ['', 'a b', 'a&redirect_uri=x', 'a'.repeat(129), 'ä']) {
      assert.throws(
        () => createAttempt(clientId, 'http://localhost'),
        (error) => isAppError(error, 'input'),
      );
    }
  });

  test('takes a code only with the state of the attempt', () => {
    const { state } = attempt;
    assert.deepEqual(decodeCallback(query(`code=c-1&state=${state}`), state), {
      kind: 'code',
      code: 'c-1',
    });
    for (const foreign of [
      '',
      'code=c-1',
      `state=${state}`,
      `code=&state=${state}`,
      `code=c-1&state=${state}x`,
      `code=c-1&state=${state.slice(1)}`,
      `code=c-1&state=${state}&state=${state}`,
      `code=c-1&state=evil&state=${state}`,
      `code=c-1&code=c-2&state=${state}`,
      `code=c%0A1&state=${state}`,
      `code=${'c'.repeat(2049)}&state=${state}`,
      `error=access_denied&state=${state}x`,
    ]) {
      assert.equal(decodeCallback(query(foreign), state), undefined, foreign);
    }
  });

  test('tells a refusal in words of its own, never in those of whoever sent the redirect', () => {
    const { state } = attempt;
    const messageOf = (text: string): string => {
      const answer = decodeCallback(query(text), state);
      assert.equal(answer?.kind, 'refused');
      return answer.error.message;
    };
    assert.match(messageOf(`error=access_denied&state=${state}`), /not allowed in the browser/u);
    assert.match(messageOf('error=access_denied'), /not allowed in the browser/u);
    const said = 'error=server_error&error_description=Call+evil@example.com+https://evil.example';
    assert.doesNotMatch(messageOf(`${said}&state=${state}`), /Call|evil/u);
    assert.doesNotMatch(messageOf(said), /Call|evil/u);
    assert.match(messageOf('error=%3Cb%3E'), /unknown$/u);
  });

  test('decodes the address that a person pastes, and says what is wrong with another', () => {
    const { state } = attempt;
    assert.deepEqual(
      decodePastedCallback(` http://localhost:4711/?code=c-1&state=${state}\n`, state),
      { kind: 'code', code: 'c-1' },
    );
    const messageOf = (text: string): string => {
      try {
        decodePastedCallback(text, state);
      } catch (error) {
        assert.ok(isAppError(error, 'input'));
        return error.message;
      }
      return '';
    };
    assert.match(messageOf('http://localhost:4711/?code=c-1&state=older'), /another sign-in/u);
    for (const text of ['', 'c-1', 'https://login.example/oauth/authorize']) {
      assert.match(messageOf(text), /begins with http:\/\/localhost/u);
    }
  });

  test('exchanges the code with the verifier and no Basic auth; a refresh token is optional', async () => {
    for (const extra of [{}, { refresh_token: 'refresh-1' }]) {
      const server = await ScriptedServer.start((_request, response) => {
        sendJson(response, 200, { access_token: 'token-1', expires_in: 3600, ...extra });
      });
      try {
        const clock = new FakeClock();
        const token = await exchangeCode(
          { loginBaseUrl: server.url, clock },
          attempt,
          'c-1',
          never,
        );
        assert.deepEqual(token, {
          value: 'token-1',
          expiresAtMs: clock.nowMs() + 3_600_000,
          ...('refresh_token' in extra && { refreshToken: 'refresh-1' }),
        });
        const [request] = server.requests;
        assert.equal(request?.headers.authorization, undefined);
        assert.deepEqual(Object.fromEntries(query(request?.body ?? '')), {
          grant_type: 'authorization_code',
          code: 'c-1',
          code_verifier: attempt.verifier,
          client_id: 'client-1',
          redirect_uri: 'http://localhost:4711',
        });
      } finally {
        await server.close();
      }
    }
  });
});
