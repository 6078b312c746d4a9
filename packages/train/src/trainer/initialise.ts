import { philoxGenerator } from "@glissade/core/random";
import { sizeOf } from "@glissade/graph";
import type { ParameterSlot, ParameterStore } from "../optimisers/index.ts";

/**
 * Layers that begin at zero, so that every residual block begins as the identity and the network
 * says nothing (Dhariwal & Nichol 2021; `zero_module` in the reference).
 */
const zeroLayers = /(^|\.)(out_layers\.3|proj_out|out\.[23])\.(weight|bias)$/;
/**
 * Tables of tokens and labels begin at PyTorch's default for them: smaller ones drown in the biases
 * behind them, and the network does not hear its text.
 */
const tokenTables = /(^|\.)(token_embedding\.weight|label_emb\.weight|w_voc)$/;
/**
 * Tables of positions and the like begin smaller than tokens, so that a word counts for more than
 * its place.
 */
const positionTables = /(^|\.)(positional_embedding|padding_embedding|w_pos|w_t|pred_state)$/;
const positionScale = 0.3;
/** CLIP's first temperature is 0.07 (Radford et al. 2021, section 2.5). */
const firstLogitScale = Math.log(1 / 0.07);

/**
 * New weights: PyTorch's defaults for convolutions and fully connected layers (uniform within 1 /
 * sqrt(inputs), biases too), norms that change nothing, zeros where the reference has them.
 *
 * @param seed each parameter has a stream of its own, by its name, so that another layer changes no
 * other's weights
 * @see He et al. 2015, arXiv 1502.01852; torch.nn.Linear.reset_parameters
 */
export function initialise(parameters: ParameterStore, seed: number): void {
  for (const slot of parameters.slots) {
    const view = parameters.view(slot.name);
    const random = philoxGenerator(seed, streamOf(slot.name));
    if (zeroLayers.test(slot.name)) view.fill(0);
    else if (slot.name === "logit_scale") view.fill(firstLogitScale);
    else if (tokenTables.test(slot.name)) view.set(random.randn(slot.dims).data);
    else if (positionTables.test(slot.name))
      view.set(random.randn(slot.dims).data.map((value) => positionScale * value));
    else {
      const weight = weightOf(slot, parameters);
      const bound = 1 / Math.sqrt(sizeOf(weight.dims.slice(1)));
      if (weight.dims.length === 1) view.fill(slot === weight ? 1 : 0);
      else view.set(random.rand(slot.dims).data.map((value) => bound * (2 * value - 1)));
    }
  }
}

/**
 * FNV-1a of the name. The highest bit keeps these streams apart from those of a training step's
 * noise.
 */
function streamOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash | (1n << 63n);
}

/** The weight that a bias belongs to; a weight itself. */
function weightOf(slot: ParameterSlot, parameters: ParameterStore): ParameterSlot {
  const name = slot.name
    .replace(/bias$/, "weight")
    .replace(/\.b$/, slot.name.endsWith("ln.b") ? ".g" : ".w");
  return parameters.slots.find((candidate) => candidate.name === name) ?? slot;
}
