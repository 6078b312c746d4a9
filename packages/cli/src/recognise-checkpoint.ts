import { glideBase, glideUpsampler, parseTextToImageConfig, sizeOf, type TextToImageConfig, type WeightSource } from "@glissade/core";
import { parametersOf } from "./component.ts";
import { CheckpointError } from "./errors.ts";

/** A network's configuration as a file has it, and as it is understood. */
export interface NetworkConfig {
  readonly json: Readonly<Record<string, unknown>>;
  readonly config: TextToImageConfig;
}

/** Weights of one network: their names in the file, by their names in the network. */
export type NetworkWeights = ReadonlyMap<string, string>;

/** The published networks, whose checkpoints come without a configuration. */
export const published: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "GLIDE base": glideBase,
  "GLIDE base for inpainting": { ...glideBase, inpaint: true },
  "GLIDE upsampler": glideUpsampler,
  "GLIDE upsampler for inpainting": { ...glideUpsampler, inpaint: true },
};

/** A weight that every network of the family has, whatever its size. */
const landmark = "time_embed.0.weight";

/**
 * Finds the network in a checkpoint, which may lie deeper (`model/`, `module.`): training programs save more than one network's weights.
 *
 * @throws CheckpointError where there is none, or more than one
 */
export function networkIn(weights: WeightSource, file: string): NetworkWeights {
  const prefixes = weights.names
    .filter((name) => name === landmark || name.endsWith(`/${landmark}`) || name.endsWith(`.${landmark}`))
    .map((name) => name.slice(0, -landmark.length));
  const [prefix] = prefixes;
  if (prefix === undefined) {
    throw new CheckpointError(
      `${file} holds no GLIDE network: among its ${weights.names.length} tensors there is no ${landmark}. It has ${firstOf(weights.names)}.`,
    );
  }
  if (prefixes.length > 1) throw new CheckpointError(`${file} holds ${prefixes.length} networks (${prefixes.join(", ")}): save one of them on its own.`);
  return new Map(weights.names.filter((name) => name.startsWith(prefix)).map((name) => [name.slice(prefix.length), name]));
}

/** The published network that has exactly these weights; undefined where none has. */
export function recognise(weights: WeightSource, network: NetworkWeights): (NetworkConfig & { readonly name: string }) | undefined {
  for (const [name, json] of Object.entries(published)) {
    const config = parseTextToImageConfig(json);
    if (faultsOf(weights, network, config).length === 0) return { name, json, config };
  }
  return undefined;
}

/** @throws CheckpointError naming the first weights that are missing, surplus or of another shape, and how many there are of each */
export function assertFits(weights: WeightSource, network: NetworkWeights, config: TextToImageConfig, file: string): void {
  const faults = faultsOf(weights, network, config);
  if (faults.length === 0) return;
  const lines = faultKinds.flatMap((kind) => {
    const list = faults.filter((fault) => fault.kind === kind).map(({ what }) => what);
    return list.length === 0 ? [] : [`${list.length} ${kind}: ${firstOf(list)}.`];
  });
  throw new CheckpointError(`${file} does not fit its configuration, which needs ${parametersOf(config).size} weights. ${lines.join(" ")}`);
}

const faultKinds = ["missing", "of another shape", "of a type that is no floating-point number", "not in the network"] as const;

interface Fault {
  readonly kind: (typeof faultKinds)[number];
  readonly what: string;
}

function faultsOf(weights: WeightSource, network: NetworkWeights, config: TextToImageConfig): readonly Fault[] {
  const expected = parametersOf(config);
  const faults: Fault[] = [...network.keys()].filter((name) => !expected.has(name)).map((name) => ({ kind: "not in the network", what: name }));
  for (const [name, dims] of expected) {
    const original = network.get(name);
    const found = original === undefined ? undefined : weights.describe(original);
    if (!found) faults.push({ kind: "missing", what: name });
    else if (!isView(found.dims, dims)) faults.push({ kind: "of another shape", what: `${name} (${shape(found.dims)} where ${shape(dims)} is needed)` });
    else if (!/float/.test(found.dtype)) faults.push({ kind: "of a type that is no floating-point number", what: `${name} (${found.dtype})` });
  }
  return faults;
}

/** Whether two shapes differ in axes of length 1 at most: graphs read a `[C, C, 1]` weight as `[C, C, 1, 1]`. */
function isView(a: readonly number[], b: readonly number[]): boolean {
  return sizeOf(a) === sizeOf(b) && a.filter((dim) => dim !== 1).join() === b.filter((dim) => dim !== 1).join();
}

function shape(dims: readonly number[]): string {
  return `[${dims.join(", ")}]`;
}

function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}
