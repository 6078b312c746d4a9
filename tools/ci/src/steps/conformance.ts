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
  "e_torch_rng",
  "f_tokenizers",
  "g_blocks",
  "g_networks",
  "g_pt_files",
  "k_resampling",
];
/** Cases of these sets that need networks which Glissade does not have yet; they fail and are not counted. */
const notYet = ["classifier_guided_p_sample_loop_10", "clip_guided_ddim_sample_loop", "clip_guided_p_sample_loop"].map((name) => `c_sampling_loops/${name}`);

/** Compares with the reference implementations' vectors, where they are at hand: they are too large to be a part of the repository. */
export const conformance: Step = {
  name: "conformance",
  async run() {
    const folder = process.env.GLISSADE_GOLDEN ?? join(repositoryRoot, "..", "shared", "golden");
    if (!existsSync(folder)) {
      if (process.env.GLISSADE_GOLDEN !== undefined) throw new Error(`GLISSADE_GOLDEN names ${folder}, which does not exist.`);
      return skipped("no golden vectors at ../shared/golden, and GLISSADE_GOLDEN names no other place");
    }
    const runner = ["--conditions=glissade-source", "--import", "tsx", "tools/conformance/src/main.ts"];
    const { stdout, output } = await runCommand(process.execPath, [...runner, folder, "--only", sets.join(",")]);
    return { ...countCases(stdout, notYet), output };
  },
};

/**
 * Counts the lines `pass NAME ...` and `FAIL NAME ...` of a conformance run, leaving out the named failures.
 *
 * @throws where the closing `N passed, N failed` is missing or tells other numbers: then the run did not come to its end.
 */
export function countCases(stdout: string, notCounted: readonly string[]): Outcome {
  const cases = [...stdout.matchAll(/^(pass|FAIL)\s+(\S+)/gm)].map(([, verdict, name = ""]) => ({ passed: verdict === "pass", name }));
  const passed = cases.filter((entry) => entry.passed).length;
  const failures = cases.filter((entry) => !entry.passed);
  if (!stdout.trimEnd().endsWith(`${passed} passed, ${failures.length} failed`)) throw new Error(`The conformance run did not come to its end:\n${stdout}`);
  const failed = failures.filter(({ name }) => !notCounted.includes(name)).length;
  const left = failures.length - failed;
  return { passed, failed, note: `${passed + failed} cases${left > 0 ? `, ${left} not counted, which Glissade cannot run yet` : ""}` };
}
