/** The loopback API over real HTTP against a real archive: driven by its own description, and by attackers. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CatalogueClient } from '../../src/host/archives/catalogueClient.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  benchConversation,
  writeBenchArchiveFile,
  writeBenchConversation,
} from '../support/benchArchive.ts';
import { createRandom } from '../support/random.ts';
import { createSpeechCorpus } from '../support/speechCorpus.ts';

const token = 'a-token-of-the-test-0123456789';
const corpus = createSpeechCorpus(createRandom(1));
const calls = [0, 1, 2].map((index) => benchConversation(corpus, index, 5));
const callId = calls[0]?.id ?? '';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly json: any;
}

suite('the local API', function () {
  this.timeout(60_000);
  let root = '';
  let server: ChildProcess;
  let port = 0;

  suiteSetup(async () => {
    root = await mkdtemp(join(tmpdir(), 'local-api-'));
    const archivePath = join(root, 'archive');
    const storagePath = join(root, 'storage');
    await writeBenchArchiveFile(archivePath, 'a1');
    for (const call of calls) {
      await writeBenchConversation(archivePath, call);
    }
    const script = new URL('../../src/workers/archiveWorker.ts', import.meta.url);
    const client = new CatalogueClient(script, silentLog);
    const location = { storagePath, archiveId: 'a1', archivePath };
    await client.fill('syncCatalogue', location, () => undefined, AbortSignal.timeout(30_000));
    client.dispose();
    server = fork(
      new URL('../support/apiServerMain.ts', import.meta.url),
      [archivePath, storagePath, token],
      { stdio: 'inherit' },
    );
    const [message] = await once(server, 'message');
    ({ port } = message);
  });

  suiteTeardown(async () => {
    const exited = once(server, 'exit');
    server.send('stop');
    const [code] = await exited;
    await rm(root, { recursive: true, force: true });
    assert.equal(code, 0);
  });

  const ask = (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
    body?: string,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          agent: false,
          headers: { authorization: `Bearer ${token}`, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const isJson = response.headers['content-type']?.startsWith('application/json');
            const isWhole = isJson === true && bytes.length > 0 && response.statusCode !== 206;
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              json: isWhole ? JSON.parse(bytes.toString()) : undefined,
            });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });

  test('every route answers as its own description says, with and without good parameters', async () => {
    const { json: api } = await ask('/openapi.json');
    assert.equal(api.openapi, '3.1.0');
    const examples: Readonly<Record<string, string>> = {
      q: 'media:voice',
      id: callId,
      interactionId: callId,
    };
    const paths = Object.entries<any>(api.paths);
    assert.ok(paths.length >= 7);
    for (const [path, { get }] of paths) {
      const required = get.parameters.filter((one: any) => one.required);
      const inPath = path.replaceAll(/\{(\w+)\}/gu, (_all, name: string) => examples[name] ?? '');
      const query = new URLSearchParams(
        required
          .filter((one: any) => one.in === 'query')
          .map(({ name }: any) => [name, examples[name]]),
      );
      const good = await ask(`${inPath}?${query.toString()}`);
      assert.ok(
        Object.hasOwn(get.responses, String(good.status)),
        `${path}: ${String(good.status)}`,
      );
      assert.ok(good.status < 400, `${path}: ${String(good.status)}`);
      conforms(
        good.json,
        get.responses[String(good.status)].content?.['application/json'].schema,
        path,
      );
      for (const one of get.parameters.filter(({ in: place }: any) => place === 'query')) {
        const bad = await ask(
          `${inPath}?${query.toString()}&${String(one.name)}=1&${String(one.name)}=2`,
        );
        assert.equal(bad.status, 400, path);
        conforms(bad.json, api.components.schemas.Error, path);
      }
      if (query.size > 0) {
        assert.equal((await ask(inPath)).status, 400, path);
      }
      assert.equal((await ask(`${inPath}?${query.toString()}&surprise=1`)).status, 400, path);
      const posted = await ask(inPath, {}, 'POST');
      assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD'], path);
      const stranger = await ask(`${inPath}?${query.toString()}`, { authorization: '' });
      assert.equal(stranger.status, get.security.length === 0 ? 200 : 401, path);
      const head = await ask(`${inPath}?${query.toString()}`, {}, 'HEAD');
      assert.deepEqual([head.status, head.bytes.length], [good.status, 0], path);
    }
  });

  test('finds conversations with transcript, metadata, checksum and snippets, page by page', async () => {
    const ids: string[] = [];
    let after = '';
    do {
      const { json } = await ask(`/api/v1/archive/search?q=media:voice&limit=1${after}`);
      const [hit] = json.hits;
      assert.match(hit.checksum, /^[0-9a-f]{64}$/u);
      assert.match(hit.transcript, /Conversation /u);
      assert.equal(hit.metadata.mediaType, 'voice');
      ids.push(hit.interactionId);
      after = json.next === undefined ? '' : `&after=${encodeURIComponent(json.next)}`;
    } while (after !== '');
    assert.deepEqual(ids.sort(), calls.map(({ id }) => id).sort());
  });

  test('explains a bad search at its place', async () => {
    const { status, json } = await ask('/api/v1/archive/search?q=duration:long');
    assert.equal(status, 400);
    assert.match(json.message, /at character 1/u);
  });

  test('retrieves a file as an attachment, whole, packed and in ranges', async () => {
    const path = `/archive/retrieve?interactionId=${callId}`;
    const whole = await ask(path);
    assert.equal(whole.status, 200);
    assert.match(String(whole.headers['content-disposition']), /^attachment; filename="[\w.-]+"$/u);
    const packed = await ask(`${path}&format=gzip`);
    assert.equal(packed.headers['content-type'], 'application/gzip');
    assert.deepEqual(gunzipSync(packed.bytes), whole.bytes);
    const part = await ask(`${path}&format=gzip`, { range: 'bytes=2-5' });
    assert.equal(part.status, 206);
    assert.deepEqual(part.bytes, packed.bytes.subarray(2, 6));
    const beyond = await ask(`${path}&format=gzip`, { range: 'bytes=999999999-' });
    assert.equal(beyond.status, 416);
    assert.equal((await ask(`${path}&channel=9`)).status, 404);
  });

  test('refuses ids that are paths, and knows none that are not there', async () => {
    for (const id of [
      '../../etc/passwd',
      '..%2f..%2fetc',
      '%00',
      'a/b',
      'con',
      '.',
      '%0d%0aX: y',
    ]) {
      const { status } = await ask(`/archive/retrieve?interactionId=${encodeURIComponent(id)}`);
      assert.equal(status, 400, id);
    }
    for (const id of ['..%2f..%2farchive.json', '%2e%2e%2f', '%ff']) {
      const { status } = await ask(`/api/v1/archive/conversations/${id}`);
      assert.ok(status === 400 || status === 404, id);
    }
    assert.equal((await ask('/archive/retrieve?interactionId=nobody')).status, 404);
    assert.equal((await ask('/api/v1/archive/conversations/nobody')).status, 404);
  });

  test('answers no other host name, so that a name that was rebound gets nothing', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${String(port)}`,
      '127.0.0.1',
      `[::1]:${String(port)}`,
    ]) {
      const { status, json } = await ask('/healthz', { host });
      assert.deepEqual([status, json.code], [403, 'forbiddenHost'], host);
    }
    assert.equal((await ask('/healthz', { host: `localhost:${String(port)}` })).status, 200);
  });

  test('answers no page of another origin, and allows none', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'vscode-webview://x' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const { status, json } = await ask('/healthz', headers);
      assert.deepEqual([status, json.code], [403, 'forbiddenOrigin'], JSON.stringify(headers));
    }
    const own = await ask('/healthz', { origin: `http://127.0.0.1:${String(port)}` });
    assert.equal(own.status, 200);
    assert.equal(own.headers['access-control-allow-origin'], undefined);
    assert.equal((await ask('/healthz', {}, 'OPTIONS')).status, 405);
  });

  test('wants the token in the header: none, another or one in the address is refused', async () => {
    for (const authorization of [
      '',
      'Bearer ',
      'Bearer wrong',
      token,
      `Basic ${token}`,
      `bearer ${token}`,
    ]) {
      assert.equal((await ask('/openapi.json', { authorization })).status, 401, authorization);
    }
    for (const name of ['token', 'access_token', 'API_KEY']) {
      const { status, json } = await ask(`/openapi.json?${name}=${token}`);
      assert.deepEqual([status, json.code], [400, 'tokenInUrl'], name);
      assert.ok(!JSON.stringify(json).includes(token));
    }
  });

  test('takes no bodies and no long addresses', async () => {
    const { status } = await ask('/healthz', { 'content-length': '5' }, 'GET', 'hello');
    assert.equal(status, 413);
    assert.equal((await ask(`/healthz?q=${'x'.repeat(5000)}`)).status >= 400, true);
  });

  test('a request that is none, or smuggles lines, gets a bare 400', async () => {
    for (const text of [
      'NONSENSE\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n`,
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.end(text);
      let answer = '';
      for await (const chunk of socket) {
        answer += String(chunk);
      }
      assert.match(answer, /^HTTP\/1\.1 4\d\d /u);
      assert.ok(!answer.includes('NONSENSE'));
    }
  });

  test('notes every request without query text and token', async () => {
    await ask('/api/v1/archive/search?q=secretword');
    await ask(`/api/v1/archive/conversations/${callId}`);
    const log = await readFile(join(root, 'storage', 'requests.jsonl'), 'utf8');
    assert.ok(!log.includes('secretword') && !log.includes(token));
    const last = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '');
    assert.deepEqual(
      [last.method, last.path, last.status, last.interactionId],
      ['GET', '/api/v1/archive/conversations/{id}', 200, callId],
    );
  });

  test('lives through 10 000 requests at once: the excess is put off, memory stays', async () => {
    const rss = async (): Promise<number> => {
      server.send('rss');
      const [message] = await once(server, 'message');
      return message.rssBytes;
    };
    // What the code itself takes once it has run is no growth.
    for (let index = 0; index < 50; index++) {
      await ask('/api/v1/archive/conversations');
    }
    const before = await rss();
    const counts = new Map<number, number>();
    await Promise.all(
      Array.from({ length: 10_000 }, async () => {
        const status = await ask('/api/v1/archive/conversations').then(
          (answer) => answer.status,
          () => 0,
        );
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }),
    );
    const growthBytes = (await rss()) - before;
    const refused = (counts.get(429) ?? 0) + (counts.get(503) ?? 0);
    const said = JSON.stringify({ growthBytes, counts: [...counts] });
    process.stderr.write(`${said}\n`);
    assert.ok((counts.get(200) ?? 0) > 0 && refused > 0, said);
    assert.equal((counts.get(200) ?? 0) + refused + (counts.get(0) ?? 0), 10_000, said);
    assert.ok(growthBytes <= 64 * 1024 * 1024, said);
  });
});

/** Checks a value against the part of JSON Schema that the description uses. */
function conforms(value: any, schema: any, at: string): void {
  if (schema === undefined || schema.$ref !== undefined) {
    return;
  }
  switch (schema.type) {
    case 'object':
      assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), at);
      for (const name of schema.required ?? []) {
        assert.ok(Object.hasOwn(value, name), `${at}.${String(name)} is missing`);
      }
      for (const [name, inner] of Object.entries<any>(schema.properties)) {
        if (value[name] !== undefined) {
          conforms(value[name], inner, `${at}.${name}`);
        }
      }
      break;
    case 'array':
      assert.ok(Array.isArray(value), at);
      value.forEach((item: any, index: number) => {
        conforms(item, schema.items, `${at}[${String(index)}]`);
      });
      break;
    case 'integer':
      assert.ok(Number.isInteger(value), at);
      break;
    default:
      assert.equal(typeof value, schema.type, at);
  }
}
