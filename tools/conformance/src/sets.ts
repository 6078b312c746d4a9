import { basename } from "node:path";
import { type CaseRunner, NotSupported } from "./case.ts";
import type { Manifest } from "./manifest.ts";

interface CaseSet {
  readonly load: () => Promise<{ readonly default: CaseRunner }>;
}

/** What runs the cases of each set. */
const sets: Readonly<Record<string, CaseSet>> = {
  a_schedules: { load: () => import("./sets/schedules.ts") },
  b_respacing: { load: () => import("./sets/respacing.ts") },
  c_diffusion_steps: { load: () => import("./sets/diffusion-steps.ts") },
  c_sampling_loops: { load: () => import("./sets/sampling-loops.ts") },
  d_training_losses: { load: () => import("./sets/training-losses.ts") },
  e_torch_rng: { load: () => import("./sets/torch-rng.ts") },
  f_tokenizers: { load: () => import("./sets/tokenizers.ts") },
  g_blocks: { load: () => import("./sets/blocks.ts") },
  g_clip: { load: () => import("./sets/clip.ts") },
  g_guided_diffusion: { load: () => import("./sets/guided-diffusion.ts") },
  g_networks: { load: () => import("./sets/networks.ts") },
  g_pt_files: { load: () => import("./sets/pt-files.ts") },
  g_training: { load: () => import("./sets/training.ts") },
  h_full_size: { load: () => import("./sets/full-size.ts") },
  i_metrics: { load: () => import("./sets/metrics.ts") },
  j_inpainting: { load: () => import("./sets/inpainting.ts") },
  k_resampling: { load: () => import("./sets/resampling.ts") },
};

export const knownSets: readonly string[] = Object.keys(sets);

/**
 * The set that a manifest belongs to: the one it names, or whose name its own or its folder's
 * begins with.
 */
export function setOf({ set, directory }: Pick<Manifest, "set" | "directory">): string | undefined {
  for (const name of [set, basename(directory)]) {
    if (name === undefined) continue;
    const known =
      knownSets.find((candidate) => name === candidate) ??
      knownSets.find((candidate) => name.startsWith(candidate));
    if (known) return known;
  }
  return undefined;
}

/** @throws NotSupported where the set cannot run. */
export async function loadSet(name: string): Promise<CaseRunner> {
  const set = sets[name];
  if (!set) throw new NotSupported(`no such set; known: ${knownSets.join(", ")}`);
  return (await set.load()).default;
}
