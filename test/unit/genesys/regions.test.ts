import assert from 'node:assert/strict';
import { isAppError } from '../../../src/base/appError.ts';
import { regions, resolveRegion, toBaseUrls, toDeepLink } from '../../../src/genesys/regions.ts';
import { parseConversationId } from '../../../src/model/ids.ts';

const isInput = (error: unknown): boolean => isAppError(error, 'input');

suite('resolveRegion', () => {
  test('takes a domain, an AWS region and an address of either host', () => {
    const texts = [
      'mypurecloud.de',
      'eu-central-1',
      'eu_central_1',
      ' EU-Central-1 ',
      'https://api.mypurecloud.de/',
      'login.mypurecloud.de',
      'https://apps.mypurecloud.de/directory/#/engage?x=1',
    ];
    assert.deepEqual([...new Set(texts.map(resolveRegion))], ['mypurecloud.de']);
  });

  test('knows 18 regions, each by domain and by AWS region', () => {
    assert.equal(regions.length, 18);
    for (const { awsRegion, domain } of regions) {
      assert.equal(resolveRegion(awsRegion), domain);
      assert.equal(resolveRegion(domain), domain);
    }
  });

  test('lets an unknown domain pass and refuses what is none', () => {
    assert.equal(resolveRegion('new1.pure.cloud'), 'new1.pure.cloud');
    for (const text of ['', 'nowhere', 'a b.c', 'user@host.com', '-a.b', 'x..y', 'host:99.x']) {
      assert.throws(() => resolveRegion(text), isInput, text);
    }
  });
});

suite('toBaseUrls', () => {
  test('makes the hosts of a domain and takes overrides without their last slash', () => {
    assert.deepEqual(toBaseUrls('mypurecloud.ie'), {
      apiBaseUrl: 'https://api.mypurecloud.ie',
      loginBaseUrl: 'https://login.mypurecloud.ie',
    });
    assert.deepEqual(
      toBaseUrls('mypurecloud.ie', {
        apiBaseUrl: 'http://127.0.0.1:8080/gateway/',
        loginBaseUrl: ' ',
      }),
      {
        apiBaseUrl: 'http://127.0.0.1:8080/gateway',
        loginBaseUrl: 'https://login.mypurecloud.ie',
      },
    );
  });

  test('refuses overrides that would leak credentials', () => {
    for (const apiBaseUrl of [
      'http://example.com',
      'https://user:secret@example.com',
      'https://example.com/?key=1',
      'https://example.com/#x',
      'ftp://localhost',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
      'example.com',
    ]) {
      assert.throws(() => toBaseUrls('mypurecloud.ie', { apiBaseUrl }), isInput, apiBaseUrl);
    }
  });
});

suite('toDeepLink', () => {
  const target = { domain: 'mypurecloud.de', conversationId: parseConversationId('c-1') };

  test('fills the template and refuses anything but https', () => {
    assert.equal(
      toDeepLink('https://apps.{domain}/directory/#/x/{conversationId}', target),
      'https://apps.mypurecloud.de/directory/#/x/c-1',
    );
    assert.throws(() => toDeepLink('command:rm?{conversationId}', target), isInput);
  });
});
