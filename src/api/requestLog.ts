/** One line a request, in a file of the extension's storage. Owns its size; knows nothing of the archive's audit log. */
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { RequestNote } from './apiServer.ts';

/** Then the file becomes `<name>.1`, and the one before is gone. */
const maxBytes = 16 << 20;
/** A disk that is too slow loses lines rather than memory. */
const maxWaitingBytes = 4 << 20;

export class RequestLog {
  private readonly path: string;
  private stream: WriteStream;
  private sizeBytes: number;
  private lostCount = 0;

  /** @throws file system errors when the folder cannot be made */
  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = open(path);
  }

  readonly note = (request: RequestNote): void => {
    if (this.stream.writableLength > maxWaitingBytes) {
      this.lostCount++;
      return;
    }
    const { atMs, ...rest } = request;
    const lost = this.lostCount === 0 ? {} : { lostLinesBefore: this.lostCount };
    this.lostCount = 0;
    const line = `${JSON.stringify({ at: new Date(atMs).toISOString(), ...rest, ...lost })}\n`;
    this.stream.write(line);
    this.sizeBytes += line.length;
    if (this.sizeBytes > maxBytes) {
      this.stream.end();
      renameSync(this.path, `${this.path}.1`);
      this.stream = open(this.path);
      this.sizeBytes = 0;
    }
  };

  async close(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.stream.end(() => {
        resolve();
      }),
    );
  }
}

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk stops the log, not the server.
  stream.on('error', () => undefined);
  return stream;
}
