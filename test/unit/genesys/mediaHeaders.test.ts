import assert from 'node:assert/strict';
import { decodeChecksum, decodeContentRange } from '../../../src/genesys/mediaHeaders.ts';

suite('mediaHeaders', () => {
  const hex = 'd41d8cd98f00b204e9800998ecf8427e';

  test('reads content ranges and refuses garbage', () => {
    assert.deepEqual(decodeContentRange('bytes 10-19/200'), { fromByte: 10, totalBytes: 200 });
    assert.deepEqual(decodeContentRange('bytes 10-19/*'), { fromByte: 10, totalBytes: undefined });
    assert.deepEqual(decodeContentRange('bytes */200'), { fromByte: undefined, totalBytes: 200 });
    for (const text of [undefined, '', 'bytes 1-2', 'items 1-2/3', 'bytes -1-2/3', 'bytes 1-2/x']) {
      assert.equal(decodeContentRange(text), undefined);
    }
  });

  test('prefers SHA-256, takes an ETag only from plain S3, and trusts no part or encoding', () => {
    const sha = Buffer.alloc(32, 7);
    const s3 = { 'x-amz-request-id': '1', etag: `"${hex}"` };
    const md5 = { algorithm: 'md5', hex };
    assert.deepEqual(
      decodeChecksum({ ...s3, 'x-amz-checksum-sha256': sha.toString('base64') }, 200),
      {
        algorithm: 'sha256',
        hex: sha.toString('hex'),
      },
    );
    assert.deepEqual(decodeChecksum(s3, 200), md5);
    assert.deepEqual(decodeChecksum(s3, 206), md5);
    assert.deepEqual(decodeChecksum({ 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, 200), md5);
    for (const headers of [
      { etag: `"${hex}"` },
      { ...s3, 'x-amz-server-side-encryption': 'aws:kms' },
      { ...s3, etag: `"${hex}-3"` },
      { ...s3, etag: `W/"${hex}"` },
      { ...s3, 'content-encoding': 'gzip' },
      { 'content-md5': 'AAAA' },
    ]) {
      assert.equal(decodeChecksum(headers, 200), undefined);
    }
    assert.equal(decodeChecksum({ 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, 206), undefined);
  });
});
