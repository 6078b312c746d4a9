import type { TestProject } from "vitest/node";
import { buildDemo } from "./build-demo.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the built demo. */
    readonly builtDemo: string;
  }
}

/** Builds the demo once in a run, for all projects that test it. */
export default async function provideBuiltDemo({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const root = vitest.getRootProject(); // what it provides is every project's
  if ("builtDemo" in root.getProvidedContext()) return undefined;
  const { files, remove } = await buildDemo();
  root.provide("builtDemo", files);
  return remove;
}
