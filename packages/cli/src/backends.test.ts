import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executionProviders } from "@glissade/backend-onnx";
import { tfjsProviders } from "@glissade/backend-tfjs";
import { decodeImageRecord, decodePng } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";
import { backendProviders } from "./backends.ts";

it("knows the providers of every backend", () => {
  expect(backendProviders).toEqual({ onnx: executionProviders, tfjs: tfjsProviders });
});

describe("an image made by TensorFlow.js", () => {
  const quick = ["--steps", "2", "--quiet", "--upscale", "no", "--enlarge", "1"];
  let folder: string;
  const at = (name: string) => join(folder, name);
  const png = async (name: string) => decodePng(await readFile(at(name)));
  let report: Record<string, unknown>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "glissade-backends-"));
    const onWasm = ["--backend", "tfjs", "--provider", "wasm", "--json"];
    const { code, stdout, stderr } = await runMain([
      "generate",
      "a panda",
      "--out",
      at("tfjs.png"),
      ...onWasm,
      ...quick,
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    report = JSON.parse(stdout);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("tells its backend and provider, on stdout and in its record", async () => {
    const made = { backend: "tfjs", provider: "wasm" };
    expect(report).toMatchObject({ ...made, fallbacks: [] });
    expect(decodeImageRecord((await png("tfjs.png")).text, "tfjs.png")).toMatchObject(made);
  });

  it("is the one that ONNX Runtime makes, up to one level", async () => {
    await runMain(["generate", "a panda", "--out", at("onnx.png"), ...quick]);
    const [ours, theirs] = [await png("tfjs.png"), await png("onnx.png")];
    expect(
      Math.max(
        ...ours.image.data.map((level, i) => Math.abs(level - (theirs.image.data[i] as number))),
      ),
    ).toBeLessThanOrEqual(1);
  });

  it("is made again by TensorFlow.js, bit for bit, and by another backend with a warning", async () => {
    const again = await runMain(["reproduce", at("tfjs.png"), "--out", at("again.png"), "-q"]);
    expect(again).toMatchObject({
      code: 0,
      stderr: `The same image as ${at("tfjs.png")}, bit for bit.\n`,
    });
    expect(await readFile(at("again.png"))).toEqual(await readFile(at("tfjs.png")));
    const other = await runMain([
      "reproduce",
      at("tfjs.png"),
      "--backend",
      "onnx",
      "--out",
      at("other.png"),
      "-q",
    ]);
    expect(other.stderr).toContain(
      'warning: the image was made by "tfjs", and this one by onnx.\n',
    );
    expect(decodeImageRecord((await png("other.png")).text, "other.png")).toMatchObject({
      backend: "onnx",
      provider: "cpu",
    });
  });

  it("warns of a provider that was asked for and cannot be opened", async () => {
    const { code, stderr } = await runMain([
      "generate",
      "x",
      "--out",
      at("fallback.png"),
      "--backend",
      "tfjs",
      "--provider",
      "webgl,wasm",
      ...quick,
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: the provider webgl cannot be opened \(.+\); wasm is used\.\n$/,
    );
  });
});
