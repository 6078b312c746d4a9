import type { Resampling } from "./blocks.ts";

/** What shapes a U-Net's levels. */
export interface UNetShape {
  readonly modelChannels: number;
  /** Residual blocks a level. */
  readonly residualBlocks: number;
  /** Downsampling factors (1, 2, 4, ...) at which there is attention. */
  readonly attentionResolutions: readonly number[];
  /** Channels of each level, in units of `modelChannels`. */
  readonly channelMultipliers: readonly number[];
  readonly heads: number;
  /** Channels per head; -1 where `heads` decides. */
  readonly headChannels: number;
  /** Heads of the upward half; -1 for the same as downward. */
  readonly headsUpward: number;
  /** Residual blocks resample (BigGAN's way) instead of strided convolutions. */
  readonly residualResampling: boolean;
}

/** One module inside a block, with the name of its parameters in the state dict. */
export type PlannedModule =
  | { readonly kind: "convolution"; readonly prefix: string; readonly channels: number }
  | {
      readonly kind: "residual";
      readonly prefix: string;
      readonly channels: number;
      readonly resampling?: Resampling;
    }
  | {
      readonly kind: "attention";
      readonly prefix: string;
      readonly channels: number;
      readonly heads: number;
    }
  | { readonly kind: "strided" | "upsampled"; readonly prefix: string; readonly channels: number };

export interface PlannedBlock {
  readonly name: string;
  readonly modules: readonly PlannedModule[];
}

/**
 * The blocks of a U-Net in order: the way down (every output is kept), the middle, the way up (each
 * joins one kept output).
 */
export interface UNetPlan {
  readonly input: readonly PlannedBlock[];
  readonly middle: PlannedBlock;
  readonly output: readonly PlannedBlock[];
}

/**
 * Lays out ADM's U-Net with the reference's block numbers and parameter names, before any graph is
 * built: the text graph needs to know every attention layer too.
 *
 * @see Dhariwal & Nichol 2021, section 3; Ronneberger et al. 2015
 */
export function planUNet(shape: UNetShape): UNetPlan {
  const { modelChannels, residualBlocks, channelMultipliers, residualResampling } = shape;
  const levels = channelMultipliers.map((multiplier, level) => ({
    channels: multiplier * modelChannels,
    factor: 2 ** level,
    last: level === channelMultipliers.length - 1,
  }));

  const input: PlannedBlock[] = [
    block("input_blocks", 0, (prefix) => [
      {
        kind: "convolution",
        prefix: `${prefix}.0`,
        channels: levels[0]?.channels ?? modelChannels,
      },
    ]),
  ];
  for (const { channels, factor, last } of levels) {
    for (let i = 0; i < residualBlocks; i++) {
      input.push(
        block("input_blocks", input.length, (prefix) => [
          { kind: "residual", prefix: `${prefix}.0`, channels },
          ...attentionAt(shape, factor, `${prefix}.1`, channels, "down"),
        ]),
      );
    }
    if (last) break;
    input.push(
      block("input_blocks", input.length, (prefix) => [
        residualResampling
          ? { kind: "residual", prefix: `${prefix}.0`, channels, resampling: "down" }
          : { kind: "strided", prefix: `${prefix}.0.op`, channels },
      ]),
    );
  }

  const deepest = (channelMultipliers.at(-1) ?? 1) * modelChannels;
  const middle: PlannedBlock = {
    name: "middle_block",
    modules: [
      { kind: "residual", prefix: "middle_block.0", channels: deepest },
      {
        kind: "attention",
        prefix: "middle_block.1",
        channels: deepest,
        heads: headCount(shape, deepest, "down"),
      },
      { kind: "residual", prefix: "middle_block.2", channels: deepest },
    ],
  };

  const output: PlannedBlock[] = [];
  for (const { channels, factor } of [...levels].reverse()) {
    for (let i = 0; i <= residualBlocks; i++) {
      output.push(
        block("output_blocks", output.length, (prefix) => {
          const modules: PlannedModule[] = [
            { kind: "residual", prefix: `${prefix}.0`, channels },
            ...attentionAt(shape, factor, `${prefix}.1`, channels, "up"),
          ];
          const position = `${prefix}.${modules.length}`;
          if (factor === 1 || i < residualBlocks) return modules;
          return [
            ...modules,
            residualResampling
              ? { kind: "residual", prefix: position, channels, resampling: "up" }
              : { kind: "upsampled", prefix: `${position}.conv`, channels },
          ];
        }),
      );
    }
  }
  return { input, middle, output };
}

/** Every attention layer, in running order. */
export function attentionLayers({
  input,
  middle,
  output,
}: UNetPlan): Extract<PlannedModule, { kind: "attention" }>[] {
  return [...input, middle, ...output].flatMap(({ modules }) =>
    modules.filter((module) => module.kind === "attention"),
  );
}

function block(
  half: string,
  index: number,
  modules: (prefix: string) => PlannedModule[],
): PlannedBlock {
  const name = `${half}.${index}`;
  return { name, modules: modules(name) };
}

function attentionAt(
  shape: UNetShape,
  factor: number,
  prefix: string,
  channels: number,
  direction: Resampling,
): PlannedModule[] {
  return shape.attentionResolutions.includes(factor)
    ? [{ kind: "attention", prefix, channels, heads: headCount(shape, channels, direction) }]
    : [];
}

function headCount(
  { heads, headChannels, headsUpward }: UNetShape,
  channels: number,
  direction: Resampling,
): number {
  if (headChannels !== -1) return channels / headChannels;
  return direction === "up" && headsUpward !== -1 ? headsUpward : heads;
}
