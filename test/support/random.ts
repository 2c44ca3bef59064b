/** A seeded source of randomness for property tests; its `label` goes into every assertion message. */

export interface Random {
  /** Names the seed; set TEST_SEED to it to run the same values again. */
  readonly label: string;
  /** 0 to 1, 1 excluded. */
  next(): number;
  /** 0 to `below`, `below` excluded. */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Seeded by the environment variable TEST_SEED, else by the time. */
export function createRandom(seed = Number(process.env['TEST_SEED'] ?? Date.now())): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    label: `TEST_SEED=${String(seed)}`,
    next,
    integer,
    pick: (items) => {
      const item = items[integer(items.length)];
      if (item === undefined && items.length === 0) {
        throw new Error('Nothing to pick from');
      }
      return item as (typeof items)[number];
    },
  };
}
