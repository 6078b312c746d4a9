import { onnx } from "@glissade/backend-onnx";
import { emojiOutputs } from "./network-outputs.ts";

// Prints what the browsers' tests compare with.
const backend = onnx({ providers: ["cpu"] });
process.stdout.write(JSON.stringify(await emojiOutputs(backend)));
await backend.dispose();
