import assert from 'node:assert/strict';
import { cancellation, errors, isAppError, isCancellation } from '../../../src/base/appError.ts';
import { asNumber, asRecord, asString, required } from '../../../src/base/decode.ts';
import { toDisposable } from '../../../src/base/disposable.ts';
import {
  connectRpc,
  type MessagePipe,
  type RequestDecoders,
  type RequestHandlers,
  type RpcPeer,
} from '../../../src/protocol/rpc.ts';

type Calculator = {
  double: { params: { readonly value: number }; result: { readonly value: number } };
  wait: { params: { readonly value: number }; result: { readonly value: number } };
};

const decodeValue = (value: unknown, path: string): { readonly value: number } => ({
  value: required(asRecord(value, path), 'value', path, asNumber),
});
const decoders: RequestDecoders<Calculator> = {
  double: { params: decodeValue, result: decodeValue },
  wait: { params: decodeValue, result: decodeValue },
};

const never = new AbortController().signal;
const turn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

/** Two connected pipes that deliver structured clones later and in order, as ports do. */
function pipePair(): readonly [MessagePipe, MessagePipe] {
  const listeners: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [
    new Set(),
    new Set(),
  ];
  const end = (own: 0 | 1, other: 0 | 1): MessagePipe => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => {
        listeners[other].forEach((listener) => {
          listener(copy);
        });
      });
    },
    onMessage: (listener) => {
      listeners[own].add(listener);
      return toDisposable(() => listeners[own].delete(listener));
    },
  });
  return [end(0, 1), end(1, 0)];
}

interface Pair {
  readonly client: RpcPeer<Calculator, string>;
  readonly server: RpcPeer<Record<string, never>, string>;
  /** The client's end, to post what no client would. */
  readonly raw: MessagePipe;
  /** What the server sent, from the client's end. */
  readonly sent: unknown[];
  readonly heard: string[];
  readonly problems: string[];
}

function connect(handlers: Partial<RequestHandlers<Calculator>> = {}): Pair {
  const [near, far] = pipePair();
  const heard: string[] = [];
  const problems: string[] = [];
  const sent: unknown[] = [];
  near.onMessage((message) => sent.push(message));
  const client = connectRpc<Calculator, Record<string, never>, string, string>({
    pipe: near,
    asks: decoders,
    answers: {},
    handlers: {},
    hears: asString,
    onNotify: (value) => heard.push(value),
    onProblem: (kind) => problems.push(`client ${kind}`),
  });
  const server = connectRpc<Record<string, never>, Calculator, string, string>({
    pipe: far,
    asks: {},
    answers: decoders,
    handlers: {
      double: ({ value }) => Promise.resolve({ value: value * 2 }),
      wait: (_params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(cancellation());
          });
        }),
      ...handlers,
    },
    hears: asString,
    onNotify: (value) => heard.push(value),
    onProblem: (kind) => problems.push(`server ${kind}`),
  });
  return { client, server, raw: near, sent, heard, problems };
}

