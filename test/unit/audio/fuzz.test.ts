import assert from 'node:assert/strict';
import {
  createPacketDecoder,
  framesAtATime,
} from '../../../src/audio/decoders/createPacketDecoder.ts';
import { createDemuxer } from '../../../src/audio/demuxer.ts';
import { audibleFrames, type AudioPacket, type Demuxer } from '../../../src/audio/packets.ts';
import { areCodebooksBelievable } from '../../../src/audio/vorbisCodebooks.ts';
import { isAppError } from '../../../src/base/appError.ts';
import { clickFiles, readClickFile, type ClickFile } from '../../support/clickTrack.ts';
import { createRandom, type Random } from '../../support/random.ts';

const kinds = ['oggOpus', 'webm', 'mp3'] as const;
const names = Object.keys(clickFiles) as ClickFile[];

/** One way to spoil a file. */
const spoilers: Readonly<Record<string, (bytes: Uint8Array, random: Random) => Uint8Array>> = {
  truncated: (bytes, random) => bytes.slice(0, random.integer(bytes.length)),
  'bits flipped': (bytes, random) => {
    const spoiled = bytes.slice();
    for (let count = 1 + random.integer(20); count > 0; count--) {
      const at = random.integer(bytes.length);
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << random.integer(8));
    }
    return spoiled;
  },
  'bits of the headers flipped': (bytes, random) => {
    const spoiled = bytes.slice();
    for (let count = 1 + random.integer(4); count > 0; count--) {
      const at = random.integer(Math.min(bytes.length, 500));
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << random.integer(8));
    }
    return spoiled;
  },
  'huge sizes': (bytes, random) => {
    const spoiled = bytes.slice();
    const at = random.integer(bytes.length);
    return spoiled.fill(random.pick([0xff, 0x7f, 0x01, 0x00]), at, at + 1 + random.integer(9));
  },
  'pieces swapped': (bytes, random) => {
    const from = random.integer(bytes.length);
    const spoiled = bytes.slice();
    spoiled.copyWithin(random.integer(bytes.length), from, from + random.integer(2000));
    return spoiled;
  },
};

interface Demuxed {
  readonly demuxer: Demuxer;
  readonly packets: readonly AudioPacket[];
}

/** What every demuxer keeps to, whatever it is given. */
function demux(
  kind: (typeof kinds)[number] | 'oggVorbis',
  bytes: Uint8Array,
  label: string,
): Demuxed {
  const demuxer = createDemuxer(kind);
  assert.ok(demuxer !== undefined);
  const packets: AudioPacket[] = [];
  for (let offset = 0; offset < bytes.length; offset += 4096) {
    packets.push(...demuxer.push(bytes.subarray(offset, offset + 4096)));
  }
  packets.push(...demuxer.finish());
  let frames = 0;
  let payloadBytes = 0;
  for (const packet of packets) {
    const { frameCount, skipFrames, dropFrames, gapFrames } = packet;
    for (const count of [frameCount, skipFrames, dropFrames, gapFrames]) {
      assert.ok(Number.isSafeInteger(count) && count >= 0, label);
    }
    assert.ok(skipFrames + dropFrames <= frameCount, label);
    frames += audibleFrames(packet);
    payloadBytes += packet.bytes.length;
  }
  const clockHz = demuxer.format?.clockHz ?? 1;
  assert.ok(packets.length === 0 || demuxer.format !== undefined, label);
  assert.ok(payloadBytes <= bytes.length * 2, label);
  // No more than two minutes of silence and the sound itself, of which a byte is at most 120 ms and every packet has one.
  assert.ok(
    frames / clockHz <= 120 + packets.length * 0.36,
    `${label}: ${String(frames / clockHz)} s`,
  );
  return { demuxer, packets };
}

