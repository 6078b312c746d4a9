import { stages } from "@glissade/train";
import { expect, it } from "vitest";
import { runMain } from "../__fixtures__/run-main.ts";

it("lists every stage of training with what it does", async () => {
  const { stdout } = await runMain(["train", "--help"]);
  const text = stdout.replace(/\s+/g, " ");
  for (const { name, about } of stages) expect(text).toContain(`${name} ${about}`);
});
