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
import { unitTests } from "./steps/unit-tests.ts";

/** In an order in which little waits for what it needs. */
const steps = [
  ...sourceSteps,
  repositoryRules,
  changesets,
  chromium,
  nativeTensorFlow,
  conformance,
  ...buildSteps,
  packedPackages,
  backendsAlone,
  unitTests,
];

const { values } = parseArgs({ options: { only: { type: "string" }, help: { type: "boolean" } } });

if (values.help) {
  console.log(`npm test                      everything that a change must pass
npm test -- --only NAME,...   some steps of: ${steps.map(({ name }) => name).join(", ")}`);
} else {
  const names = values.only?.split(",");
  const unknown = names?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}; known: ${steps.map(({ name }) => name).join(", ")}.`,
    );
    process.exitCode = 2;
  } else {
    process.exitCode = (await runSteps(
      names ? steps.filter(({ name }) => names.includes(name)) : steps,
    ))
      ? 0
      : 1;
  }
}
