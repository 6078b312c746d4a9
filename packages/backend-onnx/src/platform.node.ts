import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, sep } from "node:path";
import { RuntimeMissingError } from "@glissade/graph";
import { logLevels } from "./options.ts";
import type { Platform, ProviderRuntime, Runtime, WeightFolder } from "./platform.ts";

const onLinuxWithCuda =
  "and its libraries are a download of their own: run `ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js`.";

/** ONNX Runtime in Node: native, through onnxruntime-node. */
export const platform: Platform = {
  name: "node",
  defaultProviders: ["cpu"],
  advice: {
    cpu: undefined,
    cuda: `It exists on Linux x64 with CUDA 12 and cuDNN 9, ${onLinuxWithCuda}`,
    tensorrt: `It exists on Linux x64 with CUDA 12, cuDNN 9 and TensorRT, ${onLinuxWithCuda}`,
    webgpu:
      "It needs a graphics driver with Vulkan (Linux x64: libvulkan.so.1 and the card's driver), Direct3D 12 (Windows) or Metal (macOS).",
    dml: "DirectML exists on Windows only.",
    coreml: "Core ML exists on macOS only.",
    wasm: 'It exists in browsers only; in Node, "cpu" is the native equivalent.',
    webnn: "It exists in browsers only.",
  },
  async load(choice, { logSeverityLevel }): Promise<ProviderRuntime> {
    const runtime = await loadRuntime();
    // ONNX Runtime prints what it is about to throw; its own log is therefore silent unless a level
    // is asked for. The level is read once in a process, when its first session opens.
    if (logSeverityLevel !== undefined || runtime.env.logLevel === "warning")
      runtime.env.logLevel = logLevels[logSeverityLevel ?? 4];
    return { runtime, choice, inTurn: (task) => task() };
  },
  async weightFolder(paths): Promise<WeightFolder> {
    // ONNX Runtime refuses a link that leads out of the folder, and Hugging Face's cache is full of
    // them.
    const real = new Map(
      await Promise.all(
        [...new Set(paths)].map(async (path) => [path, await realpath(path)] as const),
      ),
    );
    const directory = commonFolder([...real.values()]);
    return {
      directory,
      locationOf(path) {
        const location = relative(directory ?? "", real.get(path) ?? path);
        return isAbsolute(location) ? undefined : location.split(sep).join("/");
      },
    };
  },
};

/** Loaded when it is first needed: a program that only prints its help does not pay for it. */
async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    const machine = `${process.platform}/${process.arch}`;
    throw new RuntimeMissingError(
      `onnxruntime-node could not be loaded on ${machine}. It has binaries for linux (glibc), darwin and win32; reinstall it there.`,
      { cause },
    );
  }
}

/** The deepest folder that holds all files; on Windows, those on the first one's drive. */
function commonFolder(paths: readonly string[]): string | undefined {
  const [first, ...rest] = [...new Set(paths.map((path) => dirname(path)))];
  if (first === undefined) return undefined;
  let folder = first;
  while (
    !rest.every(
      (other) => other === folder || other.startsWith(folder.endsWith(sep) ? folder : folder + sep),
    ) &&
    dirname(folder) !== folder
  )
    folder = dirname(folder);
  return folder;
}