suite('rpc', () => {
  test('brings each answer to its own question', async () => {
    const { client } = connect();
    const answers = await Promise.all(
      [1, 2, 3].map((value) => client.request('double', { value }, never)),
    );
    assert.deepEqual(answers, [{ value: 2 }, { value: 4 }, { value: 6 }]);
  });

  test('carries code and message of a failure, and nothing else', async () => {
    const { client, sent } = connect({
      double: () => Promise.reject(errors.storage('The disk is full', { details: { path: 'x' } })),
    });
    await assert.rejects(
      client.request('double', { value: 1 }, never),
      (error) => isAppError(error, 'storage') && error.message === 'The disk is full',
    );
    assert.deepEqual(sent, [
      { v: 1, kind: 'failure', id: 1, error: { code: 'storage', message: 'The disk is full' } },
    ]);
  });

  test('reports a foreign error of a handler, thrown or rejected, as a bug', async () => {
    const { client } = connect({
      double: () => {
        throw new TypeError('oops');
      },
    });
    await assert.rejects(client.request('double', { value: 1 }, never), (error) =>
      isAppError(error, 'bug'),
    );
  });

  test('aborts the handler when the asker aborts, and rejects the asker at once', async () => {
    let isAborted = false;
    const { client } = connect({
      wait: (_params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isAborted = true;
            reject(cancellation());
          });
        }),
    });
    const controller = new AbortController();
    const asked = client.request('wait', { value: 1 }, controller.signal);
    await turn();
    controller.abort();
    await assert.rejects(asked, isCancellation);
    await turn();
    await turn();
    assert.equal(isAborted, true);
  });

  test('asks nothing with a signal that is aborted already', async () => {
    const { client, sent } = connect();
    await assert.rejects(
      client.request('double', { value: 1 }, AbortSignal.abort()),
      isCancellation,
    );
    await turn();
    await turn();
    assert.deepEqual(sent, []);
  });

  test('answers unknown methods, names of the prototype among them, with protocol', async () => {
    const { raw, sent } = connect();
    const methods = ['nothing', 'constructor', '__proto__', 'toString', 'hasOwnProperty', ''];
    methods.forEach((method, id) => {
      raw.post({ v: 1, kind: 'request', id, method, params: { value: 1 } });
    });
    await turn();
    await turn();
    await turn();
    assert.deepEqual(
      sent,
      methods.map((method, id) => ({
        v: 1,
        kind: 'failure',
        id,
        error: { code: 'protocol', message: `Unknown request: ${method}` },
      })),
    );
  });

  test('refuses parameters that do not decode, without calling the handler', async () => {
    let callCount = 0;
    const { raw, sent } = connect({
      double: () => {
        callCount++;
        return Promise.resolve({ value: 0 });
      },
    });
    raw.post({ v: 1, kind: 'request', id: 7, method: 'double', params: { value: 'secret' } });
    await turn();
    await turn();
    await turn();
    assert.equal(callCount, 0);
    assert.deepEqual(sent, [
      {
        v: 1,
        kind: 'failure',
        id: 7,
        error: { code: 'protocol', message: 'Unexpected data: params.value is not a number' },
      },
    ]);
  });

  test('refuses a result that does not decode', async () => {
    const [near, other] = pipePair();
    const lone = connectRpc<Calculator, Record<string, never>, string, string>({
      pipe: near,
      asks: decoders,
      answers: {},
      handlers: {},
      hears: asString,
      onNotify: () => undefined,
      onProblem: () => undefined,
    });
    other.onMessage(() => {
      other.post({ v: 1, kind: 'response', id: 1, result: { value: null } });
    });
    await assert.rejects(lone.request('double', { value: 1 }, never), (error) =>
      isAppError(error, 'protocol'),
    );
  });

  test('survives malformed envelopes and goes on answering', async () => {
    const { client, raw, problems } = connect();
    const malformed = [
      null,
      'text',
      [],
      {},
      { v: 2, kind: 'request', id: 1 },
      { v: 1, kind: 'request', id: 'one', method: 'double' },
      { v: 1, kind: 'request', id: 1, method: 5 },
      { v: 1, kind: 'shout', id: 1 },
      { v: 1, kind: 'notify', value: 5 },
      { v: 1, kind: 'response', id: 99, result: 1 },
      { v: 1, kind: 'failure', id: 99, error: 'x' },
      { v: 1, kind: 'cancel', id: 99 },
    ];
    malformed.forEach((message) => {
      raw.post(message);
    });
    assert.deepEqual(await client.request('double', { value: 4 }, never), { value: 8 });
    assert.deepEqual(problems, [
      ...Array.from({ length: 8 }, () => 'server unknown'),
      'server notify',
    ]);
  });

  test('takes a failure with an unknown code as protocol', async () => {
    const [near, far] = pipePair();
    const client = connectRpc<Calculator, Record<string, never>, string, string>({
      pipe: near,
      asks: decoders,
      answers: {},
      handlers: {},
      hears: asString,
      onNotify: () => undefined,
      onProblem: () => undefined,
    });
    far.onMessage(() => {
      far.post({ v: 1, kind: 'failure', id: 1, error: { code: 'constructor', message: 'x' } });
    });
    await assert.rejects(client.request('double', { value: 1 }, never), (error) =>
      isAppError(error, 'protocol'),
    );
  });

  test('delivers notifications in order, both ways', async () => {
    const { client, server, heard } = connect();
    client.notify('one');
    client.notify('two');
    await turn();
    server.notify('three');
    await turn();
    await turn();
    assert.deepEqual(heard, ['one', 'two', 'three']);
  });

  test('rejects what is pending when this side is disposed, and aborts what the other is answering', async () => {
    const aborted: string[] = [];
    const { client, server } = connect({
      wait: (_params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push('handler');
            reject(cancellation());
          });
        }),
    });
    const asked = client.request('wait', { value: 1 }, never);
    const rejected = assert.rejects(asked, (error) => isAppError(error, 'network'));
    await turn();
    server.dispose();
    client.dispose();
    await rejected;
    assert.deepEqual(aborted, ['handler']);
  });
});
