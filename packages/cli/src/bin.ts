#!/usr/bin/env node
import { interruptible } from "./interruption.ts";
import { main } from "./main.ts";

const { stdin, stdout, stderr } = process;
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0); // whoever read the output has seen enough of it
});
const interruption = interruptible(() =>
  stderr.write("Stopping after this step. Press Ctrl-C again to stop at once.\n"),
);
process.exitCode = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  signal: interruption.signal,
});
interruption.restore();
