import { resolve } from "node:path";
import type { AnyTensor } from "@glissade/core";
import { readCheckpoint } from "@glissade/core/weights";
import { bfloat16ToFloat32 } from "@glissade/graph";
import { type CaseContext, NotSupported } from "../case.ts";

/** g_pt_files: a checkpoint that PyTorch wrote, read as the tensors it holds. */
export default async function ptFiles({
  case: { extra_files },
  directory,
  tensors: expected,
  check,
}: CaseContext): Promise<void> {
  const [file] = extra_files ?? [];
  if (file === undefined) throw new NotSupported("the case names no checkpoint");
  const read = await readCheckpoint(resolve(directory, file));
  check.equal("names", [...read.keys()].sort(), [...expected.keys()].sort());
  for (const [name, tensor] of expected) {
    const actual = widened(read.get(name));
    check.equal(`${name}'s type`, actual?.dtype, tensor.dtype);
    check.equal(`${name}'s shape`, actual?.dims, tensor.dims);
    check.close(name, actual?.data ?? [], tensor.data);
  }
}

/** The expected files hold bfloat16 as float32. */
function widened(tensor: AnyTensor | undefined): AnyTensor | undefined {
  return tensor?.dtype === "bfloat16"
    ? { dtype: "float32", dims: tensor.dims, data: bfloat16ToFloat32(tensor.data) }
    : tensor;
}
