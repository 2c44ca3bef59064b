import assert from 'node:assert/strict';
import { sniffContainer } from '../../../src/audio/sniff.ts';
import { concat, wavFile } from '../../support/wavFile.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** Two frames of 128 kbit/s at 44.1 kHz: 417 bytes each. */
const mp3Frame = concat([bytes(0xff, 0xfb, 0x90, 0x00), new Uint8Array(413)]);

const cases: readonly (readonly [string, Uint8Array])[] = [
  ['wav', wavFile({ data: new Uint8Array(2) })],
  ['wav', text('RF64\u0001\u0001\u0001\u0001WAVEds64')],
  ['mp3', text('ID3\u0004\u0000')],
  ['mp3', concat([mp3Frame, mp3Frame])],
  ['oggOpus', concat([text('OggS'), new Uint8Array(24), text('OpusHead')])],
  ['oggVorbis', concat([text('OggS'), new Uint8Array(24), text('\u0001vorbis')])],
  ['ogg', concat([text('OggS'), new Uint8Array(24), text('Speex')])],
  ['webm', concat([bytes(0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84), text('webm')])],
  ['flac', text('fLaC')],
  ['mp4', concat([bytes(0, 0, 0, 32), text('ftypM4A ')])],
  ['zip', text('PK\u0003\u0004')],
  ['html', text('\ufeff \n<!DOCTYPE html><html>')],
  ['html', text('<html lang="en">')],
  ['html', text('<?xml version="1.0"?><!DOCTYPE html PUBLIC><html xmlns="x">')],
  ['xml', text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
  ['xml', text('<Error>')],
  ['json', text('{"message":"expired"}')],
  ['json', text('[ 1, 2]')],
  ['empty', bytes()],
  ['unknown', concat([mp3Frame, new Uint8Array(20)])],
  ['unknown', text('RIFF\u0000\u0000\u0000\u0000AVI ')],
  ['unknown', text('hello')],
  ['unknown', text('{not json')],
  ['unknown', bytes(0xff)],
  ['unknown', bytes(0xff, 0xfb, 0x90)],
];

suite('container by content', () => {
  for (const [kind, head] of cases) {
    test(`calls ${JSON.stringify(String.fromCharCode(...head.subarray(0, 24)))} ${kind}`, () => {
      assert.equal(sniffContainer(head).kind, kind);
    });
  }

  test('gives extension and media type, and tells sound from pages', () => {
    assert.deepEqual(sniffContainer(text('fLaC')), {
      kind: 'flac',
      extension: 'flac',
      mediaType: 'audio/flac',
      isAudio: true,
    });
    assert.equal(sniffContainer(text('<html>')).isAudio, false);
  });
});
