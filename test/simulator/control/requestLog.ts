/** What clients asked for, so that tests can count requests and see whether a token went where it must not. */

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** The route's template; `undefined` when no route matched. */
  readonly template: string | undefined;
  /** Without the leading `?`. */
  readonly query: string;
  readonly host: string | undefined;
  /** Whether an Authorization header with a bearer came along; its value is never kept. */
  readonly hasBearer: boolean;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly userAgent: string | undefined;
  readonly contentType: string | undefined;
  /** JSON text of the body of API requests, empty for all others. */
  readonly body: string;
  /** What was decided, whether or not a fault or the client then broke the connection. */
  readonly status: number;
  /** Epoch milliseconds of the simulator's clock. */
  readonly atMs: number;
  readonly correlationId: string | undefined;
}

export interface RequestFilter {
  readonly method?: string | undefined;
  /** A path or a template. */
  readonly path?: string | undefined;
}

/** Requests that are kept; counts know all. */
const kept = 50_000;

export class RequestLog {
  private entries: LoggedRequest[] = [];
  private readonly counted = new Map<string, number>();

  add(entry: LoggedRequest): void {
    const key = `${entry.method} ${entry.template ?? entry.path}`;
    this.counted.set(key, (this.counted.get(key) ?? 0) + 1);
    this.entries.push(entry);
    if (this.entries.length > kept) {
      this.entries = this.entries.slice(kept / 2);
    }
  }

  /** In the order in which answers were decided; the latest when there were very many. */
  list({ method, path }: RequestFilter = {}): readonly LoggedRequest[] {
    return this.entries.filter(
      (entry) =>
        (method === undefined || entry.method === method) &&
        (path === undefined || entry.path === path || entry.template === path),
    );
  }

  /** How many requests each `METHOD template` got, or `METHOD path` where no route matched. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counted);
  }

  clear(): void {
    this.entries = [];
    this.counted.clear();
  }
}
