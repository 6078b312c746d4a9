import type { GraphBuilder, Value } from "@glissade/graph";
import { tensor } from "@glissade/graph";

const maxPeriod = 10_000;

/**
 * PyTorch's vectorised exp is not always rounded to the nearest float32. At these arguments it is
 * one unit in the last place above (+1) or below (-1); they are those among -ln(10000) i / half,
 * for half up to 512, whose frequency is large enough for that unit to show in an angle near t =
 * 1000. Read off PyTorch 2.13 on x86.
 */
const roundedByPyTorch: ReadonlyMap<number, 1 | -1> = new Map(
  (
    [
      [-1.2902416, 1],
      [-1.2578937, 1],
      [-0.9670857, -1],
      [-0.8634694, 1],
      [-0.82592726, -1],
      [-0.78287894, -1],
      [-0.7771225, -1],
      [-0.5494805, 1],
      [-0.18569236, 1],
      [-0.115129255, 1],
    ] as const
  ).map(([argument, units]) => [Math.fround(argument), units]),
);

/**
 * Sinusoidal embedding of timesteps [B] (float32, may be fractional) to [B, channels]: cosines,
 * then sines, of t · exp(-ln(10000) i / half); an odd last channel is zero. The frequencies are
 * rounded to float32 at each step, as the reference's are: at t near 1000 a digit of the frequency
 * is a digit of the angle.
 *
 * @see Vaswani et al. 2017, Attention Is All You Need, section 3.5; Ho et al. 2020, appendix B
 */
export function timestepEmbedding(g: GraphBuilder, timesteps: Value, channels: number): Value {
  const half = Math.floor(channels / 2);
  const logPeriod = Math.fround(-Math.log(maxPeriod));
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    float32Exp(Math.fround(Math.fround(logPeriod * i) / half)),
  );
  const angles = g.mul(
    g.reshape(timesteps, [timesteps.dims[0] ?? 1, 1]),
    g.constant(tensor([1, half], frequencies)),
  );
  const embedding = g.concat([g.cos(angles), g.sin(angles)], 1);
  return g.pad(embedding, 1, 0, channels % 2);
}

/** exp of a float32 in [-10, 0], with PyTorch's rounding. */
function float32Exp(argument: number): number {
  const nearest = Math.fround(Math.exp(argument));
  const unit = 2 ** (Math.floor(Math.log2(nearest)) - 23);
  return nearest + (roundedByPyTorch.get(argument) ?? 0) * unit;
}
