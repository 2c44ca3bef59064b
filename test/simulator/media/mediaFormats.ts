/** Formats in which recordings may be asked for, and which of them the simulator can make. */
import { ApiError } from '../http/apiError.ts';
import type { Incoming } from '../http/incoming.ts';

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
export type MadeFormat = 'WAV' | 'WAV_ULAW';

/** What was asked for: `mediaFormats`, in order of preference, takes precedence over `formatId`. */
export function readFormat(request: Incoming): FormatId {
  const formatId = request.query.oneOf('formatId', formatIds, 'WEBM');
  const acceptable = request.query.someOf('mediaFormats', formatIds);
  return (
    acceptable.find((format) => format === 'NONE' || isMade(format)) ?? acceptable[0] ?? formatId
  );
}

export const isMade = (format: FormatId): format is MadeFormat =>
  format === 'WAV' || format === 'WAV_ULAW';

/** The simulator has no encoder for compressed audio, and says so instead of serving WAV under another name. */
export const noEncoder = (format: FormatId): ApiError =>
  new ApiError(
    501,
    'not.implemented',
    'The simulator cannot encode [{format}]: ask for WAV, WAV_ULAW or NONE.',
    { format },
  );
