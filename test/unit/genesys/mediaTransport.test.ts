import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { isAppError, isCancellation, type ErrorCode } from '../../../src/base/appError.ts';
import { openMedia } from '../../../src/genesys/mediaTransport.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer, type Answer } from '../../support/scriptedServer.ts';

const never = new AbortController().signal;
const media = Buffer.alloc(300_000, 'media ');

suite('openMedia', () => {
  leakCheck();
  let server: ScriptedServer;
  teardown(async () => {
    await server.close();
  });
  const serve = async (answer: Answer): Promise<string> => {
    server = await ScriptedServer.start(answer);
    return `${server.url}/file?Signature=hidden`;
  };
  const readAll = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
  const fails = async (action: Promise<unknown>, code: ErrorCode): Promise<void> => {
    await assert.rejects(action, (error: unknown) => {
      assert.ok(isAppError(error, code), inspect(error));
      assert.doesNotMatch(inspect(error, { depth: 9 }), /hidden|<Error>/u);
      return true;
    });
  };
  const untilNoConnections = async (): Promise<void> => {
    while ((await server.connectionCount()) > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test('brings the bytes with what the headers say, and no credentials go out', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, {
        'content-type': 'audio/wav',
        'content-length': media.length,
        etag: '"v1"',
        'content-md5': createHash('md5').update(media).digest('base64'),
        'set-cookie': 'a=b',
      });
      response.end(media);
    });
    const answer = await openMedia(url.replace('://', '://user:pass@'), {}, never);
    assert.deepEqual(
      { ...answer, body: undefined },
      {
        status: 200,
        contentType: 'audio/wav',
        contentLengthBytes: media.length,
        fromByte: 0,
        totalBytes: media.length,
        validator: '"v1"',
        checksum: { algorithm: 'md5', hex: createHash('md5').update(media).digest('hex') },
        body: undefined,
      },
    );
    assert.deepEqual(await readAll(answer.body), media);
    const sent = server.requests[0]?.headers;
    assert.deepEqual(
      [sent?.authorization, sent?.cookie, sent?.range],
      [undefined, undefined, undefined],
    );
  });

  test('follows redirects up to five, also to other hosts, and refuses other protocols', async () => {
    const url = await serve((request, response) => {
      const left = Number(/left=(\d+)/u.exec(request.path)?.[1] ?? 5);
      if (left === 0) {
        response.end('done');
      } else {
        const host = left % 2 === 0 ? server.url.replace('127.0.0.1', 'localhost') : '';
        response.writeHead(302, { location: `${host}/file?left=${String(left - 1)}` }).end('moved');
      }
    });
    assert.equal(String(await readAll((await openMedia(url, {}, never)).body)), 'done');
    await fails(openMedia(`${server.url}/file?left=6`, {}, never), 'protocol');
    await untilNoConnections();
    await server.close();
    await serve((_request, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    });
    await fails(openMedia(server.url, {}, never), 'protocol');
  });

  test('resumes with Range and If-Range, and takes a whole file as an answer too', async () => {
    const url = await serve((request, response) => {
      if (request.headers['if-range'] === '"v1"') {
        response.writeHead(206, {
          'content-range': `bytes 100-${String(media.length - 1)}/${String(media.length)}`,
          'content-length': media.length - 100,
        });
        response.end(media.subarray(100));
      } else {
        response.end(media);
      }
    });
    const part = await openMedia(url, { fromByte: 100, ifRange: '"v1"' }, never);
    assert.deepEqual([part.status, part.fromByte, part.totalBytes], [206, 100, media.length]);
    assert.deepEqual(await readAll(part.body), media.subarray(100));
    const whole = await openMedia(url, { fromByte: 100, ifRange: '"v2"' }, never);
    assert.deepEqual([whole.status, whole.fromByte], [200, 0]);
    assert.equal((await readAll(whole.body)).length, media.length);
    assert.equal(server.requests[0]?.headers.range, 'bytes=100-');
  });

  test('refuses a part that was not asked for', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 50-99/100' }).end('x'.repeat(50));
    });
    await fails(openMedia(url, { fromByte: 100 }, never), 'protocol');
    await fails(openMedia(url, {}, never), 'protocol');
    await untilNoConnections();
  });

  test('maps refusals to codes without the body of the storage', async () => {
    const codes = {
      403: 'gone',
      410: 'gone',
      404: 'notFound',
      416: 'conflict',
      503: 'remote',
      418: 'protocol',
    } as const;
    for (const [status, code] of Object.entries(codes)) {
      const url = await serve((_request, response) => {
        response.writeHead(Number(status), { 'content-type': 'application/xml' });
        response.end('<Error><Code>AccessDenied</Code></Error>');
      });
      await fails(openMedia(url, { fromByte: 5 }, never), code);
      await untilNoConnections();
      await server.close();
    }
    await fails(openMedia('file:///etc/passwd', {}, never), 'protocol');
  });

  test('tells a body that is shorter than announced, cut or stalled', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, request.path.includes('chunked') ? {} : { 'content-length': 1000 });
      response.write('x'.repeat(500));
      if (!request.path.includes('stall')) {
        setImmediate(() => response.socket?.destroy());
      }
    });
    const read = async (address: string): Promise<unknown> =>
      readAll((await openMedia(address, {}, never, { idleTimeoutMs: 100 })).body);
    await fails(read(url), 'network');
    await fails(read(`${url}&chunked`), 'network');
    await fails(read(`${url}&stall`), 'network');
    await untilNoConnections();
  });

  test('tells a server that accepts and says nothing', async () => {
    const url = await serve(() => undefined);
    await fails(openMedia(url, {}, never, { idleTimeoutMs: 50 }), 'network');
    await untilNoConnections();
  });

  test('closes the socket when the reader stops early or never starts', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200);
      const push = (): void => {
        while (!response.destroyed && response.write(media));
        response.once('drain', push);
      };
      push();
    });
    const answer = await openMedia(url, {}, never);
    for await (const chunk of answer.body) {
      assert.ok(chunk.length > 0);
      break;
    }
    await untilNoConnections();
    const unread = await openMedia(url, {}, never);
    await unread.body[Symbol.asyncIterator]().return?.();
    await untilNoConnections();
  });

  test('ends with cancellation before, during and after the head, and closes the socket', async () => {
    const url = await serve((request, response) => {
      if (!request.path.includes('silent')) {
        response.writeHead(200);
        response.write(media);
      }
    });
    await assert.rejects(openMedia(url, {}, AbortSignal.abort()), isCancellation);
    const stop = new AbortController();
    const waiting = assert.rejects(openMedia(`${url}&silent`, {}, stop.signal), isCancellation);
    while (server.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await waiting;
    const later = new AbortController();
    const { body } = await openMedia(url, {}, later.signal);
    await assert.rejects(async () => {
      for await (const chunk of body) {
        assert.ok(chunk.length > 0);
        later.abort();
      }
    }, isCancellation);
    await untilNoConnections();
  });
});
