import assert from 'node:assert/strict';
import { request } from 'node:http';
import { isCancellation } from '../../../../src/base/appError.ts';
import {
  listenOnLoopback,
  type LoopbackListener,
} from '../../../../src/host/session/loopbackListener.ts';
import { leakCheck } from '../../../support/leakCheck.ts';

const state = 'the-state-of-this-attempt';
const never = new AbortController().signal;
const texts = {
  title: 'Title <b>',
  received: 'received & done',
  refused: 'refused',
  foreign: 'no sign-in',
};

interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

suite('loopback listener', () => {
  leakCheck();
  let listener: LoopbackListener;
  setup(async () => {
    listener = await listenOnLoopback(texts);
  });
  teardown(() => {
    listener.close();
  });

  const ask = (path: string, options: { method?: string; host?: string } = {}): Promise<Page> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: listener.port,
          path,
          method: options.method ?? 'GET',
          headers: { host: options.host ?? `localhost:${String(listener.port)}` },
        },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (body += chunk));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      sent.on('error', reject);
      sent.end();
    });

  test('takes the answer of its attempt, shows a quiet page, and listens no more', async () => {
    const waiting = listener.waitFor(state, [], never);
    const page = await ask(`/?code=c-1&state=${state}`);
    assert.deepEqual(await waiting, { kind: 'code', code: 'c-1' });
    assert.equal(page.status, 200);
    assert.match(page.body, /<h1>Title &#60;b&#62;<\/h1><p>received &#38; done<\/p>/u);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; style-src 'sha256-/u);
    assert.doesNotMatch(policy, /unsafe/u);
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    await assert.rejects(ask(`/?code=c-2&state=${state}`), /ECONNREFUSED/u);
  });

  test('lets nothing else end the wait, and shows nothing of it', async () => {
    let isSettled = false;
    const waiting = listener.waitFor(state, ['localhost:9999'], never).finally(() => {
      isSettled = true;
    });
    const own = `/?code=c-1&state=${state}`;
    const answers = [
      [await ask('/?code=evil%3Cscript%3E&state=other'), 400],
      [await ask('/favicon.ico'), 404],
      [await ask('//evil.example/?code=c&state=x'), 404],
      [await ask(`/callback?code=c-1&state=${state}`), 404],
      [await ask(own, { method: 'POST' }), 405],
      [await ask(own, { host: `evil.example:${String(listener.port)}` }), 421],
      [await ask(own, { host: 'localhost' }), 421],
      [await ask(`${own}&x=${'y'.repeat(8_200)}`), 414],
    ] as const;
    for (const [page, status] of answers) {
      assert.equal(page.status, status);
      assert.doesNotMatch(page.body, /evil|c-1|the-state/u);
    }
    assert.equal(isSettled, false);
    assert.equal((await ask(own, { host: 'localhost:9999' })).status, 200);
    await waiting;
  });

  test('tells a refusal', async () => {
    const waiting = listener.waitFor(state, [], never);
    const page = await ask(`/?error=access_denied&error_description=%3Ci%3E&state=${state}`);
    assert.equal((await waiting).kind, 'refused');
    assert.match(page.body, /<p>refused<\/p>/u);
  });

  test('answers nobody before it waits for an attempt', async () => {
    assert.equal((await ask(`/?code=c-1&state=${state}`)).status, 404);
  });

  test('closes when it is cancelled, before and while it waits', async () => {
    const stop = new AbortController();
    const waiting = listener.waitFor(state, [], stop.signal);
    stop.abort();
    await assert.rejects(waiting, isCancellation);
    await assert.rejects(ask('/'), /ECONNREFUSED/u);
    await assert.rejects(listener.waitFor(state, [], stop.signal), isCancellation);
  });
});
