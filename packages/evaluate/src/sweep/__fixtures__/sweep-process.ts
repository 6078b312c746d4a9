import { runSweep } from "../run-sweep.ts";
import { openSmallSweep } from "./small-sweep.ts";

/**
 * Runs the small sweep in the folder that it is told, a line on stdout for each step: to be killed.
 */
const { options } = await openSmallSweep();
for await (const { images } of runSweep({ ...options, folder: process.argv[2] ?? "" })) process.stdout.write(`${images}\n`);
