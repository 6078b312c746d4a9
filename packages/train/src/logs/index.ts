export { duration } from "./duration.ts";
export { LogError } from "./log-error.ts";
export {
  type ProgressDisplay,
  type ProgressDisplayOptions,
  type ProgressOutput,
  progressDisplay,
} from "./progress-display.ts";
export { type Progress, progressLine } from "./progress-line.ts";
export { RateEstimator } from "./rate-estimator.ts";
export { readRecords } from "./record-file.ts";
export { type ReportImage, renderReport, type TrainingReport, writeReport } from "./report.ts";
export { type EventWriter, openEventFile } from "./tensorboard-events.ts";
export {
  type NewRecord,
  openTrainingLog,
  type TrainingLog,
  type TrainingLogOptions,
} from "./training-log.ts";
export type { TrainingRecord } from "./training-record.ts";
