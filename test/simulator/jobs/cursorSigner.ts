/** Cursors of job results: opaque to clients, good for one job and for some time. */
import { createHmac, randomBytes } from 'node:crypto';

import { apiErrors } from '../http/apiError.ts';

const signatureBytes = 12;

export class CursorSigner {
  private readonly key = randomBytes(32);

  /** A cursor to the result at `offset`; it expires at `expiresAtMs`, epoch milliseconds. */
  sign(jobId: string, offset: number, expiresAtMs: number): string {
    const content = Buffer.from(`${String(offset)} ${String(expiresAtMs)}`);
    return Buffer.concat([this.signature(jobId, content), content]).toString('base64url');
  }

  /**
   * The offset that the cursor stands for.
   * @throws ApiError 400 when it was made up, made for another job, or has expired
   */
  read(jobId: string, cursor: string, nowMs: number): number {
    const bytes = Buffer.from(cursor, 'base64url');
    const content = bytes.subarray(signatureBytes);
    const isOurs = this.signature(jobId, content).equals(bytes.subarray(0, signatureBytes));
    if (!isOurs || bytes.toString('base64url') !== cursor) {
      throw apiErrors.badRequest('The cursor is not valid for this job.');
    }
    const [offset, expiresAtMs] = content.toString('utf8').split(' ').map(Number);
    if (offset === undefined || expiresAtMs === undefined || expiresAtMs <= nowMs) {
      throw apiErrors.badRequest('The cursor has expired.');
    }
    return offset;
  }

  private signature(jobId: string, content: Uint8Array): Buffer {
    return createHmac('sha256', this.key)
      .update(`${jobId} `)
      .update(content)
      .digest()
      .subarray(0, signatureBytes);
  }
}
