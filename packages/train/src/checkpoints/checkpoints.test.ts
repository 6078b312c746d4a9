import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { InvalidArgumentError } from "@glissade/core";
import { writeSafetensors } from "@glissade/core/weights";
import { tensor } from "@glissade/graph";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Checkpoint } from "./checkpoint.ts";
import { CheckpointError } from "./checkpoint-error.ts";
import { checkpointName, listCheckpoints, prepareCheckpointFolder } from "./checkpoint-files.ts";
import { latestCheckpoint, loadCheckpoint } from "./load-checkpoint.ts";
import { assertSameConfig, ConfigMismatchError } from "./same-config.ts";
import { checkpointBytes, saveCheckpoint } from "./save-checkpoint.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
});
afterEach(() => rm(folder, { recursive: true }));

const state = {
  samples: 64,
  config: { batch: 32, optimizer: { betas: [0.9, 0.999] } },
  seed: 7,
  dataPosition: 64,
};

function checkpointAt(step: number, changes: Partial<Checkpoint> = {}): Checkpoint {
  return {
    step,
    tensors: {
      parameters: {
        weight: Float32Array.of(step, 0.1, -0),
        bias: Float32Array.of(Number.NaN, Infinity),
      },
    },
    state,
    ...changes,
  };
}

async function caught(action: Promise<unknown>): Promise<CheckpointError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CheckpointError.isInstance(error))
    throw new Error("no CheckpointError was thrown", { cause: error });
  return error;
}

describe("saving and loading", () => {
  it("gives back every array bit by bit and the state as it was", async () => {
    const tensors = new Map([
      ["parameters", new Map([["blocks.0/conv.weight", Float32Array.of(1 / 3, -0, 1e-45)]])],
      ["ema-0.999", new Map([["blocks.0/conv.weight", new Float32Array(0)]])],
      ["none", new Map()],
    ]);
    const whole = {
      ...state,
      random: [1, 2 ** 32 - 1],
      timestepSampler: { history: [[0.5]] },
      versions: { node: "20" },
      extra: { note: '\u2028 \ud800 é"\\' },
    };
    const path = await saveCheckpoint(folder, { step: 1200, tensors, state: whole });
    expect(path).toBe(join(folder, "step-00001200.safetensors"));
    const loaded = await loadCheckpoint(path);
    expect(loaded).toEqual({ path, step: 1200, tensors, state: whole, warnings: [] });
    expect(Object.is(loaded.tensors.get("parameters")?.get("blocks.0/conv.weight")?.[1], -0)).toBe(
      true,
    );
  });

  it("writes a file that the format's own description reads: eight bytes of length, JSON, data", async () => {
    const bytes = await readFile(await saveCheckpoint(folder, checkpointAt(1)));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(header["parameters/weight"]).toEqual({
      dtype: "F32",
      shape: [3],
      data_offsets: [0, 12],
    });
    expect(bytes.readFloatLE(8 + length)).toBe(1);
    expect(JSON.parse(header.__metadata__.state)).toEqual(state);
  });

  it("keeps the newest ones, counted down from the step that was saved", async () => {
    for (const step of [100, 200, 300, 400])
      await saveCheckpoint(folder, checkpointAt(step), { keep: 2 });
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([400, 300]);
    await saveCheckpoint(folder, checkpointAt(350), { keep: 1 });
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([400, 350]);
  });

  it("replaces a checkpoint of the same step", async () => {
    await saveCheckpoint(folder, checkpointAt(1));
    await saveCheckpoint(folder, checkpointAt(1, { state: { ...state, samples: 65 } }));
    expect((await loadCheckpoint(folder)).state.samples).toBe(65);
    expect(await readdir(folder)).toEqual([checkpointName(1)]);
  });

  it.each([
    ["state.random.values", { random: { values: new Uint32Array(2) } }],
    ["state.extra[1]", { extra: [1, Number.NaN] }],
    ["state.extra.when", { extra: { when: new Date(0) } }],
    ["state.samples", { samples: -1 }],
  ])("refuses a state that JSON would change, naming %s", async (argument, change) => {
    const error = await saveCheckpoint(
      folder,
      checkpointAt(1, { state: { ...state, ...change } }),
    ).catch((reason: unknown) => reason);
    expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    expect(await readdir(folder)).toEqual([]);
  });

  it("states at least the bytes that the file takes, and little more", async () => {
    const checkpoint = checkpointAt(1, {
      tensors: { parameters: { '"quoted"': new Float32Array(100_000) } },
    });
    const { size } = await stat(await saveCheckpoint(folder, checkpoint));
    expect(checkpointBytes(checkpoint)).toBeGreaterThanOrEqual(size);
    expect(checkpointBytes(checkpoint)).toBeLessThan(size * 1.05);
  });
});

