import { type TorchGenerator, torchGenerator } from "@glissade/core/random";
import { type CaseContext, NotSupported } from "../case.ts";

/**
 * e_torch_rng: PyTorch's CPU random stream. Tensors ending in `.avx2` and `.scalar` are the same
 * draw on two kinds of processor.
 */
export default function torchRng({ case: { name, values }, tensors, check }: CaseContext): void {
  const calls = (values?.calls ?? []) as readonly string[];
  if (calls.length > 0) {
    const draws = sequence(torchGenerator(values?.seed as number), calls);
    for (const [tensorName, { data }] of tensors)
      check.close(tensorName, draws[Number(/_(\d+)(\.\w+)?$/.exec(tensorName)?.[1])] ?? [], data);
  } else if (name.startsWith("image_noise")) {
    const generator = torchGenerator(Number(/seed(\d+)$/.exec(name)?.[1]));
    for (const [tensorName, { data, dims }] of [...tensors].sort(([a], [b]) => a.localeCompare(b)))
      check.close(tensorName, generator.randn(dims).data, data);
  } else {
    for (const [tensorName, { data }] of tensors)
      check.close(tensorName, freshDraw(tensorName), data);
  }
}

function sequence(generator: TorchGenerator, calls: readonly string[]): Float32Array[] {
  return calls.map((call) => {
    const [kind, n] = call.split(" ");
    if (kind !== "randn" && kind !== "rand") throw new NotSupported(`the call ${call}`);
    return generator[kind]([Number(n)]).data;
  });
}

/**
 * One call after seeding anew, from a name such as `randn_s0_n64.avx2` or `randint_s1_0_1000_n64`.
 */
function freshDraw(tensorName: string): Float32Array | Float64Array | Uint32Array {
  const [, kind, seed, high, size] =
    /^(randn|rand|rand64|randint)_s(\d+)(?:_0_(\d+))?_n(\d+)/.exec(tensorName) ?? [];
  const generator = torchGenerator(Number(seed));
  switch (kind) {
    case "randn":
      return generator.randn([Number(size)]).data;
    case "rand":
      return generator.rand([Number(size)]).data;
    case "rand64":
      return generator.rand64(Number(size));
    case "randint":
      return generator.randint(Number(high), Number(size));
    default:
      throw new NotSupported(`the draw ${tensorName}`);
  }
}
