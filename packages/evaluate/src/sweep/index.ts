export { runSweep, type SweepOptions, type SweepProgress, sampledPictures } from "./run-sweep.ts";
export type { GuidanceStrategy, MeasuredSetting, SweepResults, SweepSetting } from "./sweep-results.ts";
export { guidanceStrategies, type SweepAxes, settingName, sweepSettings } from "./sweep-settings.ts";