describe("a save that fails", () => {
  it("says how much space is needed and writes nothing where there is too little", async () => {
    await saveCheckpoint(folder, checkpointAt(1));
    const error = await caught(saveCheckpoint(folder, checkpointAt(2), { freeBytes: 1000 }));
    expect(error.fault).toBe("space");
    expect(error.freeBytes).toBe(1000);
    expect(error.neededBytes).toBe(checkpointBytes(checkpointAt(2)));
    expect(error.message).toMatch(/needs 0\.0 MB and the disk has 0\.0 MB free\. Free space/);
    expect((await loadCheckpoint(folder)).step).toBe(1);
  });

  it("leaves the checkpoints that are there and no temporary file where the system ends the file at 100 blocks", async () => {
    await saveCheckpoint(folder, checkpointAt(1));
    const { status, stdout } = saveInChild(2, "ulimit -f 100;");
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "TrainingCheckpointError",
      fault: "unwritable",
      advice: expect.stringContaining("ulimit -f"),
    });
    expect(await readdir(folder)).toEqual([checkpointName(1)]);
    expect((await loadCheckpoint(folder)).step).toBe(1);
  });

  it("names a folder that does not exist", async () => {
    const error = await caught(saveCheckpoint(join(folder, "missing"), checkpointAt(1)));
    expect(error.fault).toBe("unwritable");
    expect(error.advice).toContain("make it first");
  });

  it("removes the temporary file where it is aborted on the way", async () => {
    const abort = new AbortController();
    const saving = saveCheckpoint(folder, checkpointAt(1), { signal: abort.signal });
    abort.abort("enough");
    await expect(saving).rejects.toBe("enough");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a folder that a killed run left", () => {
  it("loses what was unfinished and what comes after the step that is resumed, and nothing else", async () => {
    for (const step of [1, 2, 3]) await saveCheckpoint(folder, checkpointAt(step), { keep: 3 });
    const unfinished = `.${checkpointName(4)}.0b8e7a52-6f0e-4f1c-9a56-6f6cf2a1a111.part`;
    await writeFile(join(folder, unfinished), "cut");
    await writeFile(join(folder, ".notes.part"), "the user's");
    const removed = await prepareCheckpointFolder(folder, { resumeAt: 2 });
    expect(removed.map((path) => path.slice(folder.length + 1))).toEqual([
      unfinished,
      checkpointName(3),
    ]);
    expect((await readdir(folder)).sort()).toEqual([
      ".notes.part",
      checkpointName(1),
      checkpointName(2),
    ]);
  });

  it("is told apart from a finished one by the name that a file has while it is written", async () => {
    let isSaved = false;
    const saving = saveCheckpoint(
      folder,
      checkpointAt(1, { tensors: { parameters: { weight: new Float32Array(500_000) } } }),
    ).finally(() => {
      isSaved = true;
    });
    const seen = new Set<string>();
    for (; !isSaved; await setImmediate())
      for (const name of await readdir(folder)) if (!seen.has(name)) seen.add(name);
    await saving;
    const [unfinished = ""] = [...seen].filter((name) => name !== checkpointName(1));
    await writeFile(join(folder, unfinished), "left by a killed run");
    expect(await prepareCheckpointFolder(folder)).toEqual([join(folder, unfinished)]);
  });

  it("is made where it is missing", async () => {
    await prepareCheckpointFolder(join(folder, "runs", "first"));
    expect(await latestCheckpoint(join(folder, "runs", "first"))).toBeUndefined();
  });
});

