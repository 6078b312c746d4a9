import { writeFile } from "node:fs/promises";
import { sweepPlots } from "../sweep-plots.ts";
import { svgToPng } from "../svg-to-png.ts";
import { guidanceSweep } from "./guidance-sweep.ts";

// A program of its own: what it sees of the machine's fonts is settled by the environment it starts with.
const [out = ""] = process.argv.slice(2);
const [plot] = await sweepPlots(guidanceSweep());
await writeFile(out, await svgToPng(plot?.svg ?? ""));
