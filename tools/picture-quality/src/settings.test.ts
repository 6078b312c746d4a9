import { InvalidArgumentError } from "@glissade/core";
import { expect, it } from "vitest";
import { settingNames, settingsOf } from "./settings.ts";

it("knows the ways of guiding that are compared", () => {
  expect(settingsOf(settingNames).map(({ options }) => options)).toEqual([
    {},
    { guidance: 1 },
    { guidance: 1.5 },
    { guidance: 3 },
    { guidance: 5 },
    { guidance: 1, clipGuidance: 10 },
    { guidance: 3, clipGuidance: 10 },
  ]);
});

it("reads scales out of names", () => {
  expect(settingsOf("cfg-2.5, clip-30,cfg-2.5").map(({ options }) => options)).toEqual([
    { guidance: 2.5 },
    { guidance: 1, clipGuidance: 30 },
  ]);
});

it.each(["", "cfg", "cfg-", "cfg--1", "best"])("refuses %j", (name) =>
  expect(() => settingsOf(name)).toThrow(InvalidArgumentError),
);
