export { runSweep, type SweepOptions, type SweepProgress, sweptImages } from "./run-sweep.ts";
export type {
  GuidanceStrategy,
  MeasuredSetting,
  SweepResults,
  SweepSetting,
} from "./sweep-results.ts";
export {
  guidanceStrategies,
  type SweepAxes,
  samplesName,
  settingName,
  sweepSettings,
} from "./sweep-settings.ts";
