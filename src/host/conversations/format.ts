/** Text for people: durations, times, sizes and media icons. Pure; knows nothing of VS Code's API. */

/** `4:05` or `1:02:03`; fractions of a second are dropped. */
export function formatDuration(durationMs: number): string {
  const totalSeconds = Math.max(0, Math.floor(durationMs / 1000));
  const seconds = String(totalSeconds % 60).padStart(2, '0');
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const hours = Math.floor(totalSeconds / 3600);
  return hours > 0
    ? `${String(hours)}:${String(minutes).padStart(2, '0')}:${seconds}`
    : `${String(minutes)}:${seconds}`;
}

/** Time of day in the person's zone, `14:03`. */
export function formatTime(timeMs: number, locale?: string): string {
  return new Date(timeMs).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
}

/** Day in the person's zone, `Thursday, 5 November 2026` in their language. */
export function formatDay(timeMs: number, locale?: string): string {
  return new Date(timeMs).toLocaleDateString(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}

/** Date and time in the person's zone. */
export function formatDateTime(timeMs: number, locale?: string): string {
  return new Date(timeMs).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A key that is equal for two times of the same day in the person's zone. */
export function dayKey(timeMs: number): string {
  const date = new Date(timeMs);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}

const mediaIcons: ReadonlyMap<string, string> = new Map([
  ['voice', 'call-outgoing'],
  ['callback', 'history'],
  ['chat', 'comment-discussion'],
  ['message', 'comment'],
  ['email', 'mail'],
  ['cobrowse', 'browser'],
  ['screenshare', 'device-desktop'],
  ['video', 'device-camera-video'],
]);

/** Codicon of a media type and direction. */
export function mediaIcon(
  mediaType: string,
  direction: 'inbound' | 'outbound' | undefined,
): string {
  if (mediaType === 'voice') {
    return direction === 'inbound' ? 'call-incoming' : 'call-outgoing';
  }
  return mediaIcons.get(mediaType) ?? 'question';
}

const mediaNames: ReadonlyMap<string, string> = new Map([
  ['voice', 'Voice'],
  ['callback', 'Callback'],
  ['chat', 'Chat'],
  ['message', 'Message'],
  ['email', 'E-mail'],
]);

/** `Voice`, `E-mail`, …; an unknown media type as the platform spells it. */
export function mediaName(mediaType: string): string {
  return mediaNames.get(mediaType) ?? mediaType;
}

/** A phone number or address without the platform's `tel:` and `sip:` prefixes. */
export function plainAddress(address: string): string {
  return address.replace(/^(?:tel|sip|sips|mailto):/u, '').replace(/;.*$/u, '');
}

const controlCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of text from the platform, fit for a label: no control or direction characters, at most `maxLength` long. */
export function toLabel(text: string, maxLength = 120): string {
  const clean = text.replace(controlCharacters, ' ').replace(/\s+/gu, ' ').trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1).trimEnd()}…` : clean;
}
