export type { SweepImage } from "./image-grid.ts";
export { type SvgToPngOptions, svgToPng } from "./svg-to-png.ts";
export { sweepCsv } from "./sweep-csv.ts";
export { sweepMarkdown } from "./sweep-markdown.ts";
export { type SweepPlot, sweepPlots } from "./sweep-plots.ts";
export { type SweepReportOptions, writeSweepReport } from "./sweep-report.ts";
export {
  type SweepCell,
  type SweepColumn,
  type SweepRow,
  type SweepTable,
  sweepTable,
} from "./sweep-table.ts";
