import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { encodeSafetensors } from "@glissade/core/weights";
import { tensor } from "@glissade/graph";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FileServer, fileServer } from "../__fixtures__/file-server.ts";
import { smallBase, smallWeights } from "../__fixtures__/small-networks.ts";
import type { Input } from "../command.ts";
import { pullCommand } from "../commands/pull.ts";
import { exitCodeOf } from "../errors.ts";
import type { PublishedModel } from "./published-models.ts";

const base = { ...smallBase, n_vocab: 50_257 };
const upsampler = { ...base, image_size: 16, attention_resolutions: [16], super_res: true };
const classifier = {
  image_size: 8,
  model_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [1],
  out_channels: 3,
  pool: "attention",
};

let server: FileServer;
let folder: string;
let models: readonly PublishedModel[];
const contents = new Map<string, Uint8Array>();
const at = (...names: string[]) => join(folder, ...names);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (name: string) => contents.get(name) ?? expect.unreachable(name);

/** A copy that differs in the least digit of one weight. */
function withLastWeightChanged(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[changed.length - 4] = (changed.at(-4) ?? 0) ^ 1;
  return changed;
}

/** Runs the command as the program does, in the test's folder. */
async function run(
  argv: readonly string[],
  { signal = new AbortController().signal, stdin }: { signal?: AbortSignal; stdin?: Input } = {},
) {
  let [stdout, stderr] = ["", ""];
  const output = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  };
  const error: unknown = await pullCommand(models)
    .run(argv, { ...output, signal, ...(stdin && { stdin }) })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  return {
    code: error === undefined ? 0 : exitCodeOf(error),
    message: error instanceof Error ? error.message : "",
    error,
    stdout,
    stderr,
  };
}

const pull = (...argv: string[]) =>
  run([
    "small",
    "--mirror",
    server.address,
    "--cache",
    at("cache"),
    "--out",
    at("model"),
    "--accept-licence",
    ...argv,
  ]);

beforeAll(async () => {
  contents.set("base.pt", await encodeSafetensors(smallWeights("glide", base)));
  contents.set("upsample.pt", await encodeSafetensors(smallWeights("glide", upsampler)));
  contents.set(
    "classifier.pt",
    await encodeSafetensors(smallWeights("adm-classifier", classifier)),
  );
  server = await fileServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-pull-"));
  server.asked.length = 0;
  server.breaksAfter = Infinity;
  for (const [name, bytes] of contents) server.files.set(name, bytes);
  models = [
    {
      name: "small",
      about: "a small model",
      release: { name: "may-1816", address: "http://127.0.0.1:1/" },
      files: [
        { name: "base.pt", part: "base", network: { kind: "glide", json: base } },
        {
          name: "upsample.pt",
          part: "upsampler",
          network: { kind: "glide", json: upsampler },
          sha256: sha256(bytesOf("upsample.pt")),
        },
        {
          name: "classifier.pt",
          part: "classifier",
          network: { kind: "adm-classifier", json: classifier },
        },
      ],
      terms: { licence: "MIT", paragraphs: ["For tests alone."] },
      generation: { sampler: "ddpm", steps: 7, scale: 2 },
    },
  ];
  return () => rm(folder, { recursive: true });
});

