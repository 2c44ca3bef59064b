/** Decodes a stretch of time, in milliseconds of whatever its owner measures by. */
import { asNumber, failDecode, objectOf, type Decoder } from '../base/decode.ts';
import type { Interval } from '../model/interval.ts';

const anyInterval: Decoder<Interval> = objectOf({ startMs: asNumber, endMs: asNumber });

/** @throws AppError `protocol` unless it starts at 0 or later and ends after that */
export const decodeInterval: Decoder<Interval> = (value, path) => {
  const interval = anyInterval(value, path);
  return interval.startMs >= 0 && interval.endMs > interval.startMs
    ? interval
    : failDecode(path, 'a stretch of time');
};
