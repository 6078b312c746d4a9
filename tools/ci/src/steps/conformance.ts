import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import { type Outcome, type Step, skipped } from "../step.ts";
import { repositoryRoot } from "../workspace.ts";

/** The golden sets that Glissade covers. */
const sets = [
  "a_schedules",
  "b_respacing",
  "c_diffusion_steps",
  "c_sampling_loops",
  "d_training_losses",
  "e_torch_rng",
  "f_tokenizers",
  "g_blocks",
  "g_clip",
  "g_guided_diffusion",
  "g_networks",
  "g_pt_files",
  "g_training",
  "j_inpainting",
  "k_resampling",
];

/**
 * Compares with the reference implementations' vectors, where they are at hand: they are too large
 * to be a part of the repository.
 */
export const conformance: Step = {
  name: "conformance",
  async run() {
    const folder = process.env.GLISSADE_GOLDEN ?? join(repositoryRoot, "..", "shared", "golden");
    if (!existsSync(folder)) {
      if (process.env.GLISSADE_GOLDEN !== undefined)
        throw new Error(`GLISSADE_GOLDEN names ${folder}, which does not exist.`);
      return skipped(
        "no golden vectors at ../shared/golden, and GLISSADE_GOLDEN names no other place",
      );
    }
    const runner = [
      "--conditions=glissade-source",
      "--import",
      "tsx",
      "tools/conformance/src/main.ts",
    ];
    const { stdout, output } = await runCommand(process.execPath, [
      ...runner,
      folder,
      "--only",
      sets.join(","),
    ]);
    return { ...countCases(stdout), output };
  },
};

/**
 * Counts the lines `pass NAME ...` and `FAIL NAME ...` of a conformance run.
 *
 * @throws where the closing `N passed, N failed` is missing or tells other numbers: then the run
 * did not come to its end.
 */
export function countCases(stdout: string): Outcome {
  const verdicts = [...stdout.matchAll(/^(pass|FAIL)\s+\S+/gm)].map(([, verdict]) => verdict);
  const passed = verdicts.filter((verdict) => verdict === "pass").length;
  const failed = verdicts.length - passed;
  if (!stdout.trimEnd().endsWith(`${passed} passed, ${failed} failed`))
    throw new Error(`The conformance run did not come to its end:\n${stdout}`);
  return { passed, failed, note: `${verdicts.length} cases` };
}
