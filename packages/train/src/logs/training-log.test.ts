import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encodePng, InvalidArgumentError, rgbImage } from "@glissade/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogError } from "./log-error.ts";
import { openRecordFile, readRecords } from "./record-file.ts";
import { openEventFile } from "./tensorboard-events.ts";
import { frameRecord, readRecordsOf } from "./tf-record.ts";
import { openTrainingLog } from "./training-log.ts";
import { formatRecord, parseRecord } from "./training-record.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
});
afterEach(() => rm(folder, { recursive: true }));

function logSteps(from: number, to: number, resumeAt?: number): void {
  const log = openTrainingLog(folder, { steps: 10, resumeAt, now: () => 1_700_000_000 + from });
  for (let step = from; step <= to; step++) log.record({ step, loss: 1 / step });
  log.close();
}

const eventFiles = async () =>
  (await readdir(folder)).filter((name) => name.startsWith("events.out.tfevents.")).sort();

describe("the records of a run", () => {
  it("come back as they were, numbers that JSON has not included", () => {
    const record = {
      step: 3,
      time: 1.5,
      loss: Number.NaN,
      gradientNorm: Infinity,
      learningRate: 1e-4,
      "loss/quartile 1": -Infinity,
      mse: undefined,
    };
    const line = formatRecord(record);
    expect(JSON.parse(line)).toEqual({
      step: 3,
      time: 1.5,
      loss: "NaN",
      gradientNorm: "Infinity",
      learningRate: 1e-4,
      "loss/quartile 1": "-Infinity",
    });
    expect(parseRecord(line)).toEqual(record);
  });

  it.each([
    "",
    "{}",
    '{"step":1}',
    '{"step":1,"time":2,"loss":"high"}',
    '{"step":1,"time":2,"loss":null}',
    "[1]",
    '{"step":1,"ti',
  ])("are not seen in %j", (line) => {
    expect(parseRecord(line)).toBeUndefined();
  });

  it("refuse what is no number and steps that are not whole", () => {
    expect(() => formatRecord({ step: 0.5, time: 0 })).toThrow(InvalidArgumentError);
    expect(() => formatRecord({ step: 1, time: 0, loss: JSON.parse('"0.5"') })).toThrow(
      'loss is "0.5"; expected a number.',
    );
  });

  it("have no step twice and no torn line after a run is killed and resumed", async () => {
    logSteps(1, 5);
    await appendFile(join(folder, "log.jsonl"), '{"step":6,"time":17000');
    const log = openTrainingLog(folder, { steps: 10, resumeAt: 3 });
    expect(log.records.map(({ step }) => step)).toEqual([1, 2, 3]);
    log.record({ step: 4, loss: 0.7 });
    log.close();
    const lines = (await readFile(log.path, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4]);
    expect(readRecords(log.path)[3]?.loss).toBe(0.7);
  });

  it("lose a damaged stretch between them and nothing else", async () => {
    const path = join(folder, "log.jsonl");
    const line = (step: number) => `${formatRecord({ step, time: 0 })}\n`;
    await writeFile(path, `${line(1)}\0\0\0\n${line(2)}${line(3)}`);
    openRecordFile(path, { resumeAt: 2 }).close();
    expect(await readFile(path, "utf8")).toBe(line(1) + line(2));
  });

  it("are not mixed with another run's", () => {
    logSteps(1, 1);
    expect(() => logSteps(1, 1)).toThrow(LogError);
  });

  it("refuse a step that is recorded already", () => {
    const log = openTrainingLog(folder, { steps: 10 });
    log.record({ step: 2 });
    expect(() => log.record({ step: 2 })).toThrow(
      "step is 2; expected a step after the last one recorded, 2.",
    );
    log.close();
  });

  it("are all there up to the last one that was written when the process is killed", {
    timeout: 20_000,
  }, async () => {
    const script = `
      import { openTrainingLog } from ${JSON.stringify(new URL("./training-log.ts", import.meta.url).href)};
      const log = openTrainingLog(${JSON.stringify(folder)}, { steps: 1e9, now: () => 1_800_000_000 });
      for (let step = 1; ; step++) {
        log.record({ step, loss: 1 / step });
        if (step === 500) process.stdout.write("500");
      }`;
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const child = spawn(process.execPath, [
      "--conditions=glissade-source",
      "--import",
      tsx,
      "--input-type=module",
      "--eval",
      script,
    ]);
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const steps = readRecords(join(folder, "log.jsonl")).map(({ step }) => step);
    expect(steps.length).toBeGreaterThanOrEqual(500);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    logSteps(501, 502, 500);
    expect(readRecords(join(folder, "log.jsonl")).map(({ step }) => step)).toEqual([
      ...steps.slice(0, 500),
      501,
      502,
    ]);
    const events = await Promise.all(
      (await eventFiles()).map((name) => readFile(join(folder, name))),
    );
    expect(events.map((bytes) => [...readRecordsOf(bytes)].length)).toEqual([501, 3]);
  });
});

