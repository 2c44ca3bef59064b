/** Adds up the progress of files that download side by side. */

export interface DownloadProgress {
  readonly doneBytes: number;
  /** Undefined while the size of some file under way is not known. */
  readonly totalBytes: number | undefined;
  /** For people: `Recording 1 of 2`. */
  readonly step: string;
}

export class ProgressSum {
  private readonly onProgress: (progress: DownloadProgress) => void;
  private readonly files = new Map<string, { doneBytes: number; totalBytes: number | undefined }>();
  private received = 0;
  private step = '';

  constructor(onProgress: (progress: DownloadProgress) => void) {
    this.onProgress = onProgress;
  }

  /** Bytes that came over the network, repeated ones included. */
  get receivedBytes(): number {
    return this.received;
  }

  start(step: string): void {
    this.step = step;
    this.report();
  }

  /** Announces a file, so that the total is not known before all are. */
  expect(name: string): void {
    this.files.set(name, { doneBytes: 0, totalBytes: undefined });
  }

  set(name: string, doneBytes: number, totalBytes: number | undefined): void {
    this.files.set(name, { doneBytes, totalBytes });
    this.report();
  }

  /** The file is done or given up; what it still lacked is not waited for. */
  finish(name: string): void {
    const file = this.files.get(name);
    if (file !== undefined) {
      file.totalBytes = file.doneBytes;
      this.report();
    }
  }

  receive(countBytes: number): void {
    this.received += countBytes;
  }

  private report(): void {
    let doneBytes = 0;
    let totalBytes: number | undefined = 0;
    for (const file of this.files.values()) {
      doneBytes += file.doneBytes;
      totalBytes =
        totalBytes === undefined || file.totalBytes === undefined
          ? undefined
          : totalBytes + file.totalBytes;
    }
    const isUnknown = this.files.size === 0;
    this.onProgress({ doneBytes, totalBytes: isUnknown ? undefined : totalBytes, step: this.step });
  }
}
