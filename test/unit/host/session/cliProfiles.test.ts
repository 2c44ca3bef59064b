import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../../src/base/appError.ts';
import {
  cliConfigPath,
  parseCliConfig,
  readCliProfiles,
} from '../../../../src/host/session/cliProfiles.ts';

const profile = (lines: readonly string[]): string => ['[one]', ...lines].join('\n');
const client = ['client_credentials = "id-1"', 'client_secret = "LEAK7-secret"'];

suite('profiles of the CLI', () => {
  test('reads client credentials and PKCE profiles, each with its region', () => {
    const { profiles, problems } = parseCliConfig(`
title = "no table"
[DEFAULT]
client_credentials = "id-1"
client_secret = "LEAK7-secret"
environment = "mypurecloud.de"
grant_type = "1"
access_token = "LEAK7-token"
[people]
client_credentials = "id-2"
client_secret = ""
environment = "me_central_1"
grant_type = "3"
redirect_uri = "http://localhost:8080"
["with.dots"]
client_credentials = "id-3"
client_secret = "LEAK7-secret"
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      profiles.map(({ name, credentials }) => [
        name,
        credentials.region,
        credentials.clientId,
        credentials.clientSecret,
      ]),
      [
        ['DEFAULT', 'mypurecloud.de', 'id-1', 'LEAK7-secret'],
        ['people', 'mec1.pure.cloud', 'id-2', undefined],
        ['with.dots', 'mypurecloud.com', 'id-3', 'LEAK7-secret'],
      ],
    );
    assert.ok(!JSON.stringify(profiles).includes('LEAK7-token'));
  });

  for (const [environment, region] of [
    ['eu_central_2', 'euc2.pure.cloud'],
    ['ap_northeast_3', 'apne3.pure.cloud'],
    ['eu-west-1', 'mypurecloud.ie'],
    ['https://api.usw2.pure.cloud', 'usw2.pure.cloud'],
    ['region.of.tomorrow', 'region.of.tomorrow'],
  ] as const) {
    test(`understands the environment ${environment}`, () => {
      const { profiles } = parseCliConfig(profile([...client, `environment = "${environment}"`]));
      assert.equal(profiles[0]?.credentials.apiBaseUrl, `https://api.${region}`);
    });
  }

  test('talks plain http to this machine only', () => {
    const { profiles, problems } = parseCliConfig(
      profile([...client, 'environment = "localhost:8080"']) +
        `\n[two]\n${client.join('\n')}\nenvironment = "http://user:pw@evil.example"`,
    );
    assert.equal(profiles[0]?.credentials.loginBaseUrl, 'http://localhost:8080');
    assert.equal(profiles.length + problems.length, 2);
    assert.ok(profiles.every(({ credentials }) => !credentials.apiBaseUrl.includes('user')));
  });

  test('says for each profile that it cannot use why, without quoting a value', () => {
    const { profiles, problems } = parseCliConfig(`
[implicit]
client_credentials = "LEAK7"
grant_type = "2"
[noid]
client_secret = "LEAK7"
[nosecret]
client_credentials = "LEAK7"
grant_type = "1"
[number]
client_credentials = 5
client_secret = "LEAK7"
[list]
client_credentials = ["LEAK7"]
[date]
client_credentials = "a"
client_secret = 2026-01-01
[region]
client_credentials = "a"
client_secret = "LEAK7"
environment = "LEAK7 nowhere"
[newline]
client_credentials = "a"
client_secret = "LEAK7\\r\\nx: y"
[__proto__]
client_credentials = "a"
`);
    assert.deepEqual(profiles, []);
    assert.equal(problems.length, 9);
    assert.ok(!problems.join().includes('LEAK7'));
    assert.match(problems.join('\n'), /^implicit: The implicit grant/u);
    assert.match(problems.join('\n'), /^number: A value is not a text: client_credentials$/mu);
  });

  test('refuses what is no TOML, without quoting the line', () => {
    for (const text of [
      'client_secret = LEAK7',
      '[a\nLEAK7',
      '\u0000LEAK7',
      `a = ${'['.repeat(1e4)}`,
    ]) {
      assert.throws(
        () => parseCliConfig(text),
        (error) =>
          isAppError(error, 'input') &&
          error.message.includes('not valid TOML') &&
          !JSON.stringify([error.message, String(error.cause)]).includes('LEAK7'),
      );
    }
  });

  suite('on disk', () => {
    let home = '';
    setup(() => {
      home = mkdtempSync(join(tmpdir(), 'genesys-archive-cli-'));
      mkdirSync(join(home, '.gc'));
    });
    teardown(() => {
      rmSync(home, { recursive: true, force: true });
    });
    const refusal = async (): Promise<string> => {
      try {
        await readCliProfiles(home, {});
      } catch (error) {
        assert.ok(isAppError(error));
        return `${error.code}: ${error.message}`;
      }
      return 'nothing';
    };

    test('finds nothing when neither file nor variables are there', async () => {
      assert.deepEqual(await readCliProfiles(home, {}), { profiles: [], problems: [] });
      assert.deepEqual(await readCliProfiles(join(home, 'nobody'), {}), {
        profiles: [],
        problems: [],
      });
    });

    test('puts the variables before the file, and takes no access token', async () => {
      writeFileSync(cliConfigPath(home), profile(client));
      const { profiles } = await readCliProfiles(home, {
        GENESYSCLOUD_REGION: 'eu_central_1',
        GENESYSCLOUD_OAUTHCLIENT_ID: 'id-env',
        GENESYSCLOUD_OAUTHCLIENT_SECRET: 'LEAK7-env',
        GENESYSCLOUD_ACCESS_TOKEN: 'LEAK7-token',
      });
      assert.deepEqual(
        profiles.map(({ name, credentials }) => [name, credentials.clientId, credentials.region]),
        [
          [undefined, 'id-env', 'mypurecloud.de'],
          ['one', 'id-1', 'mypurecloud.com'],
        ],
      );
      assert.ok(!JSON.stringify(profiles).includes('LEAK7-token'));
    });

    test('refuses a huge file, a folder and a pipe, and waits for none of them', async () => {
      writeFileSync(cliConfigPath(home), 'x'.repeat(1_048_577));
      assert.match(await refusal(), /^input: .*at most 1 MB/u);
      rmSync(cliConfigPath(home));
      mkdirSync(cliConfigPath(home));
      assert.match(await refusal(), /^input: .*no ordinary file/u);
      rmSync(cliConfigPath(home), { recursive: true });
      if (process.platform !== 'win32') {
        execFileSync('mkfifo', [cliConfigPath(home)]);
        assert.match(await refusal(), /^input: .*no ordinary file/u);
      }
    });

    test('says that a file may not be read', async function () {
      if (process.platform === 'win32' || process.getuid?.() === 0) {
        this.skip();
      }
      writeFileSync(cliConfigPath(home), profile(client));
      chmodSync(cliConfigPath(home), 0o000);
      assert.match(await refusal(), /^storage: .*permissions.*EACCES$/u);
    });
  });
});
