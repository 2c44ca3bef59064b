/** Seeded randomness of the sample data: the same seed gives the same organisation on every machine. Not for secrets. */

export interface Random {
  /** 0 inclusive to 1 exclusive. */
  readonly next: () => number;
  /** Whole number, both ends included. */
  readonly int: (min: number, max: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** One of the items, each as likely as its weight. */
  readonly weighted: <T>(items: readonly (readonly [item: T, weight: number])[]) => T;
  /** A version 4 UUID. */
  readonly uuid: () => string;
  /** Bell-shaped around the median on a logarithmic scale, as durations of calls are. */
  readonly skewed: (median: number, spread: number, min: number, max: number) => number;
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** @param seed any text or number; different ones give unrelated sequences. */
export function createRandom(seed: string | number): Random {
  let [a, b, c, counter] = hash(String(seed));
  const nextInt = (): number => {
    // sfc32 by Chris Doty-Humphrey (public domain).
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + mixed;
    return mixed >>> 0;
  };
  for (let turn = 0; turn < 12; turn++) {
    nextInt();
  }
  const next = (): number => nextInt() / 4294967296;
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) {
      throw new Error('Nothing to pick from');
    }
    return item;
  };
  return {
    next,
    pick,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) {
          return item;
        }
      }
      return pick(items)[0];
    },
    uuid: () => toUuid(nextInt(), nextInt(), nextInt(), nextInt()),
    skewed: (median, spread, min, max) => {
      const bell = next() + next() + next() - 1.5;
      return Math.round(Math.min(max, Math.max(min, median * Math.exp(2 * spread * bell))));
    },
  };
}

function hash(text: string): [number, number, number, number] {
  const state: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    state[0] = Math.imul(state[0] ^ code, 0x85ebca6b) ^ (state[2] >>> 13);
    state[1] = Math.imul(state[1] ^ code, 0xc2b2ae35) ^ (state[0] >>> 15);
    state[2] = Math.imul(state[2] ^ code, 0x27d4eb2f) ^ (state[1] >>> 11);
  }
  return state;
}

function toUuid(a: number, b: number, c: number, d: number): string {
  const pair = (value: number, shift: number): string => hexPairs[(value >>> shift) & 0xff] ?? '';
  const versioned = (b & 0xffff0fff) | 0x4000;
  const variant = (c & 0x3fffffff) | 0x80000000;
  const quad = (value: number): string =>
    pair(value, 24) + pair(value, 16) + pair(value, 8) + pair(value, 0);
  return `${quad(a)}-${pair(versioned, 24)}${pair(versioned, 16)}-${pair(versioned, 8)}${pair(versioned, 0)}-${pair(variant, 24)}${pair(variant, 16)}-${pair(variant, 8)}${pair(variant, 0)}${quad(d)}`;
}
