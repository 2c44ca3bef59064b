import assert from 'node:assert/strict';
import { createDemuxer } from '../../../src/audio/demuxer.ts';
import { encodeOgg } from '../../../src/audio/ogg/encodeOgg.ts';
import { oggChecksum } from '../../../src/audio/ogg/oggChecksum.ts';
import { audibleFrames, type AudioPacket, type Demuxer } from '../../../src/audio/packets.ts';
import { sniffContainer } from '../../../src/audio/sniff.ts';
import {
  clickFiles,
  clickTrackMs,
  readClickFile,
  untaggedDelayMs,
  type ClickFile,
} from '../../support/clickTrack.ts';
import { concat } from '../../support/wavFile.ts';

interface Demuxed {
  readonly demuxer: Demuxer;
  readonly packets: readonly AudioPacket[];
  readonly audibleMs: number;
  readonly findings: readonly string[];
}

function demux(bytes: Uint8Array, chunkBytes = bytes.length): Demuxed {
  const demuxer = createDemuxer(sniffContainer(bytes.subarray(0, 4096)).kind);
  assert.ok(demuxer !== undefined);
  const packets: AudioPacket[] = [];
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const chunk = bytes.slice(offset, offset + chunkBytes);
    packets.push(...demuxer.push(chunk));
    // Whoever reads a file uses its chunk again.
    chunk.fill(0xaa);
  }
  packets.push(...demuxer.finish());
  const frames = packets.reduce((sum, packet) => sum + audibleFrames(packet), 0);
  return {
    demuxer,
    packets,
    audibleMs: (frames * 1000) / (demuxer.format?.clockHz ?? 1),
    findings: [...demuxer.findings],
  };
}

const names = Object.keys(clickFiles) as ClickFile[];

/** Offset of the nth place where the text stands. */
function find(bytes: Uint8Array, text: string, nth = 0): number {
  let offset = -1;
  for (let count = 0; count <= nth; count++) {
    offset = Buffer.from(bytes).indexOf(Buffer.from(text, 'latin1'), offset + 1);
    assert.notEqual(offset, -1);
  }
  return offset;
}

const clusterId = '\u001f\u0043\u00b6\u0075';

