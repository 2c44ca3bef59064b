/**
 * One typed request/response/notification channel, used over `postMessage` to webviews and over worker ports. Both ends
 * decode the envelope; parameters and results are decoded by the contract's decoders. Every request gets an answer.
 */
import {
  AppError,
  cancellation,
  errorCodes,
  errors,
  isAppError,
  isCancellation,
  messageOf,
} from '../base/appError.ts';
import type { ErrorCode } from '../base/appError.ts';
import { asRecord, isRecord, type Decoder } from '../base/decode.ts';
import { toDisposable, type Disposable } from '../base/disposable.ts';
import { redactText } from '../base/redact.ts';

/** A pipe that delivers messages in order; a VS Code webview, a worker port and a test pair all fit. */
export interface MessagePipe {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): Disposable;
}

/** Method name → its parameters and result, which must survive structured cloning. */
export type RequestMap = Record<string, { params: unknown; result: unknown }>;

/** What the answering side checks of incoming parameters, and what the asking side checks of results. */
export type RequestDecoders<M extends RequestMap> = {
  readonly [K in keyof M]: {
    readonly params: Decoder<M[K]['params']>;
    readonly result: Decoder<M[K]['result']>;
  };
};

export type RequestHandlers<M extends RequestMap> = {
  readonly [K in keyof M]: (params: M[K]['params'], signal: AbortSignal) => Promise<M[K]['result']>;
};

/** Errors that cross a process: code and message, never a stack. */
export interface WireError {
  readonly code: ErrorCode | 'cancelled';
  readonly message: string;
}

type Envelope =
  | {
      readonly v: 1;
      readonly kind: 'request';
      readonly id: number;
      readonly method: string;
      readonly params: unknown;
    }
  | { readonly v: 1; readonly kind: 'response'; readonly id: number; readonly result: unknown }
  | { readonly v: 1; readonly kind: 'failure'; readonly id: number; readonly error: WireError }
  | { readonly v: 1; readonly kind: 'cancel'; readonly id: number }
  | { readonly v: 1; readonly kind: 'notify'; readonly value: unknown };

export interface RpcPeer<Asks extends RequestMap, Tells> extends Disposable {
  /**
   * Asks the other side. Rejects with the other side's AppError, AbortError, or `protocol` when the answer does not decode.
   * Aborting crosses as a message and aborts the handler's signal.
   */
  request<K extends keyof Asks & string>(
    method: K,
    params: Asks[K]['params'],
    signal: AbortSignal,
  ): Promise<Asks[K]['result']>;
  /** Tells the other side; nothing comes back. Notifications are snapshots, not deltas. */
  notify(value: Tells): void;
}

export interface RpcOptions<Asks extends RequestMap, Answers extends RequestMap, Hears> {
  readonly pipe: MessagePipe;
  /** What this side asks for: checks the results. */
  readonly asks: RequestDecoders<Asks>;
  /** What this side answers: checks the parameters. */
  readonly answers: RequestDecoders<Answers>;
  readonly handlers: RequestHandlers<Answers>;
  readonly hears: Decoder<Hears>;
  readonly onNotify: (value: Hears) => void;
  /** Told of messages that could not be understood, by their kind only. */
  readonly onProblem: (kind: string, error: unknown) => void;
}

