/**
 * Drives every error path with marked secrets against servers that repeat all they were told, and searches whatever comes out:
 * log, errors, what a person reads, diagnostics, files, requests. Names and words of people are looked for wherever the product
 * can know them; a foreign error that quotes them cannot be told from one that does not.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Archive } from '../../src/archive/archive.ts';
import { downloadConversation } from '../../src/archive/downloadConversation.ts';
import { isCancellation } from '../../src/base/appError.ts';
import type { Clock } from '../../src/base/clock.ts';
import {
  decodeCallback,
  decodePastedCallback,
  exchangeCode,
} from '../../src/genesys/authorization.ts';
import { GenesysClient } from '../../src/genesys/genesysClient.ts';
import { requestToken } from '../../src/genesys/tokenEndpoint.ts';
import { ClientCredentialsTokenSource } from '../../src/genesys/tokenSource.ts';
import {
  parseCommunicationId,
  parseConversationId,
  parseOrganisationId,
  parseUserId,
} from '../../src/model/ids.ts';
import { noFilters } from '../../src/query/conversationQuery.ts';
import { withFolder } from '../support/archivedSample.ts';
import { FakeClock } from '../support/fakeClock.ts';
import {
  errorAnswer,
  failingAnswers,
  gossip,
  textAnswer,
  type Respond,
} from '../support/gossipingServer.ts';
import { leakCheck } from '../support/leakCheck.ts';
import { ScriptedServer, sendJson } from '../support/scriptedServer.ts';
import {
  credentials,
  everything,
  findMarkers,
  personal,
  readAllFiles,
} from '../support/secretMarkers.ts';
import { SecretOutputs } from '../support/secretOutputs.ts';

const never = new AbortController().signal;
const clientId = '0c000000-0000-4000-8000-000000000001';
const conversationId = parseConversationId('c0000000-0000-4000-8000-000000000001');
const communicationId = parseCommunicationId('a0000000-0000-4000-8000-000000000001');
const recordingId = 'b0000000-0000-4000-8000-000000000001';
const userId = 'f0000000-0000-4000-8000-000000000001';
const region = 'mypurecloud.de';
const organisationId = '11111111-0000-4000-8000-000000000001';

suite('Secrets on every error path', function () {
  this.timeout(60_000);
  leakCheck();
  let outputs: SecretOutputs;
  let server: ScriptedServer;
  let otherHost: ScriptedServer;
  /** Answers of the login host and of the API; paths of files are answered by `media`. */
  let login: Respond;
  let api: Respond;
  let media: Respond;

  const goodToken = textAnswer(
    JSON.stringify({
      access_token: credentials.accessToken,
      refresh_token: credentials.refreshToken,
      token_type: 'bearer',
      expires_in: 3600,
    }),
  );
  const goodMedia: Respond = (response) => {
    response.writeHead(200, { 'content-type': 'audio/wav' });
    response.end('RIFF');
  };

  setup(async () => {
    outputs = new SecretOutputs();
    login = goodToken;
    api = errorAnswer(500);
    media = goodMedia;
    otherHost = await ScriptedServer.start((_request, response) => {
      response.end(gossip);
    });
    server = await ScriptedServer.start((request, response) => {
      const respond = request.path.startsWith('/oauth/')
        ? login
        : request.path.startsWith('/MediaCache/')
          ? media
          : api;
      respond(response, request);
    });
  });
  teardown(async () => {
    await server.close();
    await otherHost.close();
  });

  const clock = (): Clock => {
    const fake = new FakeClock();
    fake.isAutomatic = true;
    return fake;
  };
  const connect = (baseUrl = server.url): GenesysClient => {
    const deps = {
      apiBaseUrl: baseUrl,
      loginBaseUrl: baseUrl,
      clock: clock(),
      log: outputs.log.child('genesys'),
      retry: { maxRetries: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1, random: () => 0 },
    };
    const tokens = new ClientCredentialsTokenSource({
      ...deps,
      clientId,
      clientSecret: credentials.clientSecret,
    });
    return new GenesysClient({ ...deps, tokens });
  };
  /** Runs what may fail; whatever it throws or gives is an output. */
  const drive = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      assert.ok(!isCancellation(error));
      outputs.addError(error);
    }
  };
  const callEverything = async (client: GenesysClient): Promise<void> => {
    await drive(() => client.fetchOrganisation(never));
    await drive(async () => {
      const page = await client.listConversations(
        {
          interval: { startMs: 0, endMs: 1000 },
          filters: { ...noFilters, number: personal.phone },
        },
        { pageNumber: 1, pageSize: 10 },
        never,
      );
      outputs.add('reasons', JSON.stringify(page.undecodable.map(({ reason }) => reason)));
    });
    await drive(() => client.fetchConversation(conversationId, never));
    await drive(() =>
      client.fetchRecordings(conversationId, { format: 'WAV', maxWaitMs: 1000 }, never),
    );
    await drive(() => client.fetchTranscriptLinks(conversationId, communicationId, never));
    await drive(() => client.names.resolve({ userIds: [parseUserId(userId)] }, never));
    await drive(() => client.names.searchUsers(personal.personName, never));
    await drive(async () => {
      outputs.add('report', JSON.stringify(await client.fetchPermissionReport(never)));
    });
  };
  /** Tokens go to the API in their header, the secret to the login host in its; nothing else goes anywhere. */
  const checkRequests = (): void => {
    for (const { path, headers, body } of server.requests) {
      const isMedia = path.startsWith('/MediaCache/');
      const expected = isMedia ? { ...everything, signature: credentials.accessToken } : everything;
      assert.deepEqual(findMarkers(decodeURIComponent(path), expected), [], path);
      const { authorization, ...others } = headers;
      assert.deepEqual(findMarkers(JSON.stringify(others), everything), [], path);
      assert.equal(authorization !== undefined, !isMedia, path);
      assert.deepEqual(findMarkers(body, credentials), [], path);
    }
    for (const { headers, path } of otherHost.requests) {
      assert.equal(headers.authorization, undefined);
      assert.deepEqual(findMarkers(`${path} ${JSON.stringify(headers)}`, everything), []);
    }
  };

  for (const [name, respond] of Object.entries(failingAnswers)) {
    test(`nothing leaks when the login host answers with ${name}`, async () => {
      login = respond;
      await drive(() => connect().fetchOrganisation(never));
      outputs.check();
      checkRequests();
    });

    test(`nothing leaks of a code, its verifier and a refresh token when the login host answers with ${name}`, async () => {
      login = respond;
      const endpoint = { loginBaseUrl: server.url, clock: clock() };
      const attempt = {
        clientId,
        redirectUri: 'http://localhost:1/callback',
        state: credentials.shortToken,
        verifier: credentials.verifier,
      };
      await drive(() => exchangeCode(endpoint, attempt, credentials.authorizationCode, never));
      await drive(() =>
        requestToken(
          endpoint,
          {
            form: { grant_type: 'refresh_token', refresh_token: credentials.refreshToken },
            basicAuth: { id: clientId, secret: credentials.clientSecret },
          },
          never,
        ),
      );
      outputs.check();
    });

    test(`nothing leaks when the API answers with ${name}`, async () => {
      api = respond;
      await callEverything(connect());
      outputs.check();
      checkRequests();
    });
  }

  test('nothing leaks when the browser comes back with a refusal, or is pasted from elsewhere', async () => {
    const state = credentials.shortToken;
    for (const error of ['access_denied', 'invalid_request', gossip, credentials.accessToken]) {
      const query = new URLSearchParams({ error, error_description: gossip, state });
      const answer = decodeCallback(query, state);
      assert.ok(answer?.kind === 'refused');
      outputs.addError(answer.error);
    }
    for (const pasted of [`http://localhost/?code=${credentials.authorizationCode}`, gossip]) {
      await drive(() => Promise.resolve().then(() => decodePastedCallback(pasted, state)));
    }
    outputs.check();
  });

  test('nothing leaks, and no token follows, when an answer redirects to another host', async () => {
    for (const status of [301, 302, 307, 308]) {
      const redirect: Respond = (response) => {
        response.writeHead(status, {
          location: `${otherHost.url}/?token=${credentials.accessToken}`,
        });
        response.end(gossip);
      };
      api = redirect;
      await callEverything(connect());
      login = redirect;
      await drive(() => connect().fetchOrganisation(never));
      login = goodToken;
    }
    assert.equal(otherHost.requests.length, 0);
    outputs.check();
    checkRequests();
  });

  test('nothing leaks when the host refuses connections, or does not speak TLS', async () => {
    const { port } = new URL(server.url);
    await callEverything(connect('http://127.0.0.1:1'));
    await callEverything(connect(`https://127.0.0.1:${port}`));
    outputs.check();
  });

  test('nothing leaks when a link to a file fails in any way', async () => {
    const path = `/MediaCache/x?Expires=1&Signature=${credentials.signature}`;
    const link = `${server.url}${path}`;
    const { port } = new URL(server.url);
    const open = async (url: string): Promise<void> =>
      drive(async () => {
        // A client of its own: after so many failures a client leaves the host alone for a while.
        const { body } = await connect().openMedia(url, { fromByte: 5 }, never);
        for await (const chunk of body) {
          assert.ok(chunk.length > 0);
        }
      });
    for (const respond of Object.values(failingAnswers)) {
      media = respond;
      await open(link);
    }
    for (const location of [
      `${otherHost.url}/file`,
      `http://127.0.0.1:1${path}`,
      `ftp://x/${path}`,
      `http://[${path}`,
      '',
    ]) {
      media = (response) => {
        response.writeHead(302, { location });
        response.end();
      };
      await open(link);
    }
    await open(`https://127.0.0.1:${port}${path}`);
    await open(`http://127.0.0.1:1${path}`);
    await open(`not a link?Signature=${credentials.signature}`);
    await open(`http://user:${credentials.clientSecret}@127.0.0.1:1${path}`);
    assert.equal(otherHost.requests.length, 1);
    outputs.check();
    checkRequests();
  });

  test('downloads leave no credential and no signed link on the disk, whatever goes wrong', async () => {
    const link = (file: string): string =>
      `${server.url}/MediaCache/${file}?Expires=1&Signature=${credentials.signature}&Key-Pair-Id=K`;
    const answers: readonly (readonly [RegExp, unknown])[] = [
      [
        /\/details$/u,
        {
          conversationId,
          conversationStart: '2026-11-04T12:00:00.000Z',
          conversationEnd: '2026-11-04T12:10:00.000Z',
          participants: [
            {
              participantId: 'd0000000-0000-4000-8000-000000000001',
              participantName: personal.personName,
              purpose: 'customer',
              sessions: [
                { sessionId: communicationId, mediaType: 'voice', ani: `tel:${personal.phone}` },
              ],
            },
          ],
        },
      ],
      [
        /\/recordings\?/u,
        [
          {
            id: recordingId,
            conversationId,
            sessionId: communicationId,
            media: 'audio',
            fileState: 'AVAILABLE',
            mediaUris: { '0': { mediaUri: link('0') }, '1': { mediaUri: link('1') } },
            note: link('note'),
          },
        ],
      ],
      [/\/transcripturls$/u, { urls: [{ recording: { id: recordingId }, url: link('words') }] }],
      [/\/transcripturl$/u, { url: link('words') }],
    ];
    api = (response, request) => {
      const found = answers.find(([pattern]) => pattern.test(request.path));
      if (found === undefined) {
        errorAnswer(404)(response, request);
      } else {
        sendJson(response, 200, found[1]);
      }
    };
    const identity = {
      organisationId: parseOrganisationId(organisationId),
      region,
    };
    await withFolder(async (folder) => {
      const { log } = outputs;
      let round = 0;
      for (const respond of [...Object.values(failingAnswers), goodMedia]) {
        media = respond;
        const deps = { clock: clock(), log };
        const root = join(folder, String(round++));
        const archive = await Archive.open(root, identity, deps, never);
        await drive(async () => {
          const report = await downloadConversation(
            { source: connect(), archive, ...deps },
            {
              conversationId,
              parts: ['recordings', 'transcripts'],
              format: 'WAV',
              maxTranscodeWaitMs: 1000,
            },
            ({ step }) => {
              outputs.add('progress', step);
            },
            never,
          );
          outputs.add('absences', JSON.stringify(report));
        });
      }
      const files = readAllFiles(folder);
      assert.ok([...files.keys()].some((path) => path.endsWith('manifest.json')));
      for (const [path, content] of files) {
        // What the media server sent is stored as it came: here it gossips, so only our own files are searched for people.
        const isReceived = path.includes('/recordings/') || path.includes('/transcripts/');
        const isOurs = /(?:manifest|archive)\.json$/u.test(path);
        assert.deepEqual(findMarkers(path, everything), [], path);
        if (!isReceived || /\.json(?:\.gz)?$/u.test(path)) {
          const found = findMarkers(content, isOurs ? everything : credentials);
          const isGossip = path.includes('/transcripts/') && content.includes(gossip.slice(0, 9));
          assert.ok(found.length === 0 || isGossip, `${path}: ${found.join(', ')}`);
        }
      }
      const blocked = join(folder, 'blocked');
      writeFileSync(blocked, '');
      await drive(() =>
        Archive.open(join(blocked, 'archive'), identity, { clock: clock(), log }, never),
      );
    });
    outputs.check();
    checkRequests();
  });
});