/** Decodes in portions as the product does. Returns the number of frames. */
async function decode({ demuxer, packets }: Demuxed, label: string): Promise<void> {
  const { format } = demuxer;
  if (format === undefined) {
    return;
  }
  const decoder = await createPacketDecoder(format, format.sampleRateHz);
  try {
    let portion: AudioPacket[] = [];
    let frames = 0;
    for (const [index, packet] of packets.entries()) {
      portion.push(packet);
      frames += packet.frameCount;
      if (frames >= framesAtATime(format) || index === packets.length - 1) {
        const expected = portion.reduce((sum, each) => sum + each.frameCount, 0);
        const { length } = decoder.decode(portion);
        const ratio: number = format.sampleRateHz / format.clockHz;
        assert.equal(length, Math.round(expected * ratio) * format.channelCount, label);
        portion = [];
        frames = 0;
      }
    }
  } catch (error) {
    assert.ok(isAppError(error), `${label}: ${String(error)}`);
  } finally {
    decoder.free();
  }
}

function muteConsole(): { restore(): void } {
  const { console: real } = globalThis;
  globalThis.console = { ...real, error: () => undefined };
  return {
    restore: () => {
      globalThis.console = real;
    },
  };
}

suite('spoiled audio', () => {
  // The engines complain about every packet.
  let complaints: { restore(): void } | undefined;
  suiteSetup(() => {
    complaints = muteConsole();
  });
  suiteTeardown(() => complaints?.restore());

  for (const name of names) {
    test(`never upsets the demuxer or the decoder: ${name}`, async () => {
      const random = createRandom();
      const bytes = await readClickFile(name);
      for (const [what, spoil] of Object.entries(spoilers)) {
        for (let round = 0; round < 30; round++) {
          const label = `${name} ${what} ${String(round)} ${random.label}`;
          const demuxed = demux(clickFiles[name].kind, spoil(bytes, random), label);
          if (round < 4) {
            await decode(demuxed, label);
          }
        }
      }
    }).timeout(60_000);
  }

  for (const kind of kinds) {
    test(`never takes noise for hours of sound: ${kind}`, () => {
      const random = createRandom();
      const magic = { oggOpus: 'OggS\0', webm: '\u001aE\u00df\u00a3', mp3: '\u00ff\u00fb\u0090\0' };
      for (let round = 0; round < 20; round++) {
        const noise = Uint8Array.from({ length: 50_000 }, () => random.integer(256));
        for (let count = random.integer(200); count > 0; count--) {
          noise.set(Buffer.from(magic[kind], 'latin1'), random.integer(noise.length - 8));
        }
        demux(kind, noise, `${kind} ${String(round)} ${random.label}`);
      }
    });
  }

  test('never sets up code books that no encoder makes', async () => {
    const random = createRandom();
    const demuxed = demux('oggVorbis', await readClickFile('clicks.ogg'), '');
    const packets = demuxed.packets.slice(0, 40);
    const [identification, comment, setup] = packets[0]?.headers ?? [];
    assert.ok(identification !== undefined && comment !== undefined && setup !== undefined);
    assert.equal(areCodebooksBelievable(setup), true);
    let believed = 0;
    for (let round = 0; round < 60; round++) {
      const spoiled = setup.slice();
      const at = 8 + random.integer(round < 30 ? 16 : setup.length - 8);
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << random.integer(8));
      if (areCodebooksBelievable(spoiled)) {
        believed++;
        const headers = [identification, comment, spoiled];
        const other = packets.map((packet) => ({ ...packet, headers }));
        await decode({ ...demuxed, packets: other }, `round ${String(round)} ${random.label}`);
      }
    }
    assert.ok(believed < 60, random.label);
    const huge = setup.slice();
    huge.fill(0xff, 13, 16);
    assert.equal(areCodebooksBelievable(huge), false);
    assert.equal(areCodebooksBelievable(setup.subarray(0, 200)), false);
  });

  test('never upsets the engines with packets of noise', async () => {
    const random = createRandom();
    for (const name of ['clicks.opus', 'clicks.ogg', 'clicksCbr.mp3'] as const) {
      const demuxed = demux(clickFiles[name].kind, await readClickFile(name), name);
      const packets = demuxed.packets.map((packet) => {
        const isSpoiled = random.integer(3) === 0;
        const noise = packet.bytes.map((byte, index) => (index < 4 ? byte : random.integer(256)));
        return isSpoiled ? { ...packet, bytes: noise } : packet;
      });
      await decode({ ...demuxed, packets }, `${name} ${random.label}`);
    }
  });
});
