/**
 * Reads Chromium's trace of a page: how long the page's main thread ran scripts in each frame. A frame ends where the page marks
 * it by `performance.mark(frameMark)`.
 */

/** What the page marks at the end of each measured frame. */
export const frameMark = 'benchFrame';

/** Events of the trace that run scripts, as the browser's own tools count them. */
const scriptEvents: ReadonlySet<string> = new Set([
  'EvaluateScript',
  'EventDispatch',
  'FireAnimationFrame',
  'FireIdleCallback',
  'FunctionCall',
  'RunMicrotasks',
  'TimerFire',
  'v8.callFunction',
]);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
}

/** Categories that {@link scriptMsPerFrame} needs. */
export const traceCategories = ['devtools.timeline', 'blink.user_timing'];

/**
 * Milliseconds of script between one mark and the next, for every frame but the first.
 * @param trace as `Browser.stopTracing` returns it
 */
export function scriptMsPerFrame(trace: Buffer): readonly number[] {
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    trace.toString('utf8'),
  );
  const marks = traceEvents
    .filter(({ name }) => name === frameMark)
    .toSorted((a, b) => a.ts - b.ts);
  const [first] = marks;
  if (first === undefined) {
    throw new Error('The trace holds no frames');
  }
  const scripts = traceEvents
    .filter(
      ({ name, ph, pid, tid }) =>
        ph === 'X' && pid === first.pid && tid === first.tid && scriptEvents.has(name),
    )
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const totals = new Array<number>(marks.length - 1).fill(0);
  let frame = -1;
  let endTs = 0;
  for (const { ts, dur = 0 } of scripts) {
    while (frame + 1 < marks.length && (marks[frame + 1]?.ts ?? Infinity) <= ts) {
      frame++;
    }
    // What runs inside of another script is counted with it.
    if (ts >= endTs) {
      endTs = ts + dur;
      if (frame >= 0 && frame < totals.length) {
        totals[frame] = (totals[frame] ?? 0) + dur / 1000;
      }
    }
  }
  return totals;
}
