import { join } from "node:path";
import { readCheckpoint } from "@glissade/core/weights";
import type { CaseContext } from "./case.ts";
import { asFloat32, floatsNamed } from "./named-tensors.ts";

/**
 * Weights that a case gives twice, as `NAME.pt` and as `NAME.safetensors`: reading the PyTorch
 * checkpoint must give the same numbers.
 */
export async function compareCheckpoints({
  case: golden,
  directory,
  check,
  readTensors,
}: CaseContext): Promise<void> {
  const files = new Set(golden.extra_files);
  for (const checkpoint of files) {
    const twin = checkpoint.replace(/\.pt$/, ".safetensors");
    if (twin === checkpoint || !files.has(twin)) continue;
    const expected = await readTensors(twin);
    const read = await readCheckpoint(join(directory, checkpoint));
    check.equal(
      `names of the tensors of ${checkpoint}`,
      [...read.keys()].sort(),
      [...expected.keys()].sort(),
    );
    for (const [name, value] of expected)
      check.close(`${checkpoint}: ${name}`, floatsNamed(read, name).data, asFloat32(value).data, {
        exact: true,
      });
  }
}
