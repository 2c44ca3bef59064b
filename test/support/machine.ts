/** Runs test bodies as another user of the machine, or in another time zone. Both hold for the whole process until the body ends. */
import { chown } from 'node:fs/promises';

/** Who owns nothing: the user `nobody` of most systems. */
const nobodyId = 65_534;

/**
 * Runs the body without root's leave to write anywhere. As another user than root it simply runs. `ownedPath` is given to the
 * user that the body runs as.
 */
export async function withoutRoot(ownedPath: string, body: () => Promise<void>): Promise<void> {
  if (process.seteuid === undefined || process.geteuid?.() !== 0) {
    await body();
    return;
  }
  await chown(ownedPath, nobodyId, nobodyId);
  process.seteuid(nobodyId);
  try {
    await body();
  } finally {
    process.seteuid(0);
  }
}

/** @param timeZone as in the tz database, such as `Europe/Berlin` */
export async function inTimeZone(
  timeZone: string,
  body: () => Promise<void> | void,
): Promise<void> {
  const before = process.env['TZ'];
  process.env['TZ'] = timeZone;
  try {
    await body();
  } finally {
    if (before === undefined) {
      delete process.env['TZ'];
    } else {
      process.env['TZ'] = before;
    }
  }
}
