export * from "./checkpoints/index.ts";
export * from "./data/index.ts";
export { localGradients } from "./engine/compiled-gradients.ts";
export type {
  GradientEngine,
  Gradients,
  GraphInputs,
  LossGraph,
} from "./engine/gradient-engine.ts";
export { GradientWorkerError } from "./engine/gradient-worker-error.ts";
export { type WorkerGradientsOptions, workerGradients } from "./engine/worker-gradients.ts";
export type { BackendModule } from "./engine/worker-messages.ts";
export * from "./export/index.ts";
export * from "./logs/index.ts";
export * from "./networks/index.ts";
export * from "./objectives/index.ts";
export * from "./optimisers/index.ts";
export * from "./recipes/index.ts";
export * from "./runs/index.ts";
export * from "./stages/index.ts";
export * from "./tasks/index.ts";
export { TrainingDivergedError } from "./trainer/diverged.ts";
export { initialise } from "./trainer/initialise.ts";
export { splitRows } from "./trainer/split-rows.ts";
export { type SampleImage, type TrainOptions, type TrainResult, train } from "./trainer/train.ts";
export { TrainingState } from "./trainer/training-state.ts";