describe("files that are no good", () => {
  it("falls back to the checkpoint before one that is cut off, changed or foreign, with a warning for each", async () => {
    for (const step of [1, 2, 3]) await saveCheckpoint(folder, checkpointAt(step), { keep: 3 });
    const [cut, changed, foreign] = [
      join(folder, checkpointName(2)),
      join(folder, checkpointName(3)),
      join(folder, checkpointName(4)),
    ];
    await truncate(cut, (await stat(cut)).size - 5);
    const bytes = await readFile(changed);
    bytes[bytes.length - 1] = 0x55;
    await writeFile(changed, bytes);
    await writeSafetensors(foreign, { weight: tensor([1], [1]) });
    const loaded = await loadCheckpoint(folder);
    expect(loaded.step).toBe(1);
    expect(loaded.warnings.map((warning) => warning.slice(folder.length + 1))).toEqual([
      "step-00000004.safetensors is passed over: this is a safetensors file and not a training checkpoint.",
      "step-00000003.safetensors is passed over: its arrays are not those that were saved: the checksum differs.",
      expect.stringMatching(
        /^step-00000002.safetensors is passed over: the header describes \d+ bytes and the file has \d+\.$/,
      ),
    ]);
  });

  it("refuses every shorter length of a checkpoint", async () => {
    const path = await saveCheckpoint(folder, checkpointAt(1));
    const bytes = await readFile(path);
    for (let length = 0; length < bytes.length; length += 7) {
      await writeFile(path, bytes.subarray(0, length));
      expect((await caught(loadCheckpoint(path))).fault).toBe("damaged");
    }
  });

  it("does not begin anew where all are damaged, and says that there is none where there is none", async () => {
    expect((await caught(loadCheckpoint(folder))).fault).toBe("missing");
    expect((await caught(loadCheckpoint(join(folder, "nothing.safetensors")))).fault).toBe(
      "missing",
    );
    await writeFile(join(folder, checkpointName(1)), "not a checkpoint");
    expect((await caught(latestCheckpoint(folder))).fault).toBe("damaged");
  });
});

describe("the settings of a run and of its checkpoint", () => {
  it("agree whatever the order of their fields", () => {
    assertSameConfig(
      { a: 1, b: { c: [1, { d: 2 }] } },
      { b: { c: [1, { d: 2 }] }, a: 1, e: undefined },
    );
  });

  it("are told field by field where they differ, but for those that may", () => {
    const check = () =>
      assertSameConfig(
        { steps: 10, batch: 32, optimizer: { rate: 1e-4 } },
        { steps: 20, batch: 16, optimizer: { rate: 1e-4, decay: 0.1 } },
        { mayDiffer: ["steps"] },
      );
    expect(check).toThrow(
      "the checkpoint: it was made with other settings: batch was 32 and is 16; optimizer.decay was (not set) and is 0.1.",
    );
    try {
      check();
    } catch (error) {
      expect(ConfigMismatchError.isInstance(error) && error.differences).toEqual([
        { field: "batch", saved: "32", current: "16" },
        { field: "optimizer.decay", saved: "(not set)", current: "0.1" },
      ]);
    }
  });
});

/**
 * Saves a checkpoint of 1 MB from a process of its own, after the shell command `before`; prints
 * the error where it fails.
 */
function saveInChild(
  step: number,
  before: string,
): { readonly status: number | null; readonly stdout: string } {
  const script = `
    import { saveCheckpoint } from ${JSON.stringify(new URL("./save-checkpoint.ts", import.meta.url).href)};
    const state = { samples: 0, config: {}, seed: 0, dataPosition: 0 };
    const tensors = { parameters: { weight: new Float32Array(250_000) } };
    await saveCheckpoint(${JSON.stringify(folder)}, { step: ${step}, tensors, state }).catch((error) => {
      process.stdout.write(JSON.stringify(error));
      process.exitCode = 3;
    });`;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const command = [
    process.execPath,
    "--conditions=glissade-source",
    "--import",
    tsx,
    "--input-type=module",
    "--eval",
    script,
  ];
  return spawnSync("sh", ["-c", `${before} exec "$@"`, "sh", ...command], { encoding: "utf8" });
}
