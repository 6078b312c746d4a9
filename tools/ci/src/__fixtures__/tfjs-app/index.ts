import { tfjs } from "@glissade/backend-tfjs";
import { GraphBuilder, tensor, weightsFromTensors } from "@glissade/graph";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threads from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";

const wasmPaths = { "tfjs-backend-wasm.wasm": plain, "tfjs-backend-wasm-simd.wasm": simd, "tfjs-backend-wasm-threaded-simd.wasm": threads };

/** [1, 2] by a matrix, for the test to read. */
async function product(): Promise<{ provider: string | undefined; y: number[] }> {
  const g = new GraphBuilder();
  g.output("y", g.matmul(g.input("x", [1, 2]), g.parameter("w", [2, 2])));
  const backend = tfjs({ providers: ["wasm"], wasmPaths });
  const network = await backend.compile(g.build(), weightsFromTensors({ w: tensor([2, 2], [1, 2, 3, 4]) }));
  const { y } = await network.run({ x: tensor([1, 2], [1, 2]) });
  await backend.dispose();
  return { provider: backend.provider, y: [...(y?.data ?? [])].map(Number) };
}

Object.assign(globalThis, { product });
