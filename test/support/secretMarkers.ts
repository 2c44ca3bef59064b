/** Marked secrets, and the search for them in whatever the product lets out: plain, URL-encoded, as JSON, in base64. */
import { gunzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

/** What must not leave memory but to where it belongs. Looks like the real thing, so that redaction has a fair chance. */
export const credentials = {
  clientSecret: 'Kx7_marked/Client+Secret=93hQzVw',
  accessToken: 'AtMarked81-JfWq_zz0PlmN3bVcXyQrS7tUvW5aB9dEf',
  shortToken: 'At9Mark3d',
  refreshToken: 'RtMarked42-QwErTy_UiOpAsDfGhJkLzXcVbNm1234',
  authorizationCode: 'CoMarked17xY',
  verifier: 'VfMarked-0123456789abcdefghijklmnopqrstuvwxyzABCDE~',
  signature: 'SgMarked~Zm9vYmFy-cXV4_MARK7',
} as const;

/** What an archive holds on purpose, but no error, log, diagnostics or address. */
export const personal = {
  email: 'marked.person@secret-example.org',
  phone: '+4930901820571',
  transcriptText: 'my "marked" blood pressure is\ntoo high',
  personName: 'Marquise Markedname',
} as const;

export type Markers = Readonly<Record<string, string>>;
export const everything: Markers = { ...credentials, ...personal };

/** The marker as it may be written; base64 at each of the three offsets, without the characters that neighbours change. */
export function spellingsOf(marker: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.from(`${' '.repeat(offset)}${marker}`, 'utf8');
    const skipped = [0, 2, 3][offset] ?? 0;
    const whole = bytes.length - (bytes.length % 3);
    return (['base64', 'base64url'] as const).map((encoding) =>
      bytes.subarray(0, whole).toString(encoding).slice(skipped),
    );
  });
  const json = JSON.stringify(marker).slice(1, -1);
  return [
    ...new Set([
      marker,
      json,
      JSON.stringify(json).slice(1, -1),
      encodeURIComponent(marker),
      new URLSearchParams({ x: marker }).toString().slice(2),
      ...base64,
    ]),
  ];
}

/** Names of the markers that the text holds in any spelling, whatever their case. */
export function findMarkers(text: string, markers: Markers): readonly string[] {
  const lower = text.toLowerCase();
  return Object.entries(markers)
    .filter(([, marker]) =>
      spellingsOf(marker).some((spelling) => lower.includes(spelling.toLowerCase())),
    )
    .map(([name]) => name);
}

/** Everything that an error shows to anybody who has it: text, stack, own properties, causes. */
export function textOfError(error: unknown): string {
  const json = JSON.stringify(error, (_key, value: unknown) =>
    value instanceof Error
      ? { own: Object.entries(value), text: [value.message, value.stack], cause: value.cause }
      : value,
  );
  return `${json} ${inspect(error, { depth: 12, showHidden: true })}`;
}

/** The contents of all files below a folder by their path, gzip undone. */
export function readAllFiles(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      const stored = readFileSync(path);
      const content = path.endsWith('.gz') ? gunzipSync(stored) : stored;
      files.set(path.slice(folder.length + 1), content.toString('latin1'));
    }
  }
  return files;
}
