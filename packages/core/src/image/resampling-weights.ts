/**
 * Resampling along one axis as a sparse matrix: output `i` is the sum of `weights[i][k] *
 * input[starts[i] + k]`. Every method here is separable, so an image is resized by one such matrix
 * per axis.
 */
export interface AxisWeights {
  readonly starts: readonly number[];
  readonly weights: readonly Float64Array[];
}

/**
 * A resampling filter: its value at a distance in pixels, and the distance beyond which it is zero.
 */
export interface ResamplingFilter {
  readonly support: number;
  readonly at: (x: number) => number;
}

/**
 * Keys' cubic convolution. Pillow and antialiased PyTorch use a = -0.5, plain PyTorch a = -0.75.
 * Keys 1981, equation 4 (there a = -0.5).
 */
export function cubic(a: number): ResamplingFilter {
  return {
    support: 2,
    at(signed) {
      const x = Math.abs(signed);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  };
}

export const box: ResamplingFilter = { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };

export const triangle: ResamplingFilter = { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) };

/** A sinc under the central lobe of a sinc three times as wide. Duchon 1979. */
export const lanczos3: ResamplingFilter = {
  support: 3,
  at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * Weights of a filter that is widened by the shrink factor, so that every input pixel counts; cut
 * off at the edges and normalised to a sum of 1.
 *
 * @param precision `Math.fround` where positions are to carry the rounding of float32, as PyTorch's
 * do
 */
export function antialiasedWeights(
  from: number,
  to: number,
  filter: ResamplingFilter,
  precision = (position: number) => position,
): AxisWeights {
  const scale = precision(from / to);
  const widening = Math.max(scale, 1);
  const support = filter.support * widening;
  return axisWeights(to, (index) => {
    const center = precision((index + 0.5) * scale);
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Float64Array.from({ length: end - start }, (_, k) =>
      filter.at((k + start - center + 0.5) / widening),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * Two neighbours by distance, pixel centres at half integers (`align_corners=False`); the input
 * ends with its outermost centres.
 */
export function bilinearWeights(from: number, to: number): AxisWeights {
  return axisWeights(to, (index) => {
    const source = Math.max(0, sourceCoordinate(index, from, to));
    const start = Math.min(Math.floor(source), from - 1);
    const fraction = start + 1 < from ? source - start : 0;
    return {
      start,
      weights: start + 1 < from ? Float64Array.of(1 - fraction, fraction) : Float64Array.of(1),
    };
  });
}

/**
 * Four neighbours by a cubic filter that is not widened; the outermost pixels repeat beyond the
 * edge.
 */
export function bicubicWeights(from: number, to: number, filter: ResamplingFilter): AxisWeights {
  return axisWeights(to, (index) => {
    const source = sourceCoordinate(index, from, to);
    const first = Math.floor(source) - 1;
    const start = Math.min(Math.max(first, 0), from - 1);
    const weights = new Float64Array(Math.min(Math.max(first + 3, 0), from - 1) - start + 1);
    for (let tap = first; tap < first + 4; tap++) {
      const at = Math.min(Math.max(tap, 0), from - 1) - start;
      weights[at] = (weights[at] as number) + filter.at(source - tap);
    }
    return { start, weights };
  });
}

/**
 * Where the centre of an output pixel lies in the input, counted between pixel centres: in float32,
 * because PyTorch's weights inherit its rounding.
 */
function sourceCoordinate(index: number, from: number, to: number): number {
  return Math.fround(Math.fround(Math.fround(from / to) * (index + 0.5)) - 0.5);
}

/** The mean of the input pixels that an output pixel touches. */
export function areaWeights(from: number, to: number): AxisWeights {
  return axisWeights(to, (index) => {
    const start = Math.floor((index * from) / to);
    const length = Math.ceil(((index + 1) * from) / to) - start;
    return { start, weights: new Float64Array(length).fill(1 / length) };
  });
}

function axisWeights(
  length: number,
  of: (index: number) => { start: number; weights: Float64Array },
): AxisWeights {
  const rows = Array.from({ length }, (_, index) => of(index));
  return { starts: rows.map(({ start }) => start), weights: rows.map(({ weights }) => weights) };
}
