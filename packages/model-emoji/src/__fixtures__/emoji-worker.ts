import { type OnnxOptions, onnx } from "@glissade/backend-onnx";
import { serveGlide } from "@glissade/core/worker";

/** Every memory that is made for WebAssembly; ONNX Runtime makes its own in JavaScript. */
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(Memory, given: [WebAssembly.MemoryDescriptor]) {
    const memory = new Memory(...given);
    memories.push(memory);
    return memory;
  },
});

/** What the test asks for beside the protocol. */
addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (data === "memory") postMessage({ wasmBytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
});

serveGlide({ backend: (options) => onnx(options as OnnxOptions) }); // `onnx` checks them
