/** What the loopback API answers and refuses, over real HTTP against a real archive. Its description is checked beside this. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import {
  apiToken as token,
  LocalApiBench,
  recordedId,
  type ApiReply,
} from '../support/localApiBench.ts';

suite('the local API', function () {
  this.timeout(60_000);
  let bench: LocalApiBench;
  let callId = '';

  suiteSetup(async () => {
    bench = await LocalApiBench.start();
    callId = bench.calls[0]?.id ?? '';
  });
  suiteTeardown(async () => {
    await bench.stop();
  });

  const ask = (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
    body?: string,
  ): Promise<ApiReply> =>
    bench.ask(path, { headers, method, ...(body === undefined ? {} : { body }) });

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
    assert.deepEqual(ids.sort(), [recordedId, ...bench.calls.map(({ id }) => id)].sort());
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

  test('retrieves what the archive packed by zstd: unpacked, and packed anew by gzip', async () => {
    const folder = join(bench.archivePath, bench.calls[1]?.folder ?? '');
    const id = bench.calls[1]?.id ?? '';
    const packed = await readFile(join(folder, 'conversation.json.gz'));
    const manifestPath = join(folder, 'manifest.json');
    const manifest = await readFile(manifestPath, 'utf8');
    const content = gunzipSync(packed);
    await writeFile(join(folder, 'conversation.json.zst'), zstdCompressSync(content));
    await rm(join(folder, 'conversation.json.gz'));
    await writeFile(
      manifestPath,
      manifest.replace('conversation.json.gz', 'conversation.json.zst'),
    );
    const path = `/archive/retrieve?interactionId=${id}`;
    const original = await ask(path);
    assert.deepEqual(original.bytes, content);
    assert.match(String(original.headers['content-disposition']), /"conversation\.json"/u);
    const again = await ask(`${path}&format=gzip`);
    assert.deepEqual(gunzipSync(again.bytes), content);
    assert.match(String(again.headers['content-disposition']), /"conversation\.json\.gz"/u);
    const { json } = await ask(`/api/v1/archive/search?q=${encodeURIComponent('day:2026-06-01')}`);
    const hit = json.hits.find((one: any) => one.interactionId === id);
    assert.match(hit.checksum, /^[0-9a-f]{64}$/u);
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
      `evil.example:${String(bench.port)}`,
      '127.0.0.1',
      `[::1]:${String(bench.port)}`,
    ]) {
      const { status, json } = await ask('/healthz', { host });
      assert.deepEqual([status, json.code], [403, 'forbiddenHost'], host);
    }
    assert.equal((await ask('/healthz', { host: `localhost:${String(bench.port)}` })).status, 200);
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
    const own = await ask('/healthz', { origin: `http://127.0.0.1:${String(bench.port)}` });
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
      const socket = connect(bench.port, '127.0.0.1');
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
    const log = await readFile(join(bench.root, 'storage', 'requests.jsonl'), 'utf8');
    assert.ok(!log.includes('secretword') && !log.includes(token));
    const last = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '');
    assert.deepEqual(
      [last.method, last.path, last.status, last.interactionId],
      ['GET', '/api/v1/archive/conversations/{id}', 200, callId],
    );
  });

  test('lives through 10 000 requests at once: the excess is put off, memory stays', async () => {
    // What the code itself takes once it has run is no growth.
    for (let index = 0; index < 50; index++) {
      await ask('/api/v1/archive/conversations');
    }
    const before = await bench.readRssBytes();
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
    const growthBytes = (await bench.readRssBytes()) - before;
    const refused = (counts.get(429) ?? 0) + (counts.get(503) ?? 0);
    const said = JSON.stringify({ growthBytes, counts: [...counts] });
    process.stderr.write(`${said}\n`);
    assert.ok((counts.get(200) ?? 0) > 0 && refused > 0, said);
    assert.equal((counts.get(200) ?? 0) + refused + (counts.get(0) ?? 0), 10_000, said);
    assert.ok(growthBytes <= 64 * 1024 * 1024, said);
  });
});
