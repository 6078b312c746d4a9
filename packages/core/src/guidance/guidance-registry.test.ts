import { describe, expect, it } from "vitest";
import { guidanceByName, guidanceRules } from "./guidance-registry.ts";

describe("guidanceByName", () => {
  it.each(Object.keys(guidanceRules))("makes %s of its own settings again", (name) => {
    const { settings } = guidanceByName({ name, scale: 2.5 });
    expect(settings).toMatchObject({ name, scale: 2.5 });
    expect(guidanceByName(structuredClone(settings ?? { name: "" })).settings).toEqual(settings);
    expect(Object.keys(settings ?? {}).slice(1)).toEqual(
      guidanceRules[name as keyof typeof guidanceRules].options,
    );
  });

  it("refuses names and options that nobody knows, and values that are none", () => {
    expect(() => guidanceByName({ name: "autoguidence" })).toThrow('Did you mean "autoguidance"');
    expect(() => guidanceByName({ name: "cfg-zero", eta: 1 })).toThrow("option of cfg-zero");
    expect(() => guidanceByName({ name: "cfg-zero", scale: "3" })).toThrow("a number");
    expect(() => guidanceByName({ name: "cfg-zero", scale: -1 })).toThrow("scale");
  });
});
