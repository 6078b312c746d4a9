import { parseArgs } from "node:util";
import { runSteps } from "./run-steps.ts";
import { backendsAlone } from "./steps/backends-alone.ts";
import { buildSteps } from "./steps/build-steps.ts";
import { changesets } from "./steps/changesets.ts";
import { chromium } from "./steps/chromium.ts";
import { conformance } from "./steps/conformance.ts";
import { nativeTensorFlow } from "./steps/native-tensorflow.ts";
import { packedPackages } from "./steps/packed-packages.ts";
import { repositoryRules } from "./steps/repository-rules.ts";
import { sourceSteps } from "./steps/source-steps.ts";
import { longTests, unitTests } from "./steps/unit-tests.ts";

/** What a change can break; in an order in which little waits for what it needs. */
const ofEveryChange = [
  chromium,
  nativeTensorFlow,
  ...sourceSteps,
  repositoryRules,
  changesets,
  ...unitTests,
  ...buildSteps,
  packedPackages,
  backendsAlone,
];

/** What takes long. */
const ofAll = [conformance, ...longTests];

const options = {
  all: { type: "boolean" },
  within: { type: "string" },
  only: { type: "string" },
  help: { type: "boolean" },
} as const;

const { values } = parseArgs({ options });
const everyStep = [...ofEveryChange, ...ofAll];
const known = everyStep.map(({ name }) => name).join(", ");
const names = values.only?.split(",");
const unknown = names?.filter((name) => !everyStep.some((step) => step.name === name)) ?? [];
const afterMinutes = Number(values.within ?? Number.POSITIVE_INFINITY);

if (values.help) {
  console.log(`npm test                        what a change can break
npm run test:all                the same, and then what takes long
npm run test:all -- --within N  no step of what takes long starts after N minutes
npm test -- --only NAME,...     some steps of: ${known}`);
} else if (unknown.length > 0 || Number.isNaN(afterMinutes)) {
  console.error(
    unknown.length > 0
      ? `There is no step ${unknown.join(", ")}; known: ${known}.`
      : `--within takes minutes, not ${values.within}.`,
  );
  process.exitCode = 2;
} else {
  const steps = names
    ? everyStep.filter(({ name }) => names.includes(name))
    : values.all
      ? everyStep
      : ofEveryChange;
  const leaveOut = { names: ofAll.map(({ name }) => name), afterMinutes };
  process.exitCode = (await runSteps(steps, { leaveOut })) ? 0 : 1;
}