describe("TensorBoard's event files", () => {
  // What TensorBoard 2.21's own RecordWriter and protocol buffers give for these three events.
  const expected =
    "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110300000000000000095f5d05f0900005040fc54d94110ac022a220a0b0a046c6f7373" +
    "150000003f0a130a0c6772616469656e744e6f726d150000c07ff41b24a94300000000000000b18525a00900008040fc54d9411080808080202a320a300a0773616d706c657322250802" +
    "10031803221d89504e470d0a1a0a0000000d494844520000000300000002080200000047bfa0d9";

  it("have the bytes that TensorBoard itself writes", async () => {
    const events = openEventFile(folder, { time: 1_700_000_000.5 });
    events.scalars(300, 1_700_000_001.25, { loss: 0.5, mse: undefined, gradientNorm: Number.NaN });
    events.image(2 ** 33, 1_700_000_002, "samples", encodePng(rgbImage(3, 2)).slice(0, 29));
    events.close();
    expect(await eventFiles()).toEqual(["events.out.tfevents.1700000000.glissade.0000"]);
    expect(
      (await readFile(join(folder, "events.out.tfevents.1700000000.glissade.0000"))).toString(
        "hex",
      ),
    ).toBe(expected);
  });

  it("are cut off at the step that is resumed, and go on in a file of a later name", async () => {
    logSteps(1, 5);
    const [first = ""] = await eventFiles();
    const whole = await readFile(join(folder, first));
    logSteps(4, 6, 3);
    const files = await eventFiles();
    expect(files).toEqual([first, "events.out.tfevents.1700000004.glissade.0001"]);
    const [before, after] = await Promise.all(
      files.map(async (name) => [...readRecordsOf(await readFile(join(folder, name)))]),
    );
    expect(before).toHaveLength(1 + 3);
    expect(after).toHaveLength(1 + 3);
    expect(whole.subarray(0, before?.at(-1)?.end)).toEqual(await readFile(join(folder, first)));
  });

  it("leave event files of other programs alone", async () => {
    logSteps(1, 2);
    await writeFile(join(folder, "events.out.tfevents.1600000000.host"), "another's");
    logSteps(1, 2, 0);
    expect(await readFile(join(folder, "events.out.tfevents.1600000000.host"), "utf8")).toBe(
      "another's",
    );
    expect(await eventFiles()).toHaveLength(2); // the first of this run held nothing that stays
  });

  it("refuse an image that is no PNG file", () => {
    const events = openEventFile(folder, { time: 0 });
    expect(() => events.image(1, 0, "samples", new Uint8Array(40))).toThrow(
      "expected the bytes of a PNG file",
    );
    events.close();
  });
});

describe("TensorFlow's records", () => {
  it("are read up to the first that is cut off or has a wrong byte", () => {
    const record = frameRecord(Uint8Array.of(1, 2, 3));
    const twice = Buffer.concat([record, record]);
    for (let length = 0; length < twice.length; length++)
      expect([...readRecordsOf(twice.subarray(0, length))]).toHaveLength(
        Math.floor(length / record.length),
      );
    for (let place = 0; place < record.length; place++) {
      const damaged = Uint8Array.from(twice);
      damaged[record.length + place] = (damaged[record.length + place] ?? 0) ^ 0x10;
      expect([...readRecordsOf(damaged)]).toHaveLength(1);
    }
  });
});
