import { runCommand } from "../run-command.ts";
import { type Step, skipped, verdict } from "../step.ts";

const script = "packages/backend-tfjs/scripts/build-tfjs-node.sh";

/** More than it takes on an idle machine; whoever waits for the tests should not wait for this. */
const seconds = 60;

/**
 * pip looks into folders of this machine only: its index is one that does not exist, and a host
 * that does not answer is not asked twice.
 */
const withoutNetwork = {
  PIP_INDEX_URL: "file:///none",
  PIP_RETRIES: "0",
  PIP_DEFAULT_TIMEOUT: "5",
};

/**
 * TensorFlow.js's native library, for the tests that use it where it loads. Install scripts are not
 * run in this repository, and tfjs-node's downloads from a host that many machines do not reach, so
 * it is built here where a TensorFlow wheel is at hand. Where it is not, those tests are left out
 * and nothing fails.
 */
export const nativeTensorFlow: Step = {
  name: "native TensorFlow.js",
  async run() {
    if (process.platform !== "linux")
      return skipped(`not here: it is built on Linux, and this is ${process.platform}`);
    const { succeeded, stdout, output } = await runCommand(
      "timeout",
      [String(seconds), "bash", script],
      { env: withoutNetwork },
    );
    return succeeded ? verdict([], stdout.trim()) : skipped(`not here: ${reasonIn(output)}`);
  },
};

/** What the script complained of: one line, after the command itself. */
export function reasonIn(output: string): string {
  const [, reason = ""] = output.trim().split("\n");
  return reason === "(exit code 124)" ? `building it takes more than ${seconds} s` : reason;
}