describe("glissade pull", () => {
  it("fetches, records, converts and prints the folder; a second time it fetches nothing", async () => {
    const first = await pull("--only", "base,upsampler", "--json");
    expect(first).toMatchObject({ code: 0, message: "" });
    const total = bytesOf("base.pt").length + bytesOf("upsample.pt").length;
    expect(first.stderr).toContain("For tests alone.");
    expect(first.stderr).toContain(
      `Fetching base.pt, upsample.pt: ${(total / 1e6).toFixed(0)} MB from 127.0.0.1`,
    );
    const file = (name: string) => ({
      url: `${server.address}/${name}`,
      path: at("cache", "may-1816", name),
      size: bytesOf(name).length,
      sha256: sha256(bytesOf(name)),
    });
    expect(JSON.parse(first.stdout)).toMatchObject({
      pulled: "small",
      model: at("model"),
      dtype: "float16",
      licence: "MIT",
      generation: { sampler: "ddpm", steps: 7, guidance_scale: 2 },
      files: [file("base.pt"), file("upsample.pt")].map((known) => ({ ...known, cached: false })),
    });
    const { path: _, ...known } = file("base.pt");
    expect(
      JSON.parse(await readFile(at("cache", "may-1816", "base.pt.json"), "utf8")),
    ).toMatchObject(known);
    expect((await readdir(at("cache", "may-1816"))).sort()).toEqual([
      "base.pt",
      "base.pt.json",
      "upsample.pt",
      "upsample.pt.json",
    ]);
    const index = JSON.parse(await readFile(at("model", "model_index.json"), "utf8"));
    expect(index).toMatchObject({
      base: ["glissade", "Text2ImUNet"],
      upscaling: { sampler: "dpmpp-2m", steps: 8, temperature: 0.997 },
    });

    expect(server.asked.filter((asked) => asked.startsWith("GET"))).toEqual([
      "GET base.pt",
      "GET upsample.pt",
    ]);
    server.asked.length = 0;
    expect(await pull("--only", "base,upsampler")).toMatchObject({
      code: 1,
      message: expect.stringContaining("holds a model already"),
    });
    const again = await pull("--only", "base,upsampler", "--force", "--dtype", "float32");
    expect(again).toMatchObject({ code: 0, stdout: `${at("model")}\n` });
    expect(again.stderr).toContain("All files are in");
    expect(server.asked).toEqual([]);
    expect((await readFile(at("model", "base", "model.safetensors"))).length).toBeGreaterThan(
      0.99 * bytesOf("base.pt").length,
    );
  });

  it("asks for the licence before anything is fetched: at a terminal, or on the command line", async () => {
    const argv = [
      "small",
      "--only",
      "base",
      "--mirror",
      server.address,
      "--cache",
      at("cache"),
      "--out",
      at("model"),
      "-q",
    ];
    const refused = await run(argv);
    expect(refused).toMatchObject({
      code: 2,
      message: expect.stringContaining("--accept-licence"),
    });
    expect(refused.stderr).toContain("For tests alone.");
    const terminal = (answer: string | undefined) => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      stdin.end(answer); // without an answer: the input ends, as with Ctrl-D
      return stdin;
    };
    for (const answer of ["no\n", "\n", "yesterday\n", undefined])
      expect(await run(argv, { stdin: terminal(answer) })).toMatchObject({
        code: 2,
        message: expect.stringContaining("nothing was fetched"),
      });
    expect(server.asked).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    expect(await run(argv, { stdin: terminal("Yes\n") })).toMatchObject({ code: 0 });
  });

  it("stops asking where it is stopped", async () => {
    const controller = new AbortController();
    const stdin: Input = Object.assign(new PassThrough(), { isTTY: true });
    setTimeout(() => controller.abort(new Error("stopped")), 50);
    expect(
      (await run(["small", "--out", at("model")], { stdin, signal: controller.signal })).error,
    ).toMatchObject({ name: "AbortError" });
  });

  it("goes on where the network was lost, with the same command", async () => {
    server.breaksAfter = 200_000; // again and again: one break is retried
    const lost = await pull("--only", "base");
    expect(lost).toMatchObject({
      code: 1,
      message: expect.stringMatching(/broke after \d+ .*Run it again: it goes on from there/),
    });
    expect(await readdir(folder)).toEqual(["cache"]);
    const arrived = (await readFile(at("cache", "may-1816", "base.pt.part"))).length;
    expect(arrived).toBeGreaterThan(0);
    server.breaksAfter = Infinity;
    server.asked.length = 0;
    const rest = await pull("--only", "base");
    expect(rest.code).toBe(0);
    expect(rest.stderr).toContain(
      `${((bytesOf("base.pt").length - arrived) / 1e6).toFixed(0)} MB from`,
    );
    expect(server.asked).toEqual(["HEAD base.pt", `GET base.pt bytes=${arrived}-`]);
    expect(sha256(await readFile(at("cache", "may-1816", "base.pt")))).toBe(
      sha256(bytesOf("base.pt")),
    );
  });

  it("goes on where it was stopped", async () => {
    const controller = new AbortController();
    const argv = [
      "small",
      "--only",
      "base",
      "--mirror",
      server.address,
      "--cache",
      at("cache"),
      "--out",
      at("model"),
      "--accept-licence",
    ];
    server.breaksAfter = 2_000_000; // so that it cannot be complete before it is stopped
    let told = "";
    const stderr = {
      write(text: string) {
        told += text;
        if (/^\d+ of \d+ MB/.test(text)) controller.abort(new Error("enough"));
      },
    };
    const error = await pullCommand(models)
      .run(argv, { stdout: stderr, stderr, signal: controller.signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: "enough" });
    expect(told).toContain("the same command goes on from there");
    expect(await readdir(folder)).toEqual(["cache"]);
    server.breaksAfter = Infinity;
    expect((await run(argv)).code).toBe(0);
    expect(server.asked.at(-1)).toMatch(/^GET base\.pt bytes=\d+-$/);
  });

  it.each([
    ["truncated", (path: string) => truncate(path, 1000), "has 1000 bytes, where"],
    [
      "changed",
      async (path: string) => writeFile(path, (await readFile(path)).fill(7, 5000, 5001)),
      "is not what was fetched",
    ],
  ])("says that a cached file was %s, and fetches it again", async (_, damage, message) => {
    await pull("--only", "base");
    await damage(at("cache", "may-1816", "base.pt"));
    const { code, stderr } = await pull("--only", "base", "--force");
    expect(stderr).toContain(`warning: ${at("cache", "may-1816", "base.pt")} ${message}`);
    expect(code).toBe(0);
    expect(sha256(await readFile(at("cache", "may-1816", "base.pt")))).toBe(
      sha256(bytesOf("base.pt")),
    );
  });

  it("does not take another file for the one that was fetched first", async () => {
    await pull("--only", "base");
    await rm(at("cache", "may-1816", "base.pt"));
    server.files.set("base.pt", withLastWeightChanged(bytesOf("base.pt")));
    const { code, message } = await pull("--only", "base", "--force");
    expect(message).toMatch(/SHA-256 .* was expected.*delete .*base\.pt\.json/);
    expect(code).toBe(1);
    await rm(at("cache", "may-1816", "base.pt.json"));
    expect((await pull("--only", "base", "--force")).code).toBe(0);
  });

  it.each([
    [
      "another network",
      () => server.files.set("base.pt", bytesOf("upsample.pt")),
      "does not fit its configuration",
    ],
    [
      "no checkpoint",
      () => server.files.set("base.pt", new TextEncoder().encode("x".repeat(5000))),
      "neither a safetensors file nor a PyTorch checkpoint",
    ],
    [
      "another file than the published one",
      () => server.files.set("upsample.pt", bytesOf("base.pt")),
      "SHA-256",
    ],
    ["nothing", () => server.files.delete("upsample.pt"), "answered 404"],
  ])("keeps nothing of %s, and makes no model", async (_, change, message) => {
    change();
    const refused = await pull("--only", "base,upsampler");
    expect(refused.message).toContain(message);
    expect(refused.code).toBe(1);
    expect(await readdir(folder)).toEqual(["cache"]);
    expect(await readdir(at("cache", "may-1816"))).not.toContain(
      message.startsWith("SHA") || message.startsWith("answered") ? "upsample.pt" : "base.pt",
    );
    for (const [name, bytes] of contents) server.files.set(name, bytes);
    expect((await pull("--only", "base,upsampler")).code).toBe(0);
  });

  it("makes no model of weights that cannot be converted, and says how to fetch them again", async () => {
    const weights = smallWeights("glide", base).set(
      "out.2.bias",
      tensor([6], [0, 0, 0, 1e6, 0, 0]),
    );
    server.files.set("base.pt", await encodeSafetensors(weights));
    const { code, message } = await pull("--only", "base");
    expect(message).toMatch(/too large for float16.*delete it and its \.json from/);
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(["cache"]);
  });

  it("takes files that are here already", async () => {
    await mkdir(at("have"));
    await writeFile(at("have", "base.pt"), bytesOf("base.pt"));
    await cp(at("have", "base.pt"), at("have", "upsample.pt"));
    const from = (...argv: string[]) =>
      run(["small", "--from", at("have"), "--out", at("model"), "--accept-licence", ...argv]);
    expect(await from()).toMatchObject({
      code: 1,
      message: expect.stringContaining("has no classifier.pt"),
    });
    expect(await from("--only", "upsampler")).toMatchObject({
      code: 1,
      message: expect.stringContaining("does not fit"),
    });
    expect(await from("--cache", at("cache"))).toMatchObject({
      code: 2,
      message: expect.stringContaining("leave one of them out"),
    });
    const { code, stdout } = await from("--only", "base", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).files).toEqual([
      {
        path: at("have", "base.pt"),
        size: bytesOf("base.pt").length,
        sha256: sha256(bytesOf("base.pt")),
        cached: true,
      },
    ]);
    expect(server.asked).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(["have", "model"]);
  });

  it.each([
    ['Did you mean "small"?', "smal"],
    ["known: base, upsampler, classifier", "small", "--only", "decoder"],
    ["that makes images", "small", "--only", "classifier"],
    ["known: float16, float32", "small", "--dtype", "int8"],
    ["begins with https://", "small", "--mirror", "ftp://example.org"],
    ["begins with https://", "small", "--mirror", "example.org"],
    ["Give one of small", "small", "large"],
  ])("is a wrong command line: %s", async (message, ...argv) => {
    expect(await run([...argv, "--out", at("model"), "--accept-licence"])).toMatchObject({
      code: 2,
      message: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells that a server cannot be reached", async () => {
    const { code, message } = await run([
      "small",
      "--cache",
      at("cache"),
      "--out",
      at("model"),
      "--accept-licence",
    ]);
    expect(message).toMatch(/127\.0\.0\.1:1 cannot be reached.*--from DIR/);
    expect(code).toBe(1);
  });

  it("refuses a place that cannot be written to before anything is fetched", async () => {
    expect(await pull("--out", at("none", "model"))).toMatchObject({
      code: 1,
      message: expect.stringContaining("The folder does not exist"),
    });
    expect(server.asked).toEqual([]);
  });
});
