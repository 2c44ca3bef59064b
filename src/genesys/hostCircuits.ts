/**
 * A circuit breaker for each host: after many failures in a row nothing is sent there for a while, then one request probes. What a
 * person asks for probes at once: pauses are for what repeats itself. cockatiel keeps the state; pauses are told as an error that says
 * when to come back, so that the retry policy waits, visibly, or gives up.
 */
import type { CircuitBreakerPolicy } from 'cockatiel';
import {
  cancellation,
  errors,
  isAppError,
  isCancellation,
  type AppError,
} from '../base/appError.ts';
import type { Clock } from '../base/clock.ts';
import { Lazy } from '../base/lazy.ts';
import type { Log } from '../base/log.ts';

interface HostCircuitsDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Failures in a row that open a circuit. */
const failuresToOpen = 10;
const firstPauseMs = 5_000;
const longestPauseMs = 30_000;

export interface CircuitOptions<T> {
  /** Whether an answer means that the host fails. */
  readonly isHostFailure: (answer: T) => boolean;
  /** A person asked for this, now: it may find out before the pause is over, when no other request does already. */
  readonly mayProbeEarly: boolean;
}

export class HostCircuits {
  private readonly deps: HostCircuitsDeps;
  private readonly circuits = new Map<string, HostCircuit>();

  constructor(deps: HostCircuitsDeps) {
    this.deps = deps;
  }

  /**
   * Runs `send`, unless the host of `url` is being left alone. What it throws are AppErrors, of which `network` and a `remote` of
   * status 500 or above mean that the host fails.
   * @throws AppError `network` with `details.circuit` `open` and `retryAfterMs` when nothing was sent; what `send` throws
   */
  async run<T>(
    url: string,
    send: () => Promise<T>,
    options: CircuitOptions<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const host = URL.parse(url)?.host ?? '';
    const circuit = this.circuits.get(host) ?? new HostCircuit(this.deps, host);
    this.circuits.set(host, circuit);
    return circuit.run(send, options, signal);
  }
}

/** An answer that came, with what it says about the host. */
interface Answered<T> {
  readonly isFailure: boolean;
  readonly result: { readonly value: T } | { readonly error: unknown };
}

class HostCircuit {
  private readonly deps: HostCircuitsDeps;
  private readonly host: string;
  private readonly policy = new Lazy(async () => this.createPolicy());
  private isOpen = false;
  private openCount = 0;
  private openUntilMs = 0;
  private isProbingEarly = false;
  /** The request that finds out whether the host is back. */
  private probe: Promise<unknown> | undefined;

  constructor(deps: HostCircuitsDeps, host: string) {
    this.deps = deps;
    this.host = host;
  }

  async run<T>(
    send: () => Promise<T>,
    { isHostFailure, mayProbeEarly }: CircuitOptions<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const policy = await this.policy.get();
    const hasWaited = this.probe !== undefined;
    if (this.probe !== undefined) {
      await orAborted(this.probe, signal);
    }
    const isEarly = this.isOpen && this.deps.clock.nowMs() < this.openUntilMs;
    // Who has waited for a probe knows what it found.
    if (this.probe !== undefined || (isEarly && (hasWaited || !mayProbeEarly))) {
      throw this.pausing();
    }
    this.isProbingEarly = isEarly;
    const answer = policy.execute(async () => judge(send, isHostFailure));
    if (this.isOpen) {
      this.watchProbe(answer);
    }
    const { result } = await answer;
    if ('error' in result) {
      throw result.error;
    }
    return result.value;
  }

  private watchProbe(answer: Promise<unknown>): void {
    const probe = answer.then(
      () => undefined,
      () => undefined,
    );
    this.probe = probe;
    void probe.then(() => {
      this.probe = undefined;
    });
  }

  private async createPolicy(): Promise<CircuitBreakerPolicy> {
    const { ConsecutiveBreaker, circuitBreaker, handleWhenResult } = await import('cockatiel');
    const policy = circuitBreaker(
      // A cancelled request is thrown and says nothing about the host.
      handleWhenResult((answer) => isFailedAnswer(answer)),
      {
        // cockatiel knows only the system's time: it would let a probe go at once, `run` waits by our clock.
        halfOpenAfter: 0,
        breaker: new ConsecutiveBreaker(failuresToOpen),
      },
    );
    policy.onBreak(() => {
      if (this.isProbingEarly) {
        // The pause goes on as it was: a person who tries again shall not make it longer for the rest.
        return;
      }
      const { clock, log } = this.deps;
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.openCount);
      this.openCount++;
      this.isOpen = true;
      this.openUntilMs = clock.nowMs() + pauseMs;
      log.warn('A host fails again and again and is left alone for a while', {
        host: this.host,
        pauseMs,
      });
    });
    policy.onReset(() => {
      this.isOpen = false;
      this.openCount = 0;
      this.deps.log.info('A host that failed answers again', { host: this.host });
    });
    return policy;
  }

  private pausing(): AppError {
    const leftMs = Math.max(1, this.openUntilMs - this.deps.clock.nowMs());
    return errors.network(
      `The server failed again and again, so requests to it pause; check the network and try again in a moment: ${this.host}`,
      { details: { circuit: 'open' }, retryAfterMs: leftMs },
    );
  }
}

async function judge<T>(
  send: () => Promise<T>,
  isHostFailure: (answer: T) => boolean,
): Promise<Answered<T>> {
  try {
    const value = await send();
    return { isFailure: isHostFailure(value), result: { value } };
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    return { isFailure: isFailureOfHost(error), result: { error } };
  }
}

/** 501 is an answer of a healthy host. */
export function isFailingStatus(status: unknown): boolean {
  return typeof status === 'number' && status >= 500 && status !== 501;
}

function isFailureOfHost(error: unknown): boolean {
  return (
    isAppError(error, 'network') ||
    (isAppError(error, 'remote') && isFailingStatus(error.details['status']))
  );
}

function isFailedAnswer(answer: unknown): boolean {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'isFailure' in answer &&
    answer.isFailure === true
  );
}

async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      reject(cancellation());
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
