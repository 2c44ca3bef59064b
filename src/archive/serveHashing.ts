/**
 * The thread's end of `hashThread.ts`: hashes what lies in shared memory, body by body. Knows nothing of files or downloads.
 */
import { createHash, type Hash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';

/** What a body is hashed with besides SHA-256. */
export type OtherAlgorithm = 'md5' | undefined;

export interface BodySums {
  /** In lower-case hexadecimal, as is `other`. */
  readonly sha256: string;
  /** Undefined when nothing besides SHA-256 was asked for. */
  readonly other: string | undefined;
}

/** In the order of a body's life; one `drop` at any time ends it without an answer. */
export type HashRequest =
  | {
      readonly kind: 'begin';
      readonly bodyId: number;
      /** Slots of equal size, each the sender's until an `update` names it and again after the `free` that answers. */
      readonly slots: SharedArrayBuffer;
      readonly slotBytes: number;
      readonly other: OtherAlgorithm;
    }
  | {
      readonly kind: 'update';
      readonly bodyId: number;
      readonly slot: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'finish' | 'drop'; readonly bodyId: number };

export type HashReply =
  | { readonly kind: 'free'; readonly bodyId: number; readonly slot: number }
  | { readonly kind: 'finished'; readonly bodyId: number; readonly sums: BodySums };

interface Body {
  readonly own: Hash;
  readonly other: Hash | undefined;
  readonly slots: SharedArrayBuffer;
  readonly slotBytes: number;
}

/** Answers until the port closes. Requests for bodies that have ended are ignored. */
export function serveHashing(port: Pick<MessagePort, 'on' | 'postMessage'>): void {
  const bodies = new Map<number, Body>();
  const reply = (message: HashReply): void => {
    port.postMessage(message);
  };
  // Both ends are of one build and one process: what comes needs no decoder.
  port.on('message', (request: HashRequest) => {
    const { bodyId } = request;
    if (request.kind === 'begin') {
      const { slots, slotBytes, other } = request;
      bodies.set(bodyId, {
        own: createHash('sha256'),
        other: other === undefined ? undefined : createHash(other),
        slots,
        slotBytes,
      });
      return;
    }
    const body = bodies.get(bodyId);
    if (body === undefined) {
      return;
    }
    if (request.kind === 'update') {
      const { slot, sizeBytes } = request;
      const bytes = new Uint8Array(body.slots, slot * body.slotBytes, sizeBytes);
      body.own.update(bytes);
      body.other?.update(bytes);
      reply({ kind: 'free', bodyId, slot });
      return;
    }
    bodies.delete(bodyId);
    if (request.kind === 'finish') {
      const sums = { sha256: body.own.digest('hex'), other: body.other?.digest('hex') };
      reply({ kind: 'finished', bodyId, sums });
    }
  });
}
