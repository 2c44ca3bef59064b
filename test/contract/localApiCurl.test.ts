/** The loopback API as `curl` sees it: a client that we did not write, which sends what Node's refuses to. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiToken, LocalApiBench, recordedId } from '../support/localApiBench.ts';
import { skipBecause } from '../support/runMocha.ts';

const run = promisify(execFile);
const auth = ['-H', `Authorization: Bearer ${apiToken}`];

interface CurlAnswer {
  readonly status: number;
  /** Of all header lines, as they came. */
  readonly head: string;
  readonly body: string;
}

suite('the local API by curl', function () {
  this.timeout(60_000);
  let bench: LocalApiBench;

  suiteSetup(async function () {
    const version = await run('curl', ['--version']).catch(() => undefined);
    if (version === undefined) {
      skipBecause(this, 'there is no curl on this machine');
    }
    bench = await LocalApiBench.start();
  });
  suiteTeardown(async () => {
    await (bench as LocalApiBench | undefined)?.stop();
  });

  /** `--path-as-is`: what is tried here must not be tidied up by curl. */
  const curl = async (path: string, ...args: readonly string[]): Promise<CurlAnswer> => {
    const { stdout } = await run(
      'curl',
      [
        '-sS',
        '-i',
        '-q',
        '--noproxy',
        '*',
        '-m',
        '20',
        '--path-as-is',
        ...args,
        bench.origin + path,
      ],
      { maxBuffer: 64 << 20 },
    );
    const [head = '', ...rest] = stdout.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
  };
  const codeOf = ({ body }: CurlAnswer): unknown => JSON.parse(body).code;

  test('answers with the token in the header, and tells caches and browsers to keep off', async () => {
    const { status, head, body } = await curl('/api/v1/archive/search?q=parcel', ...auth);
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).hits[0].interactionId, recordedId);
    assert.match(head, /^Cache-Control: no-store\r$/mu);
    assert.match(head, /^X-Content-Type-Options: nosniff\r$/mu);
    assert.ok(!/^Access-Control-/imu.test(head));
  });

  test('saves a recording under the name that the server gives it, byte for byte', async () => {
    const path = `/archive/retrieve?interactionId=${recordedId}&channel=1`;
    const target = join(bench.root, 'saved');
    const { stdout } = await run('curl', [
      ...['-sSJO', '-q', '--noproxy', '*', '--create-dirs', '--output-dir', target, ...auth],
      ...['-w', '%{filename_effective}', bench.origin + path],
    ]);
    const saved = await readFile(stdout.startsWith('/') ? stdout : join(target, stdout));
    const { body } = await curl(`/api/v1/archive/conversations/${recordedId}`, ...auth);
    const file = JSON.parse(body).files.find((one: any) => one.channel === '1');
    assert.ok(file.path.endsWith(stdout.split('/').at(-1)), stdout);
    assert.equal(saved.length, file.sizeBytes);
  });

  test('refuses no token, another one, one of another scheme and one in the address', async () => {
    const path = '/openapi.json';
    assert.equal((await curl(path)).status, 401);
    assert.match((await curl(path)).head, /^WWW-Authenticate: Bearer /mu);
    assert.equal((await curl(path, '-H', 'Authorization: Bearer wrong')).status, 401);
    assert.equal((await curl(path, '-u', `user:${apiToken}`)).status, 401);
    const inUrl = await curl(`${path}?access_token=${apiToken}`);
    assert.deepEqual([inUrl.status, codeOf(inUrl)], [400, 'tokenInUrl']);
    const both = await curl(`${path}?token=${apiToken}`, ...auth);
    assert.deepEqual([both.status, codeOf(both)], [400, 'tokenInUrl']);
    assert.ok(!both.body.includes(apiToken));
  });

  test('refuses another Host, also one that is rebound to this machine, and another Origin', async () => {
    const port = String(bench.port);
    const { stdout } = await run('curl', [
      ...['-sS', '-q', '--noproxy', '*', '--resolve', `rebound.example:${port}:127.0.0.1`, ...auth],
      `http://rebound.example:${port}/openapi.json`,
    ]);
    assert.equal(JSON.parse(stdout).code, 'forbiddenHost');
    for (const header of [
      'Host: evil.example',
      'Host;',
      `Host: 127.0.0.1:${port}.evil.example`,
      'Host: 127.0.0.1:1',
      `Host: 127.0.0.1:${port}\r\nHost: evil.example`,
    ]) {
      const reply = await curl('/openapi.json', ...auth, '-H', header);
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'forbiddenHost'], header);
    }
    // Without any it is no HTTP/1.1 (RFC 9112 section 3.2).
    assert.equal((await curl('/openapi.json', ...auth, '-H', 'Host:')).status, 400);
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:1`]) {
      const reply = await curl('/openapi.json', ...auth, '-H', `Origin: ${origin}`);
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'forbiddenOrigin'], origin);
    }
    const preflight = await curl(
      '/openapi.json',
      ...['-X', 'OPTIONS', '-H', 'Origin: https://evil.example'],
      ...['-H', 'Access-Control-Request-Method: GET'],
    );
    assert.equal(preflight.status, 403);
    assert.ok(!/^Access-Control-/imu.test(preflight.head));
  });

  test('answers other methods with 405 and Allow, and bodies with 413', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      const { status, head } = await curl('/healthz', '-X', method);
      assert.equal(status, 405, method);
      assert.match(head, /^Allow: GET, HEAD\r$/mu);
    }
    const file = join(bench.root, 'large');
    await writeFile(file, Buffer.alloc(32 << 20));
    const { status } = await curl('/healthz', '-X', 'GET', '--data-binary', `@${file}`);
    assert.equal(status, 413);
    const chunked = ['-X', 'GET', '-H', 'Transfer-Encoding: chunked', '--data-binary', 'x'];
    assert.equal((await curl('/healthz', ...chunked)).status, 413);
  });

  test('says what is missing (400), and what is not there (404)', async () => {
    const missing = await curl('/archive/retrieve', ...auth);
    assert.equal(missing.status, 400);
    assert.match(missing.body, /interactionId is missing/u);
    assert.equal((await curl('/api/v1/archive/search', ...auth)).status, 400);
    assert.equal((await curl('/archive/retrieve?interactionId=nobody', ...auth)).status, 404);
    assert.equal((await curl('/api/v1/archive/conversations/nobody', ...auth)).status, 404);
    assert.equal((await curl('/nowhere', ...auth)).status, 404);
    assert.equal((await curl('/api/v1/archive/search/', ...auth)).status, 404);
  });

  test('reads no file by tricks in paths and ids', async () => {
    const tricks = [
      '/../../../../etc/passwd',
      '/archive/../../../etc/passwd',
      '//etc/passwd',
      '/archive/retrieve?interactionId=../../archive.json',
      '/archive/retrieve?interactionId=..%2f..%2farchive.json',
      '/archive/retrieve?interactionId=..%5c..%5carchive.json',
      '/archive/retrieve?interactionId=%252e%252e%252f',
      `/archive/retrieve?interactionId=${recordedId}%00.json`,
      `/archive/retrieve?interactionId=${recordedId}/../${recordedId}`,
      `/archive/retrieve?interactionId=${recordedId}&recordingId=../..&channel=../../manifest`,
      '/api/v1/archive/conversations/..%2f..%2farchive.json',
      '/api/v1/archive/conversations/%2e%2e',
      '/api/v1/archive/conversations/',
      'http://evil.example/',
    ];
    for (const trick of tricks) {
      const args = trick.startsWith('http') ? ['--request-target', trick] : [];
      const { status, body } = await curl(args.length === 0 ? trick : '/', ...auth, ...args);
      assert.ok(status === 400 || status === 404, `${trick}: ${String(status)}`);
      assert.ok(!/root:|formatVersion/u.test(body), trick);
    }
  });

  test('puts nothing of a request into the headers of its answer', async () => {
    const injections = [
      `/archive/retrieve?interactionId=${recordedId}%0d%0aX-Injected:%20yes`,
      `/archive/retrieve?interactionId=${recordedId}&channel=0%0d%0aX-Injected:%20yes`,
      '/api/v1/archive/search?q=%22%0d%0aX-Injected:%20yes%22',
      '/api/v1/archive/conversations/%0d%0aX-Injected:%20yes',
    ];
    for (const path of injections) {
      const { head } = await curl(path, ...auth);
      assert.ok(!/^X-Injected/imu.test(head), path);
    }
    const smuggled = await curl('/healthz', '-H', 'X-A: b\r\nX-Injected: yes');
    assert.ok(!/^X-Injected/imu.test(smuggled.head));
    const long = await curl('/healthz', '-H', `X-Long: ${'x'.repeat(20_000)}`);
    assert.equal(long.status, 400);
    assert.equal(codeOf(long), 'input');
  });

  test('puts off what comes too fast with 429 and Retry-After, and answers again after that', async () => {
    const { stdout } = await run(
      'curl',
      ['-sS', '-i', '-q', '--noproxy', '*', `${bench.origin}/nowhere/[1-1500]`],
      { maxBuffer: 64 << 20 },
    );
    const putOff = [...stdout.matchAll(/^HTTP\/1\.1 429 /gmu)].length;
    assert.ok(putOff > 0, 'some are put off');
    assert.ok([...stdout.matchAll(/^Retry-After: 1\r$/gmu)].length >= putOff);
    const retry = ['--retry', '3', '--fail'];
    assert.equal((await curl('/healthz', ...retry)).status, 200);
  });
});
