/** A message port or worker as the pipe of a typed channel; the same on both of its ends. */
import { toDisposable } from '../base/disposable.ts';
import type { MessagePipe } from './rpc.ts';

/** What Node's `Worker` and `MessagePort` have in common. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

export function toPipe(end: MessageEnd): MessagePipe {
  return {
    post: (message) => {
      end.postMessage(message);
    },
    onMessage: (listener) => {
      end.on('message', listener);
      return toDisposable(() => {
        end.off('message', listener);
      });
    },
  };
}
