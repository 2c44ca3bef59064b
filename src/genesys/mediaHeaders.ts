/** What the headers of a media answer say about ranges and checksums; pure. */
import type { IncomingHttpHeaders } from 'node:http';
import type { MediaResponse } from './genesysApi.ts';

export interface ContentRange {
  /** Undefined on a 416, which only tells the size. */
  readonly fromByte: number | undefined;
  readonly totalBytes: number | undefined;
}

/** Decodes `bytes 10-19/200`, `bytes 10-19/*` and a 416's form with a star for the range. @see RFC 9110 section 14.4 */
export function decodeContentRange(text: string | undefined): ContentRange | undefined {
  const match = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(\d{1,15}|\*)$/u.exec(text ?? '');
  return match === null
    ? undefined
    : {
        fromByte: match[1] === undefined ? undefined : Number(match[1]),
        totalBytes: match[2] === '*' ? undefined : Number(match[2]),
      };
}

/**
 * The checksum of the whole file that the storage states: `x-amz-checksum-sha256`, `Content-MD5`, or the ETag of an S3 object
 * that was stored in one piece. Undefined when nothing reliable is there.
 */
export function decodeChecksum(
  headers: IncomingHttpHeaders,
  status: 200 | 206,
): MediaResponse['checksum'] {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return undefined;
  }
  // On a part, these two speak of the part.
  const sha256 = status === 200 ? base64ToHex(headers['x-amz-checksum-sha256'], 32) : undefined;
  if (sha256 !== undefined) {
    return { algorithm: 'sha256', hex: sha256 };
  }
  const md5 = status === 200 ? base64ToHex(headers['content-md5'], 16) : undefined;
  const hex = md5 ?? etagMd5(headers);
  return hex === undefined ? undefined : { algorithm: 'md5', hex };
}

/** Only S3 promises that the ETag is the MD5, and not for objects encrypted with a key of its key service. */
function etagMd5(headers: IncomingHttpHeaders): string | undefined {
  const encryption = headers['x-amz-server-side-encryption'];
  const isPlainS3 = headers['x-amz-request-id'] !== undefined || headers['server'] === 'AmazonS3';
  return isPlainS3 &&
    (encryption === undefined || encryption === 'AES256') &&
    headers['x-amz-server-side-encryption-customer-algorithm'] === undefined
    ? /^"([0-9a-f]{32})"$/u.exec(headers.etag ?? '')?.[1]
    : undefined;
}

function base64ToHex(text: string | string[] | undefined, byteCount: number): string | undefined {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/u.test(text)) {
    return undefined;
  }
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === byteCount ? bytes.toString('hex') : undefined;
}
