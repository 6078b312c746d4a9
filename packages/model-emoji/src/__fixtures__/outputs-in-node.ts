import { onnx } from "@glissade/backend-onnx";
import { networkOutputs, picture } from "./network-outputs.ts";

// Prints what the browsers' tests compare with.
const backend = onnx({ providers: ["cpu"] });
const outputs = Object.entries(await networkOutputs(backend)).map(([name, values]) => [name, Array.from(values)]);
process.stdout.write(JSON.stringify({ outputs: Object.fromEntries(outputs), picture: Array.from(await picture(backend)) }));
await backend.dispose();
