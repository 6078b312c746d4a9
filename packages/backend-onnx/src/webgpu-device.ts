import { DeviceLostError } from "@glissade/graph";
import type { Device } from "./platform.ts";

/**
 * Limits of which graphs need as much as there is; a device has the least that the standard allows
 * unless it is asked for more.
 */
const raisedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** What ONNX Runtime's kernels use where there is such a thing. */
const usefulFeatures = ["shader-f16", "subgroups"] as const;

export interface WebGpuDevice extends Device {
  readonly gpu: GPUDevice;
}

/**
 * A device of the backend's own: its loss is noticed, it is freed as a whole, and after a loss
 * another can be opened beside it.
 *
 * @throws Error where the browser has no WebGPU or gives no adapter.
 */
export async function openWebGpuDevice(): Promise<WebGpuDevice> {
  const { gpu } = navigator;
  if (!gpu)
    throw new Error(
      "this browser has no WebGPU (navigator.gpu), or the page is not served over https",
    );
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter)
    throw new Error(
      "the browser gives no WebGPU adapter (no graphics card that it trusts, or switched off)",
    );
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)),
  });
  return watched(device);
}

function watched(gpu: GPUDevice): WebGpuDevice {
  let lost: DeviceLostError | undefined;
  const untilLost = gpu.lost.then(({ reason, message }): never => {
    lost = new DeviceLostError({ reason, message });
    throw lost;
  });
  untilLost.catch(() => undefined); // told to whoever runs something; nobody may
  return {
    gpu,
    limits: {
      name: "the WebGPU adapter",
      largestBuffer: Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize),
    },
    get lost() {
      return lost;
    },
    untilLost,
    destroy: () => gpu.destroy(),
  };
}
