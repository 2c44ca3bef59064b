/** Errors that others made, with marked secrets in text and properties: what crosses to another process, and what the log shows. */
import assert from 'node:assert/strict';
import { connectRpc, type MessagePipe } from '../../src/protocol/rpc.ts';
import { gossip } from '../support/gossipingServer.ts';
import { credentials, personal } from '../support/secretMarkers.ts';
import { SecretOutputs } from '../support/secretOutputs.ts';

suite('Secrets in errors of others', () => {
  let outputs: SecretOutputs;
  setup(() => {
    outputs = new SecretOutputs();
  });

  test('nothing but code and redacted message crosses to a webview or a worker', async () => {
    const sent: unknown[] = [];
    const listeners: ((message: unknown) => void)[] = [];
    const pipe: MessagePipe = {
      post: (message) => sent.push(message),
      onMessage: (listener) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    };
    const foreign = Object.assign(
      new TypeError(
        `GET https://x.example/f?Signature=${credentials.signature} with Bearer ${credentials.accessToken} for ${personal.email}, ${personal.phone}`,
      ),
      {
        config: {
          headers: { authorization: credentials.shortToken, body: personal.transcriptText },
        },
      },
    );
    const asIs = (value: unknown): unknown => value;
    const peer = connectRpc({
      pipe,
      asks: {},
      answers: { fail: { params: asIs, result: asIs } },
      handlers: { fail: () => Promise.reject(foreign) },
      hears: asIs,
      onNotify: () => undefined,
      onProblem: (kind, error) => {
        outputs.log.warn('A message could not be understood', { kind, error });
      },
    });
    listeners[0]?.({ v: 1, kind: 'request', id: 1, method: 'fail', params: gossip });
    listeners[0]?.({ v: 1, kind: gossip, id: 1 });
    listeners[0]?.(gossip);
    await new Promise((resolve) => setImmediate(resolve));
    peer.dispose();
    assert.equal(sent.length, 1);
    outputs.add('rpc', JSON.stringify(sent));
    outputs.check({ ...credentials, email: personal.email, phone: personal.phone });
  });

  test('the log hides secrets in errors of others, in fields and in texts', () => {
    const { log } = outputs;
    const axiosLike = Object.assign(
      new Error(`Request to https://x/?a=${credentials.signature} failed`),
      {
        config: { headers: { Authorization: `Bearer ${credentials.accessToken}` }, data: gossip },
        request: { body: gossip },
        response: { data: gossip },
      },
    );
    log.trace('Marked', {
      error: axiosLike,
      nested: { cause: new Error('x', { cause: axiosLike }) },
    });
    log.debug('Marked', {
      clientSecret: credentials.clientSecret,
      accessToken: credentials.shortToken,
      refresh_token: credentials.refreshToken,
      code: credentials.authorizationCode,
      code_verifier: credentials.verifier,
      transcript: [personal.transcriptText],
      phrase: { text: personal.transcriptText },
      ani: personal.phone,
      participantName: personal.personName,
      note: `mail ${personal.email} tel ${personal.phone}`,
      url: `https://user:${credentials.shortToken}@x.example/a?Signature=${credentials.signature}`,
    });
    log.warn(`Authorization: Bearer ${credentials.accessToken} from ${personal.email}`);
    outputs.check();
  });
});
