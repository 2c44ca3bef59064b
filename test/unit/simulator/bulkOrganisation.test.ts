import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

import { photoPng } from '../../simulator/data/attachmentFiles.ts';
import { createBulkOrganisation } from '../../simulator/data/bulkOrganisation.ts';
import { decodeWav } from '../../simulator/data/wav.ts';

const nowMs = Date.UTC(2026, 10, 20, 12);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

suite('simulator: organisations of any size', () => {
  test('every payload is known from the options and different from all others', async () => {
    const hashes = async (): Promise<readonly string[]> => {
      const organisation = createBulkOrganisation({ seed: 3, conversationCount: 200, nowMs });
      const files = organisation.conversations.flatMap((one) => one.recordings());
      return Promise.all(files.map(async (one) => sha256(await one.original())));
    };
    const first = await hashes();
    assert.deepEqual(await hashes(), first);
    assert.equal(new Set(first).size, 200);
  });

  test('recordings are whole WAV files of the size asked for, as long as their times say', async () => {
    const [conversation] = createBulkOrganisation({
      seed: 3,
      conversationCount: 1,
      nowMs,
      recordingBytes: 50_000,
    }).conversations;
    const recording = conversation?.recordings()[0];
    assert.ok(recording);
    const bytes = await recording.media('0', 'WAV');
    assert.equal(bytes.byteLength, 50_000);
    const { startTime = '', endTime = '' } = recording.recording;
    assert.equal(
      Math.floor(decodeWav(bytes).length / 8),
      Date.parse(endTime) - Date.parse(startTime),
    );
    assert.deepEqual(await recording.original(), bytes);
  });

  test('ten thousand conversations are ordered, are found by id and cost little until looked at', () => {
    const before = process.memoryUsage().heapUsed;
    const organisation = createBulkOrganisation({ seed: 3, conversationCount: 10_000, nowMs });
    const grownBytes = process.memoryUsage().heapUsed - before;
    assert.ok(grownBytes < 5_000_000, `${String(grownBytes)} bytes`);
    const starts = organisation.conversations.map((one) => one.detail.conversationStart ?? '');
    assert.deepEqual(starts, starts.toSorted());
    const some = organisation.conversations[7777];
    assert.equal(organisation.conversation(some?.detail.conversationId ?? ''), some);
    assert.equal(organisation.conversation('nobody'), undefined);
    assert.equal(
      organisation.conversation(organisation.conversations[1]?.recordings()[0]?.recording.id ?? ''),
      undefined,
    );
  });

  test('a varied one has every medium, state and gap that a sync must tell apart', () => {
    const { conversations } = createBulkOrganisation({
      seed: 3,
      conversationCount: 60,
      nowMs,
      variety: 'varied',
    });
    const recordings = conversations.flatMap((one) => one.recordings());
    const kinds = new Set(
      recordings.map(({ recording }) => `${recording.media ?? ''} ${String(recording.fileState)}`),
    );
    assert.deepEqual([...kinds].toSorted(), [
      'audio ARCHIVED',
      'audio AVAILABLE',
      'audio DELETED',
      'chat AVAILABLE',
      'email AVAILABLE',
      'messaging AVAILABLE',
      'screen ARCHIVED',
    ]);
    assert.deepEqual(
      new Set(conversations.map((one) => one.recordings().length)),
      new Set([0, 1, 2]),
    );
    assert.ok(conversations.some((one) => one.transcripts().length > 1));
    assert.equal(conversations.filter((one) => one.detail.conversationEnd === undefined).length, 2);
  });

  test('attached pictures are valid and of the length that the message says', () => {
    const bytes = Buffer.from(photoPng('one'));
    const at = bytes.indexOf('IDAT');
    const pixels = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
    assert.equal(pixels.byteLength, 32 * (1 + 3 * 32));
    assert.notDeepEqual(Buffer.from(photoPng('two')), bytes);
  });
});