suite('demuxers', () => {
  for (const name of names) {
    const expected = clickFiles[name];

    test(`finds the exact length of ${name}, in whatever pieces it arrives`, async () => {
      const bytes = await readClickFile(name);
      const whole = demux(bytes);
      assert.equal(sniffContainer(bytes.subarray(0, 4096)).kind, expected.kind);
      assert.equal(whole.demuxer.format?.channelCount, expected.channels.length);
      assert.equal(whole.demuxer.format.sampleRateHz, expected.sampleRateHz);
      assert.deepEqual(whole.findings, []);
      // Without its tag, all 114 frames are sound for all that anybody knows.
      const expectedMs = name === 'clicksVbrNoXing.mp3' ? (114 * 576) / 16 : clickTrackMs;
      assert.equal(whole.audibleMs, expectedMs);
      assert.ok(expectedMs >= clickTrackMs && expectedMs < clickTrackMs + 2 * untaggedDelayMs);
      for (const chunkBytes of [1, 13, 1000]) {
        const pieces = demux(bytes, chunkBytes);
        assert.deepEqual(pieces.packets, whole.packets);
      }
    });

    test(`draws what is there of ${name} when it is cut, and says so`, async () => {
      const bytes = await readClickFile(name);
      const cut = demux(bytes.subarray(0, Math.floor(bytes.length * 0.8)));
      assert.deepEqual(cut.findings, ['cut']);
      assert.ok(cut.audibleMs > 1500 && cut.audibleMs < 3600, String(cut.audibleMs));
    });
  }

  for (const name of ['clicks.opus', 'clicks.ogg'] as const) {
    test(`puts silence in the place of a lost page of ${name}`, async () => {
      const bytes = await readClickFile(name);
      const from = find(bytes, 'OggS', 3);
      const to = find(bytes, 'OggS', 4);
      const holed = demux(concat([bytes.subarray(0, from), bytes.subarray(to)]));
      assert.deepEqual(holed.findings, ['damaged']);
      assert.equal(holed.audibleMs, clickTrackMs);
      assert.ok(holed.packets.some(({ gapFrames }) => gapFrames > 0));
    });

    test(`passes over a damaged page of ${name}`, async () => {
      const bytes = await readClickFile(name);
      const offset = find(bytes, 'OggS', 3) + 200;
      bytes[offset] = (bytes[offset] ?? 0) ^ 4;
      const damaged = demux(bytes);
      assert.deepEqual(damaged.findings, ['damaged']);
      assert.equal(damaged.audibleMs, clickTrackMs);
    });

    test(`joins streams that follow each other in ${name}`, async () => {
      const bytes = await readClickFile(name);
      const twice = demux(concat([bytes, bytes]));
      assert.deepEqual(twice.findings, []);
      assert.equal(twice.audibleMs, 2 * clickTrackMs);
    });

    test(`passes over another stream beside that of ${name}`, async () => {
      const bytes = await readClickFile(name);
      const other = encodeOgg([Buffer.from('Skeleton'), Buffer.from('of another kind')], 9);
      new DataView(other.buffer).setUint32(14, 77, true);
      const first = other.slice(0, 27 + 1 + 8);
      new DataView(first.buffer).setUint32(22, oggChecksum(first), true);
      const mixed = demux(concat([first, bytes]));
      assert.deepEqual(mixed.packets, demux(bytes).packets);
      assert.deepEqual(mixed.findings, []);
    });
  }

  test('says so when a stream of another format follows', async () => {
    const mixed = demux(
      concat([await readClickFile('clicks.opus'), await readClickFile('clicks.ogg')]),
    );
    assert.deepEqual(mixed.findings, ['otherStream']);
    assert.equal(mixed.audibleMs, clickTrackMs);
  });

  /** A file of clusters without sizes, as live streams have: each block is one packet. */
  async function liveWebm(
    clusters: readonly { readonly timeMs: number; readonly packets: readonly AudioPacket[] }[],
  ): Promise<Uint8Array> {
    const source = await readClickFile('clicks0.webm');
    const parts = clusters.flatMap(({ timeMs, packets }) => [
      Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x82, timeMs >> 8, timeMs & 255),
      ...packets.flatMap(({ bytes }, index) => [
        Uint8Array.of(0xa3, 0x40 | ((bytes.length + 4) >> 8), (bytes.length + 4) & 255),
        Uint8Array.of(0x81, (index * 20) >> 8, (index * 20) & 255, 0x80),
        bytes,
      ]),
    ]);
    return concat([source.subarray(0, find(source, clusterId)), ...parts]);
  }

  test('finds the next cluster of a WebM file after damage, and fills up what is lost', async () => {
    const { packets } = demux(await readClickFile('clicks0.webm'));
    const clusters = [0, 1, 2].map((index) => ({
      timeMs: index * 1000,
      packets: packets.slice(index * 50, index * 50 + 50),
    }));
    const bytes = await liveWebm(clusters);
    const whole = demux(bytes);
    assert.deepEqual(whole.findings, []);
    const expectedMs = 3000 - 6.5; // What the encoder needed to get going.
    assert.equal(whole.audibleMs, expectedMs);
    // In the middle of the second cluster, where an element should begin.
    const lost = clusters[1]?.packets[25]?.bytes ?? new Uint8Array(0);
    bytes[Buffer.from(bytes).indexOf(Buffer.from(lost)) - 7] = 0;
    const damaged = demux(bytes);
    assert.deepEqual(damaged.findings, ['damaged']);
    assert.equal(damaged.audibleMs, expectedMs);
    assert.equal(damaged.packets.length, 125);
  });

  test('does not believe in hours of silence', async () => {
    const { packets } = demux(await readClickFile('clicks0.webm'));
    const clusters = Array.from({ length: 60 }, (_, index) => ({
      timeMs: index % 2 === 0 ? 0 : 65_000,
      packets: packets.slice(index, index + 1),
    }));
    const { audibleMs } = demux(await liveWebm(clusters));
    assert.ok(audibleMs < 130_000, String(audibleMs));
  });

  test('reads WebM clusters and segments of unknown size', async () => {
    const bytes = await readClickFile('clicks.webm');
    const expected = demux(bytes);
    const cluster = find(bytes, clusterId) + 4;
    const sizeBytes = Math.clz32(bytes[cluster] ?? 0) - 23;
    const unknown = Uint8Array.of(0x01, 255, 255, 255, 255, 255, 255, 255);
    const open = concat([bytes.subarray(0, cluster), unknown, bytes.subarray(cluster + sizeBytes)]);
    assert.deepEqual(demux(open).packets, expected.packets);
  });

  test('unlaces blocks in all three ways', async () => {
    const { packets } = demux(await readClickFile('clicks0.webm'));
    const frames = packets.slice(0, 3).map(({ bytes }) => bytes);
    const sizes = frames.map(({ length }) => length);
    const [a = 0, b = 0] = sizes;
    const even = frames.map((frame) => frame.slice(0, Math.min(...sizes)));
    const bodies: readonly (readonly [number, readonly Uint8Array[], readonly Uint8Array[]])[] = [
      [1, [Uint8Array.of(2, a, b)], frames],
      [2, [Uint8Array.of(2)], even],
      [
        3,
        [
          Uint8Array.of(
            2,
            0x40 | (a >> 8),
            a & 255,
            0x40 | ((b - a + 8191) >> 8),
            (b - a + 8191) & 255,
          ),
        ],
        frames,
      ],
    ];
    const source = await readClickFile('clicks0.webm');
    const head = source.subarray(0, find(source, clusterId));
    for (const [lacing, sizeFields, expected] of bodies) {
      const block = concat([Uint8Array.of(0x81, 0, 0, lacing << 1), ...sizeFields, ...expected]);
      const size = Uint8Array.of(0x40 | (block.length >> 8), block.length & 255);
      const file = concat([
        head,
        Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0xff, 0xe7, 0x81, 0, 0xa3),
        size,
        block,
      ]);
      const laced = demux(file).packets.map(({ bytes }) => Buffer.from(bytes));
      assert.deepEqual(
        laced,
        expected.map((frame) => Buffer.from(frame)),
        `lacing ${String(lacing)}`,
      );
    }
  });

  test('passes over tags and pictures around MP3 frames', async () => {
    const bytes = await readClickFile('clicksCbr.mp3');
    const picture = new Uint8Array(100_000).fill(0xff);
    const id3 = concat([Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 6, 13, 32), picture]);
    const frames = bytes.subarray(
      0x49 === bytes[0] ? 10 + (bytes[9] ?? 0) + 128 * (bytes[8] ?? 0) : 0,
    );
    const tail = concat([Buffer.from('TAG'), new Uint8Array(125)]);
    const tagged = demux(concat([id3, frames, tail]));
    assert.deepEqual(tagged.findings, []);
    assert.equal(tagged.audibleMs, clickTrackMs);
    assert.deepEqual(tagged.packets, demux(bytes).packets);
  });

  test('finds MP3 frames again after damage', async () => {
    const bytes = await readClickFile('clicksVbrNoXing.mp3');
    bytes.fill(0x55, 4900, 5900);
    const damaged = demux(bytes);
    assert.deepEqual(damaged.findings, ['damaged']);
    assert.ok(damaged.packets.length >= 95, String(damaged.packets.length));
  });

  test('knows of constant bit rate how long the damage was', async () => {
    const bytes = await readClickFile('clicksCbr.mp3');
    bytes.fill(0x55, 5000, 6000);
    const damaged = demux(bytes);
    assert.ok(damaged.findings.includes('damaged'));
    assert.ok(Math.abs(damaged.audibleMs - clickTrackMs) < 100, String(damaged.audibleMs));
    assert.ok(damaged.packets.length < 114);
  });
});
