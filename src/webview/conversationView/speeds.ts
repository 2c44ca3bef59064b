/** The playback speeds that can be chosen, slowest first. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** The next faster (1) or slower (-1) speed; the fastest and slowest stay. */
export function stepSpeed(current: number, direction: 1 | -1): number {
  const next =
    direction === 1
      ? speeds.find((speed) => speed > current)
      : speeds.findLast((speed) => speed < current);
  return next ?? current;
}
