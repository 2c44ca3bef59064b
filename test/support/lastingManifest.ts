/** What of a manifest is the same for every way to the same archive. */
import { isRecord, type JsonRecord } from '../../src/base/decode.ts';

const passing = ['updatedAt', 'fetchedAt', 'nextAttemptAt'];

/** Whether a transcript may still come is said in the message, and a matter of the conversation's age. */
function isOfTheHour({ reason }: JsonRecord): boolean {
  return reason === 'notTranscribed';
}

/** Without times, in one order: an entry that was read back has its keys in another one than a new one. */
export function lastingManifest(content: Buffer): string {
  const manifest = JSON.parse(content.toString()) as { files: { path: string }[] };
  manifest.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify(manifest, (_, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => !passing.includes(key) && !(key === 'message' && isOfTheHour(value)))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value,
  );
}
