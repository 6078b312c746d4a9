import { sizeOf, type WeightSource } from "@glissade/graph";
import {
  type DescribedNetwork,
  describeByConfig,
  type NetworkKind,
  published,
} from "./checkpoint-networks.ts";
import { CheckpointError } from "./errors.ts";

/** Weights of one network: their names in the file, by their names in the network. */
export type NetworkWeights = ReadonlyMap<string, string>;

/**
 * Weights of which every network has one, whatever its size: U-Nets and classifiers, CLIP's towers
 * for texts and for images.
 */
const landmarks = ["time_embed.0.weight", "blocks.input.w_voc", "blocks.input.patch_proj"];

/**
 * Finds the network in a checkpoint, which may lie deeper (`model/`, `module.`): training programs
 * save more than one network's weights.
 *
 * @throws CheckpointError where there is none, or more than one
 */
export function networkIn(weights: WeightSource, file: string): NetworkWeights {
  const prefixes = weights.names.flatMap((name) => {
    const landmark = landmarks.find(
      (end) => name === end || name.endsWith(`/${end}`) || name.endsWith(`.${end}`),
    );
    return landmark === undefined ? [] : [name.slice(0, -landmark.length)];
  });
  const [prefix] = prefixes;
  if (prefix === undefined) {
    throw new CheckpointError(
      `${file} holds no network of GLIDE or guided-diffusion: among its ${weights.names.length} tensors there is no ${landmarks.join(", no ")}. It has ${firstOf(weights.names)}.`,
    );
  }
  if (prefixes.length > 1)
    throw new CheckpointError(
      `${file} holds ${prefixes.length} networks (${prefixes.join(", ")}): save one of them on its own.`,
    );
  return new Map(
    weights.names
      .filter((name) => name.startsWith(prefix))
      .map((name) => [name.slice(prefix.length), name]),
  );
}

/**
 * What kind of network has these weights. GLIDE's U-Net and guided-diffusion's are told apart by
 * the text, which the former reads.
 */
export function kindOf(network: NetworkWeights): NetworkKind {
  if (network.has("blocks.input.w_voc")) return "clip-text";
  if (network.has("blocks.input.patch_proj")) return "clip-image";
  if (![...network.keys()].some((name) => name.startsWith("output_blocks.")))
    return "adm-classifier";
  return network.has("transformer_proj.weight") ? "glide" : "adm";
}

/** The published network that has exactly these weights; undefined where none has. */
export function recognise(
  weights: WeightSource,
  network: NetworkWeights,
): { readonly name: string; readonly described: DescribedNetwork } | undefined {
  const kind = kindOf(network);
  for (const [name, candidate] of Object.entries(published)) {
    if (candidate.kind !== kind) continue;
    const described = describeByConfig(kind, candidate.json);
    if (faultsOf(weights, network, described).length === 0) return { name, described };
  }
  return undefined;
}

/**
 * @throws CheckpointError naming the first weights that are missing, surplus or of another shape,
 * and how many there are of each
 */
export function assertFits(
  weights: WeightSource,
  network: NetworkWeights,
  described: Pick<DescribedNetwork, "parameters">,
  file: string,
): void {
  const faults = faultsOf(weights, network, described);
  if (faults.length === 0) return;
  const lines = faultKinds.flatMap((kind) => {
    const list = faults.filter((fault) => fault.kind === kind).map(({ what }) => what);
    return list.length === 0 ? [] : [`${list.length} ${kind}: ${firstOf(list)}.`];
  });
  throw new CheckpointError(
    `${file} does not fit its configuration, which needs ${described.parameters.size} weights. ${lines.join(" ")}`,
  );
}

const faultKinds = [
  "missing",
  "of another shape",
  "of a type that is no floating-point number",
  "not in the network",
] as const;

interface Fault {
  readonly kind: (typeof faultKinds)[number];
  readonly what: string;
}

function faultsOf(
  weights: WeightSource,
  network: NetworkWeights,
  { parameters: expected }: Pick<DescribedNetwork, "parameters">,
): readonly Fault[] {
  const faults: Fault[] = [...network.keys()]
    .filter((name) => !expected.has(name))
    .map((name) => ({ kind: "not in the network", what: name }));
  for (const [name, dims] of expected) {
    const original = network.get(name);
    const found = original === undefined ? undefined : weights.describe(original);
    if (!found) faults.push({ kind: "missing", what: name });
    else if (!isView(found.dims, dims))
      faults.push({
        kind: "of another shape",
        what: `${name} (${shape(found.dims)} where ${shape(dims)} is needed)`,
      });
    else if (!/float/.test(found.dtype))
      faults.push({
        kind: "of a type that is no floating-point number",
        what: `${name} (${found.dtype})`,
      });
  }
  return faults;
}

/**
 * Whether two shapes differ in axes of length 1 at most: graphs read a `[C, C, 1]` weight as `[C,
 * C, 1, 1]`.
 */
function isView(a: readonly number[], b: readonly number[]): boolean {
  return (
    sizeOf(a) === sizeOf(b) &&
    a.filter((dim) => dim !== 1).join() === b.filter((dim) => dim !== 1).join()
  );
}

function shape(dims: readonly number[]): string {
  return `[${dims.join(", ")}]`;
}

function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}
