/** Contract of the local API's worker thread. The host starts and stops it; requests never pass through the host. */
import { asNumber, asString, objectOf } from '../base/decode.ts';
import type { RequestDecoders } from './rpc.ts';

/** Memory of the thread: it streams, and many requests at once must not make it grow. */
export const apiThreadLimits = {
  maxYoungGenerationSizeMb: 8,
  maxOldGenerationSizeMb: 128,
} as const;

export interface StartApiParams {
  /** Absolute folder of the archive. */
  readonly archivePath: string;
  readonly archiveId: string;
  /** Absolute folder of the catalogues. */
  readonly cataloguePath: string;
  /** Absolute path of the request log. */
  readonly logPath: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
  readonly version: string;
}

export type LocalApiRequests = {
  /** Listens; the port it got. Only once a thread. */
  startApi: { params: StartApiParams; result: { readonly port: number } };
  setToken: { params: { readonly token: string }; result: Record<string, never> };
  /** Lets what is under way end, at most two seconds. */
  stopApi: { params: Record<string, never>; result: Record<string, never> };
};

export const localApiDecoders: RequestDecoders<LocalApiRequests> = {
  startApi: {
    params: objectOf({
      archivePath: asString,
      archiveId: asString,
      cataloguePath: asString,
      logPath: asString,
      port: asNumber,
      token: asString,
      version: asString,
    }),
    result: objectOf({ port: asNumber }),
  },
  setToken: { params: objectOf({ token: asString }), result: () => ({}) },
  stopApi: { params: () => ({}), result: () => ({}) },
};
