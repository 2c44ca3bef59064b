/** What of a manifest is the same for every way to the same archive. */
import { isRecord } from '../../src/base/decode.ts';

const passing = ['updatedAt', 'fetchedAt', 'nextAttemptAt'];

/** Without times, in one order: an entry that was read back has its keys in another one than a new one. */
export function lastingManifest(content: Buffer): string {
  const manifest = JSON.parse(content.toString()) as { files: { path: string }[] };
  manifest.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify(manifest, (_, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => !passing.includes(key))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  );
}
