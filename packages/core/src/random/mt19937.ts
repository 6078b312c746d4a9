const stateSize = 624;
const shiftSize = 397;

/**
 * The Mersenne Twister with a period of 2^19937 - 1: a function that returns the next 32 random
 * bits as an unsigned integer.
 *
 * @param seed its low 32 bits are used
 * @see Matsumoto & Nishimura 1998, "Mersenne Twister: a 623-dimensionally equidistributed uniform
 * pseudorandom number generator", ACM TOMACS 8(1); the initialisation is the authors' revision of
 * 2002
 */
export function mt19937(seed: number | bigint): () => number {
  const state = initialState(Number(BigInt.asUintN(32, BigInt(seed))));
  const words = new Int32Array(stateSize);
  let position = stateSize;
  return () => {
    if (position === stateSize) {
      twist(state);
      for (let i = 0; i < stateSize; i++) words[i] = temper(state[i] as number);
      position = 0;
    }
    return (words[position++] as number) >>> 0;
  };
}

/** Signed, as JavaScript's bit operations are: the engine then keeps words as integers. */
function initialState(seed: number): Int32Array {
  const state = new Int32Array(stateSize);
  state[0] = seed;
  for (let i = 1; i < stateSize; i++) {
    const previous = state[i - 1] as number;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
}

/**
 * The recurrence x_(k+n) = x_(k+m) ^ (upper bit of x_k | lower 31 bits of x_(k+1)) A, for a whole
 * state at once; the indices wrap round at its end.
 */
function twist(state: Int32Array): void {
  const shift = stateSize - shiftSize;
  for (let i = 0; i < shift; i++)
    state[i] = next(state[i] as number, state[i + 1] as number, state[i + shiftSize] as number);
  for (let i = shift; i < stateSize - 1; i++)
    state[i] = next(state[i] as number, state[i + 1] as number, state[i - shift] as number);
  state[stateSize - 1] = next(
    state[stateSize - 1] as number,
    state[0] as number,
    state[shiftSize - 1] as number,
  );
}

function next(word: number, following: number, shifted: number): number {
  const joined = (word & 0x80000000) | (following & 0x7fffffff);
  // A where the lowest bit is set, without a branch that nothing could predict
  return shifted ^ (joined >>> 1) ^ (-(joined & 1) & 0x9908b0df);
}

function temper(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  y ^= y >>> 18;
  return y;
}
