/** Formats in which recordings may be asked for, and what the simulator gives out in each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Incoming } from '../http/incoming.ts';
import type { SimulatedFile, SimulatedRecording } from '../organisation.ts';

export const formatIds = [
  'WAV',
  'WEBM',
  'WAV_ULAW',
  'OGG_VORBIS',
  'OGG_OPUS',
  'MP3',
  'NONE',
] as const;

export type FormatId = (typeof formatIds)[number];

/**
 * The simulator has no encoder: in compressed formats every recording is the same four seconds of clicks, a real file of
 * the format for each channel.
 */
const compressedFormats = {
  WEBM: { extension: 'webm', contentType: 'audio/webm' },
  OGG_OPUS: { extension: 'opus', contentType: 'audio/ogg' },
  OGG_VORBIS: { extension: 'ogg', contentType: 'audio/ogg' },
  MP3: { extension: 'mp3', contentType: 'audio/mpeg' },
} as const;

/** All that has bytes. */
export type MadeFormat = Exclude<FormatId, 'NONE'>;

/** What was asked for: `mediaFormats`, in order of preference, takes precedence over `formatId`. */
export function readFormat(request: Incoming): FormatId {
  const formatId = request.query.oneOf('formatId', formatIds, 'WEBM');
  const [preferred] = request.query.someOf('mediaFormats', formatIds);
  return preferred ?? formatId;
}

/** The format that a media file's name ends with; undefined for names that were never given out. */
export function formatOfFile(name: string): { channel: string; format: MadeFormat } | undefined {
  const [, channel, ending] = /^(?:AUDIO|SCREEN)_(.+)\.([A-Z0-9_]+)$/.exec(name) ?? [];
  const format = formatIds.find((id) => id === ending);
  return channel === undefined || format === undefined || format === 'NONE'
    ? undefined
    : { channel, format };
}

/** A channel of a recording in any format; video comes as it is, whatever was asked for. */
export async function readMedia(
  recording: SimulatedRecording,
  channel: string,
  format: MadeFormat,
): Promise<SimulatedFile> {
  if (format === 'WAV' || format === 'WAV_ULAW') {
    const contentType = recording.mediaContentType ?? 'audio/wav';
    return { bytes: await recording.media(channel, format), contentType };
  }
  if (recording.mediaContentType !== undefined) {
    return {
      bytes: await recording.media(channel, 'WAV'),
      contentType: recording.mediaContentType,
    };
  }
  const { extension, contentType } = compressedFormats[format];
  const name = `clicks${channel === '1' ? '1' : '0'}.${extension}`;
  return { bytes: await readFile(join(clickFolder, name)), contentType };
}

const clickFolder = join(import.meta.dirname, '../../fixtures/audio');
