/** The one door to the editor: messages and saved state. VS Code hands its API out once a page. */
import type { MessagePipe } from '../../protocol/rpc.ts';
import { Scope } from './scope.ts';

interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

export interface VsCodeApi {
  readonly pipe: MessagePipe;
  /** What the page saved last; untrusted, since another version may have written it. */
  getState(): unknown;
  setState(state: unknown): void;
}

/** Call once a page: a second call throws. */
export function connectVsCodeApi(): VsCodeApi {
  const api = acquireVsCodeApi();
  return {
    pipe: {
      post: (message) => {
        api.postMessage(message);
      },
      onMessage: (listener) => {
        const scope = new Scope();
        scope.listen(window, 'message', (event) => {
          listener(event instanceof MessageEvent ? event.data : undefined);
        });
        return scope;
      },
    },
    getState: () => api.getState(),
    setState: (state) => {
      api.setState(state);
    },
  };
}
