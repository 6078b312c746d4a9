export { runSweep, type SweepOptions, type SweepProgress, sweptPictures } from "./run-sweep.ts";
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
