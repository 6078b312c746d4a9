import { onnx } from "@glissade/backend-onnx";
import { localGradients } from "../../engine/compiled-gradients.ts";
import { workerGradients } from "../../engine/worker-gradients.ts";
import { train } from "../train.ts";
import { tinyLoss, tinyRun, tinyTask } from "./tiny-run.ts";

// A run in a process of its own: `run-in-child.ts FOLDER workers|local endless|resume`. Prints the
// error where it fails.
const [, , folder = "", engineName, manner] = process.argv;
const loss = tinyLoss(tinyTask());
const backend = { module: import.meta.resolve("@glissade/backend-onnx"), export: "onnx", options: { threads: 1 } };
const engine = engineName === "workers" ? await workerGradients(loss, { backend }) : await localGradients(onnx({ threads: 1 }), loss);
try {
  await train({ ...tinyRun(folder, engine, loss.parameters), ...(manner === "resume" ? { resume: true } : { steps: 100_000 }) });
} catch (error) {
  process.stdout.write(JSON.stringify(error));
  process.exitCode = 3;
} finally {
  await engine.dispose();
}
