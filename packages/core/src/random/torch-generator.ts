import { InvalidArgumentError, sizeOf, type Tensor, tensor } from "@glissade/graph";
import { mt19937 } from "./mt19937.ts";
import type { RandomGenerator } from "./random-generator.ts";
import { assertSeed } from "./seed.ts";

/** PyTorch's CPU generator: after the same calls it is where `torch.Generator` would be. */
export interface TorchGenerator extends RandomGenerator {
  /** `torch.rand(n, dtype=torch.float64)` */
  rand64(n: number): Float64Array;
  /** `torch.randint(0, high, (n,))` for `high` from 1 to 2^32 - 1. */
  randint(high: number, n: number): Uint32Array;
}

/** Draws of this size and more are filled block by block; smaller ones pair by pair. */
const blockSize = 16;

/**
 * The random numbers that PyTorch gives on a CPU after `torch.manual_seed(seed)`, call for call.
 * Uniform values and integers are the same bits; normal values agree to about 1e-6, because
 * PyTorch's own last bits differ between processors.
 *
 * A draw of n values is not a prefix of a longer draw where either is below 16 or no multiple of
 * 16; that, too, is PyTorch's.
 *
 * @param seed integer from 0 to 2^53 - 1, or a bigint up to 2^64 - 1; PyTorch uses its low 32 bits
 * @throws InvalidArgumentError for any other seed.
 * @example `torchGenerator(42).randn([1, 3, 64, 64])`
 */
export function torchGenerator(seed: number | bigint): TorchGenerator {
  assertSeed(seed);
  const draw32 = mt19937(seed);
  // the second value of a pair, kept for the next small draw whatever is drawn in between
  let cachedNormal: number | undefined;

  const uniform24 = () => (draw32() & 0xffffff) / 2 ** 24;

  /** 53 bits of two draws, of which the first is the high half. */
  const uniform53 = () => {
    const high = draw32() & 0x1fffff;
    return (high * 2 ** 32 + draw32()) / 2 ** 53;
  };

  /** One value of a Box-Muller pair in double precision. */
  const normal = () => {
    if (cachedNormal !== undefined) {
      const cached = cachedNormal;
      cachedNormal = undefined;
      return cached;
    }
    const theta = 2 * Math.PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  };

  return {
    randn(dims) {
      const values = new Float32Array(sizeOf(dims));
      if (values.length < blockSize) return tensor(dims, values.map(normal));
      const whole = values.length - (values.length % blockSize);
      for (let start = 0; start < whole; start += blockSize) toNormal(values, start, draw32);
      if (whole < values.length) {
        // drawn, and then drawn again with the last 16, also those that were already normal
        for (let i = whole; i < values.length; i++) draw32();
        toNormal(values, values.length - blockSize, draw32);
      }
      return tensor(dims, values);
    },
    rand(dims): Tensor {
      return tensor(dims, new Float32Array(sizeOf(dims)).map(uniform24));
    },
    rand64(n) {
      return new Float64Array(n).map(uniform53);
    },
    randint(high, n) {
      if (!(Number.isInteger(high) && high >= 1 && high < 2 ** 32)) {
        throw new InvalidArgumentError({
          argument: "high",
          received: high,
          expected: "an integer from 1 to 2^32 - 1",
        });
      }
      return new Uint32Array(n).map(() => draw32() % high);
    },
  };
}

/** Box-Muller for a block: of its 16 uniform draws, draw j is paired with draw j + 8. */
function toNormal(values: Float32Array, start: number, draw32: () => number): void {
  const half = blockSize / 2;
  const end = start + half;
  for (let j = start; j < end; j++) values[j] = 1 - (draw32() & 0xffffff) / 2 ** 24;
  for (let j = start; j < end; j++) {
    const radius = Math.sqrt(-2 * Math.log(values[j] as number));
    // The angle has 24 bits: it is the sum of three angles of 8 bits, whose cosines and sines are
    // at hand, next to each other.
    const draw = draw32();
    const a = (draw >>> 15) & 0x1fe;
    const b = (draw >>> 7) & 0x1fe;
    const c = (draw << 1) & 0x1fe;
    const cosAB =
      (highTurns[a] as number) * (middleTurns[b] as number) -
      (highTurns[a + 1] as number) * (middleTurns[b + 1] as number);
    const sinAB =
      (highTurns[a + 1] as number) * (middleTurns[b] as number) +
      (highTurns[a] as number) * (middleTurns[b + 1] as number);
    values[j] = radius * (cosAB * (lowTurns[c] as number) - sinAB * (lowTurns[c + 1] as number));
    values[j + half] =
      radius * (sinAB * (lowTurns[c] as number) + cosAB * (lowTurns[c + 1] as number));
  }
}

/**
 * Cosine and sine of 256 angles, `step` of a turn apart: small enough to stay in the processor's
 * cache beside a network.
 */
function turns(step: number): Float64Array {
  return Float64Array.from({ length: 512 }, (_, i) =>
    (i % 2 === 0 ? Math.cos : Math.sin)(2 * Math.PI * step * (i >> 1)),
  );
}

const highTurns = /* @__PURE__ */ turns(2 ** -8);
const middleTurns = /* @__PURE__ */ turns(2 ** -16);
const lowTurns = /* @__PURE__ */ turns(2 ** -24);
