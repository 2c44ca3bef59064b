/** Connects a page to its host over the typed channel. Knows the contract's types only by its parameters. */
import type { Decoder } from '../../base/decode.ts';
import {
  connectRpc,
  type RequestDecoders,
  type RequestMap,
  type RpcPeer,
} from '../../protocol/rpc.ts';
import type { VsCodeApi } from './vscodeApi.ts';

export interface HostOptions<Asks extends RequestMap, Hears> {
  readonly asks: RequestDecoders<Asks>;
  readonly hears: Decoder<Hears>;
  readonly onNotify: (value: Hears) => void;
  /** A message of the host that this page does not understand: it was made for another version. */
  readonly onProblem: (kind: string, error: unknown) => void;
}

/** A page answers no requests: the host only tells it snapshots. */
export function connectHost<Asks extends RequestMap, Hears, Tells>(
  api: VsCodeApi,
  options: HostOptions<Asks, Hears>,
): RpcPeer<Asks, Tells> {
  return connectRpc<Asks, Record<string, never>, Hears, Tells>({
    ...options,
    pipe: api.pipe,
    answers: {},
    handlers: {},
  });
}
