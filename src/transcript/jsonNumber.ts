/**
 * The grammar of numbers in JSON, byte by byte.
 * @see RFC 8259, section 6
 */

/** What of a number was read so far. */
export type NumberState =
  | 'start'
  | 'minus'
  | 'zero'
  | 'integer'
  | 'point'
  | 'fraction'
  | 'exponentMark'
  | 'exponentSign'
  | 'exponent';

/** A number may end in these. */
export const completeNumberStates: ReadonlySet<NumberState> = new Set([
  'zero',
  'integer',
  'fraction',
  'exponent',
]);

/** State → kind of byte → next state; no entry ends the number. */
const numberTransitions: Readonly<
  Record<NumberState, Readonly<Partial<Record<NumberByte, NumberState>>>>
> = {
  start: { minus: 'minus', zero: 'zero', digit: 'integer' },
  minus: { zero: 'zero', digit: 'integer' },
  zero: { point: 'point', exponentMark: 'exponentMark' },
  integer: { zero: 'integer', digit: 'integer', point: 'point', exponentMark: 'exponentMark' },
  point: { zero: 'fraction', digit: 'fraction' },
  fraction: { zero: 'fraction', digit: 'fraction', exponentMark: 'exponentMark' },
  exponentMark: {
    plus: 'exponentSign',
    minus: 'exponentSign',
    zero: 'exponent',
    digit: 'exponent',
  },
  exponentSign: { zero: 'exponent', digit: 'exponent' },
  exponent: { zero: 'exponent', digit: 'exponent' },
};

type NumberByte = 'minus' | 'plus' | 'zero' | 'digit' | 'point' | 'exponentMark';

const numberBytes: readonly (NumberByte | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[1-9]/u.test(character)) {
    return 'digit';
  }
  const named: Readonly<Record<string, NumberByte>> = {
    '-': 'minus',
    '+': 'plus',
    '0': 'zero',
    '.': 'point',
    e: 'exponentMark',
    E: 'exponentMark',
  };
  return named[character];
});

/** Undefined when this byte belongs to the number no more. */
export function nextNumberState(state: NumberState, byte: number): NumberState | undefined {
  const kind = numberBytes[byte];
  return kind === undefined ? undefined : numberTransitions[state][kind];
}