/** Connects one end of a pipe. Disposing rejects what is pending with `network` and aborts what is being answered. */
export function connectRpc<Asks extends RequestMap, Answers extends RequestMap, Hears, Tells>(
  options: RpcOptions<Asks, Answers, Hears>,
): RpcPeer<Asks, Tells> {
  const { pipe } = options;
  const pending = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  const answering = new Map<number, AbortController>();
  let lastId = 0;

  const post = (envelope: Envelope): void => {
    pipe.post(envelope);
  };

  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    const controller = new AbortController();
    answering.set(id, controller);
    try {
      if (!Object.hasOwn(options.handlers, method) || !Object.hasOwn(options.answers, method)) {
        throw errors.protocol(`Unknown request: ${method.slice(0, 64)}`);
      }
      const name: keyof Answers = method;
      const decoded = options.answers[name].params(params, 'params');
      post({
        v: 1,
        kind: 'response',
        id,
        result: await options.handlers[name](decoded, controller.signal),
      });
    } catch (error) {
      post({ v: 1, kind: 'failure', id, error: toWireError(error) });
    } finally {
      answering.delete(id);
    }
  };

  const receive = (message: unknown): void => {
    let kind = 'unknown';
    try {
      const envelope = decodeEnvelope(message);
      kind = envelope.kind;
      switch (envelope.kind) {
        case 'request':
          void answer(envelope.id, envelope.method, envelope.params);
          break;
        case 'response':
          pending.get(envelope.id)?.resolve(envelope.result);
          break;
        case 'failure':
          pending.get(envelope.id)?.reject(fromWireError(envelope.error));
          break;
        case 'cancel':
          answering.get(envelope.id)?.abort(cancellation());
          break;
        case 'notify':
          options.onNotify(options.hears(envelope.value, 'notification'));
          break;
      }
    } catch (error) {
      options.onProblem(kind, error);
    }
  };

  const subscription = pipe.onMessage(receive);
  const stop = toDisposable(() => {
    subscription.dispose();
    for (const controller of answering.values()) {
      controller.abort(cancellation());
    }
    for (const { reject } of pending.values()) {
      reject(errors.network('The other side of the connection was closed'));
    }
    pending.clear();
  });

  return {
    request: async (method, params, signal) => {
      if (signal.aborted) {
        throw cancellation();
      }
      const id = ++lastId;
      let onAbort: () => void = () => undefined;
      try {
        const result = await new Promise<unknown>((resolve, reject) => {
          pending.set(id, { resolve, reject });
          onAbort = (): void => {
            post({ v: 1, kind: 'cancel', id });
            reject(cancellation());
          };
          signal.addEventListener('abort', onAbort, { once: true });
          post({ v: 1, kind: 'request', id, method, params });
        });
        return options.asks[method].result(result, 'result');
      } finally {
        signal.removeEventListener('abort', onAbort);
        pending.delete(id);
      }
    },
    notify: (value) => {
      post({ v: 1, kind: 'notify', value });
    },
    dispose: () => {
      stop.dispose();
    },
  };
}

function toWireError(error: unknown): WireError {
  if (isCancellation(error)) {
    return { code: 'cancelled', message: 'Cancelled' };
  }
  return isAppError(error)
    ? { code: error.code, message: error.message }
    : { code: 'bug', message: redactText(messageOf(error)) };
}

function fromWireError(error: WireError): Error {
  return error.code === 'cancelled' ? cancellation() : new AppError(error.code, error.message);
}

function decodeEnvelope(message: unknown): Envelope {
  const record = asRecord(message, 'message');
  const { v, kind, id } = record;
  if (v !== 1) {
    throw errors.protocol('A message of another version');
  }
  if (kind === 'notify') {
    return { v: 1, kind, value: record['value'] };
  }
  if (typeof id !== 'number') {
    throw errors.protocol('A message without an id');
  }
  const method = record['method'];
  if (kind === 'request' && typeof method === 'string') {
    return { v: 1, kind, id, method, params: record['params'] };
  }
  if (kind === 'response') {
    return { v: 1, kind, id, result: record['result'] };
  }
  if (kind === 'failure') {
    return { v: 1, kind, id, error: decodeWireError(record['error']) };
  }
  if (kind === 'cancel') {
    return { v: 1, kind, id };
  }
  throw errors.protocol('A message of an unknown kind');
}

function decodeWireError(value: unknown): WireError {
  const code = isRecord(value) ? value['code'] : undefined;
  const message =
    isRecord(value) && typeof value['message'] === 'string' ? value['message'] : 'Unknown failure';
  const known = [...errorCodes, 'cancelled' as const].find((candidate) => candidate === code);
  return { code: known ?? 'protocol', message };
}
