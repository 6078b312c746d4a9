import { join } from "node:path";
import type { Tensor } from "@glissade/core";
import { quantizeLowResolution } from "@glissade/core/image";
import { admGraph, parseAdmConfig } from "@glissade/core/networks";
import { openSafetensors } from "@glissade/core/weights";
import { tensor } from "@glissade/graph";
import type { CaseContext } from "./case.ts";
import { caseOfWeights } from "./guiding-gradient.ts";
import { asFloat32, floatsNamed, tensorNamed } from "./named-tensors.ts";
import { configFor, openNetwork } from "./network-under-test.ts";

/** The diffusion model of a sampling loop with its condition. */
export interface SampledModel {
  run(x: Tensor, timestep: number): Promise<Tensor>;
  dispose(): Promise<void>;
}

/**
 * The diffusion model of the case with its condition: guided-diffusion's by class, or GLIDE's by
 * text.
 */
export async function openSampledModel(context: CaseContext, start: Tensor): Promise<SampledModel> {
  const { case: golden, directory, tensors, backend } = context;
  const weightsFile = String(golden.values?.weights_file);
  const weights = await openSafetensors(join(directory, weightsFile));
  const [batch = 0, , height = 0, width = 0] = start.dims;
  const timesteps = (timestep: number) => tensor([batch], new Float32Array(batch).fill(timestep));
  if (golden.call?.startsWith("guided_diffusion")) {
    const config = parseAdmConfig(
      (await caseOfWeights(join(directory, weightsFile))).values?.config,
    );
    const network = await backend.compile(admGraph(config, { height, width }), weights);
    await weights.dispose();
    const y = tensorNamed(tensors, "in.y");
    return {
      run: async (x, timestep) =>
        floatsNamed(await network.run({ x, timesteps: timesteps(timestep), y }), "output"),
      dispose: () => network.dispose(),
    };
  }
  const lowRes = lowResInput(context);
  const known = tensors.has("in.inpaint_image")
    ? {
        inpaint_image: tensorNamed(tensors, "in.inpaint_image"),
        inpaint_mask: tensorNamed(tensors, "in.inpaint_mask"),
      }
    : {};
  const network = await openNetwork(context, await configFor(context, weightsFile), weights, {
    height,
    width,
    ...(lowRes && { lowRes: { height: lowRes.dims[2] ?? 0, width: lowRes.dims[3] ?? 0 } }),
  });
  const { xf_out: _features, ...text } = await network.text(
    tensorNamed(tensors, "in.tokens"),
    tensorNamed(tensors, "in.mask"),
  );
  return {
    run: async (x, timestep) =>
      floatsNamed(
        await network.image({
          x,
          timesteps: timesteps(timestep),
          ...text,
          ...known,
          ...(lowRes && { low_res: lowRes }),
        }),
        "output",
      ),
    async dispose() {
      await network.dispose();
      await weights.dispose();
    },
  };
}

/**
 * The low-resolution image as the upsampler is given it: our own quantisation of the base sample,
 * which must be the recorded one.
 */
function lowResInput({ tensors, check }: CaseContext): Tensor | undefined {
  const base = tensors.get("in.base_sample");
  if (!base) return undefined;
  const quantized = quantizeLowResolution(asFloat32(base));
  check.close("low_res", quantized.data, floatsNamed(tensors, "in.low_res").data, {
    rtol: 0,
    atol: 1e-6,
  });
  return quantized;
}
