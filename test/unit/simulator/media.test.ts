import assert from 'node:assert/strict';

import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { parseByteRange } from '../../simulator/media/byteRange.ts';
import { leakCheck } from '../../support/leakCheck.ts';
import { logIn, send, type Call } from '../../support/simulatorClient.ts';
import {
  agentSessionId,
  archivedIndex,
  conversationId,
  createSmallOrganisation,
  customerSessionId,
  hourMs,
  lateIndex,
  recordedIndex,
  smallStartMs,
  toBytes,
} from '../../support/smallOrganisation.ts';

const recordings = (index: number, query: string): string =>
  `/api/v2/conversations/${conversationId(index)}/recordings?${query}`;

suite('simulator: media', () => {
  leakCheck();
  let simulator: Simulator;
  let call: Call;
  const lateEndMs = smallStartMs + lateIndex * hourMs + 600_000;

  setup(async () => {
    simulator = await startSimulator({
      organisation: createSmallOrganisation(),
      nowMs: () => lateEndMs,
      mediaLinkLifeSeconds: 60,
    });
    call = await logIn(simulator);
  });
  teardown(() => simulator.stop());

  const mediaUri = async (channel = '0'): Promise<string> => {
    const { json } = await call('GET', recordings(4, 'formatId=WAV'));
    return String(json[0].mediaUris[channel].mediaUri);
  };

  test('answers 202 with an empty body until transcoded, anew for each format', async () => {
    const statuses: number[] = [];
    for (const format of ['WAV', 'WAV', 'WAV', 'WAV_ULAW', 'NONE', 'WAV']) {
      const answer = await call('GET', recordings(recordedIndex, `formatId=${format}`));
      statuses.push(answer.status);
      assert.equal(answer.text === '', answer.status === 202);
    }
    assert.deepEqual(statuses, [202, 202, 200, 202, 200, 200]);
  });

  test('links one file for each channel, none for NONE, archived and text media', async () => {
    const voice = await call('GET', recordings(4, 'formatId=WAV'));
    assert.deepEqual(Object.keys(voice.json[0].mediaUris), ['0', '1']);
    assert.deepEqual(voice.json[0].mediaUris['0'].waveformData, [0.5, 0.75, 0.5]);
    const channels = [await send(await mediaUri('0')), await send(await mediaUri('1'))];
    assert.notEqual(channels[0]?.text, channels[1]?.text);
    for (const path of [
      recordings(4, 'formatId=NONE'),
      recordings(archivedIndex, 'formatId=WAV'),
      recordings(3, 'formatId=WAV'),
    ]) {
      assert.equal((await call('GET', path)).json[0].mediaUris, undefined);
    }
    const metadata = await call(
      'GET',
      `/api/v2/conversations/${conversationId(4)}/recordingmetadata`,
    );
    assert.deepEqual(
      [metadata.json[0].startTime, metadata.json[0].annotations],
      [undefined, undefined],
    );
  });

  test('serves real files of every compressed format, one for each channel', async () => {
    for (const [query, contentType, magic] of [
      ['', 'audio/webm', '\u001aE\u00df\u00a3'],
      ['formatId=OGG_OPUS', 'audio/ogg', 'OggS'],
      ['formatId=OGG_VORBIS', 'audio/ogg', 'OggS'],
      ['formatId=MP3', 'audio/mpeg', 'ID3'],
      ['mediaFormats=WEBM&mediaFormats=WAV', 'audio/webm', '\u001aE\u00df\u00a3'],
    ] as const) {
      const answered = await call('GET', recordings(4, query));
      assert.equal(answered.status, 200);
      const files: Buffer[] = [];
      for (const { mediaUri } of Object.values<any>(answered.json[0].mediaUris)) {
        const response = await fetch(mediaUri);
        assert.equal(response.headers.get('content-type'), contentType);
        files.push(Buffer.from(await response.arrayBuffer()));
      }
      assert.equal(files.length, 2);
      assert.ok(files.every((file) => file.toString('latin1').startsWith(magic)));
      assert.notDeepEqual(files[0], files[1]);
    }
  });

  test('serves ranges with validators, and the whole file when the validator is stale', async () => {
    const url = await mediaUri();
    const whole = await fetch(url);
    const bytes = Buffer.from(await whole.arrayBuffer());
    assert.deepEqual(bytes, Buffer.from(toBytes('0 WAV')));
    const etag = whole.headers.get('etag') ?? '';
    const ask = async (range: string, ifRange?: string): Promise<readonly unknown[]> => {
      const response = await fetch(url, {
        headers: { Range: range, ...(ifRange !== undefined && { 'If-Range': ifRange }) },
      });
      const body = Buffer.from(await response.arrayBuffer());
      return [response.status, response.headers.get('content-range'), body.byteLength];
    };
    assert.deepEqual(await ask('bytes=900-'), [206, 'bytes 900-999/1000', 100]);
    assert.deepEqual(await ask('bytes=900-', etag), [206, 'bytes 900-999/1000', 100]);
    assert.deepEqual(await ask('bytes=900-', '"stale"'), [200, null, 1000]);
    assert.deepEqual(await ask('bytes=1000-'), [416, 'bytes */1000', 0]);
  });

  test('reads byte ranges as RFC 9110 has them', () => {
    const cases: readonly (readonly [string | undefined, unknown])[] = [
      [undefined, undefined],
      ['bytes=0-0', { first: 0, last: 0 }],
      ['bytes=5-', { first: 5, last: 9 }],
      ['bytes=5-99', { first: 5, last: 9 }],
      ['bytes=-3', { first: 7, last: 9 }],
      ['bytes=-99', { first: 0, last: 9 }],
      ['bytes=-0', 'unsatisfiable'],
      ['bytes=10-', 'unsatisfiable'],
      ['bytes=6-5', undefined],
      ['bytes=0-1,3-4', undefined],
      ['bytes=-', undefined],
      ['lines=1-2', undefined],
    ];
    for (const [header, expected] of cases) {
      assert.deepEqual(parseByteRange(header, 10), expected, header);
    }
  });

  test('refuses expired and tampered links with XML, and bearer tokens outright', async () => {
    const url = await mediaUri();
    const spoilt = [
      url.replace('AUDIO_0', 'AUDIO_1'),
      url.replace(/Expires=\d+/, 'Expires=9999999999'),
      url.replace(/Signature=./, 'Signature=*'),
      url.replace('attachment', 'inline'),
      url.replace(/&Signature=[^&]*/, ''),
    ];
    for (const link of spoilt) {
      const answer = await send(link);
      assert.equal(answer.status, 403, link);
      assert.match(answer.text, /^<\?xml.*<Code>/);
    }
    const leaked = await send(url, { headers: { Authorization: 'Bearer any' } });
    assert.equal(leaked.status, 400);
    assert.equal((await send(url)).status, 200);
    assert.equal(
      simulator.control
        .requests()
        .filter((one) => one.hasBearer && one.path.startsWith('/downloads')).length,
      1,
    );
    simulator.control.advanceClock(60_000);
    const expired = await send(url);
    assert.equal(expired.status, 403);
    assert.match(expired.text, /Request has expired/);
  });

  test('hides transcripts of agents’ sessions and those that are not ready yet', async () => {
    const links = (index: number, session: string, kind: string): string =>
      `/api/v2/speechandtextanalytics/conversations/${conversationId(index)}/communications/${session}/${kind}`;
    for (const kind of ['transcripturl', 'transcripturls']) {
      const agent = await call('GET', links(1, agentSessionId(1), kind));
      assert.deepEqual([agent.status, agent.json.code], [404, 'resource.not.found']);
    }
    const late = links(lateIndex, customerSessionId(lateIndex), 'transcripturls');
    assert.equal((await call('GET', late)).status, 404);
    simulator.control.advanceClock(hourMs);
    const ready = await call('GET', late);
    assert.equal(ready.json.urls.length, 1);
    const file = await send(ready.json.urls[0].url);
    assert.equal(file.json.conversationId, conversationId(lateIndex));
    simulator.control.advanceClock(600_000);
    assert.equal((await send(ready.json.urls[0].url)).status, 403);
  });
});
