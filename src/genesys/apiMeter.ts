/**
 * What a connection has done so far, in numbers: answers by class of status, retries, transfers, and whether the platform can be
 * reached. For the status bar and diagnostics; holds no addresses and no contents.
 */
import { isAppError, isCancellation, type AppError } from '../base/appError.ts';
import { Emitter } from '../base/event.ts';
import type { ActivityCounts, ApiActivity, MediaResponse } from './genesysApi.ts';
import type { SendHttp } from './httpTransport.ts';

export class ApiMeter implements ApiActivity {
  private readonly offlineChanged = new Emitter<boolean>();
  readonly onDidChangeOffline = this.offlineChanged.event;
  private readonly forbade = new Emitter<AppError>();
  readonly onDidForbid = this.forbade.event;
  private readonly answers = new Map<string, number>();
  private rateLimitedCount = 0;
  private retryCount = 0;
  private downloadCount = 0;
  private downloadedBytes = 0;
  private offline = false;

  get isOffline(): boolean {
    return this.offline;
  }

  get counts(): ActivityCounts {
    const { rateLimitedCount, retryCount, downloadCount, downloadedBytes } = this;
    return {
      answers: Object.fromEntries([...this.answers].sort(([a], [b]) => (a < b ? -1 : 1))),
      rateLimitedCount,
      retryCount,
      downloadCount,
      downloadedBytes,
    };
  }

  /** A transport that counts what comes back. */
  countHttp(send: SendHttp): SendHttp {
    return async (request, signal) => {
      try {
        const response = await send(request, signal);
        this.countAnswer(`${String(Math.floor(response.status / 100))}xx`);
        this.rateLimitedCount += response.status === 429 ? 1 : 0;
        this.setOffline(false);
        return response;
      } catch (error) {
        if (!isCancellation(error)) {
          this.countAnswer('none');
          this.setOffline(isAppError(error, 'network'));
        }
        throw error;
      }
    };
  }

  countRetry(): void {
    this.retryCount++;
  }

  /** Tells how a call ended that will not be sent again. A token that could not be fetched counts as well. */
  noteFailure(error: unknown, isProbe: boolean): void {
    if (isAppError(error, 'network')) {
      this.setOffline(true);
    }
    if (isAppError(error, 'forbidden') && !isProbe) {
      this.forbade.fire(error);
    }
  }

  /** The response with a body that counts its bytes as they are read. */
  countMedia(response: MediaResponse): MediaResponse {
    this.downloadCount++;
    return { ...response, body: { [Symbol.asyncIterator]: () => this.countChunks(response.body) } };
  }

  /** No generator: one that was never read from would not pass on that its reader gave up, and leave the socket open. */
  private countChunks(body: AsyncIterable<Uint8Array>): AsyncIterator<Uint8Array> {
    const chunks = body[Symbol.asyncIterator]();
    return {
      next: async () => {
        const result = await chunks.next();
        this.downloadedBytes += result.done === true ? 0 : result.value.byteLength;
        return result;
      },
      return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
    };
  }

  private countAnswer(kind: string): void {
    this.answers.set(kind, (this.answers.get(kind) ?? 0) + 1);
  }

  private setOffline(isOffline: boolean): void {
    if (this.offline !== isOffline) {
      this.offline = isOffline;
      this.offlineChanged.fire(isOffline);
    }
  }
}
