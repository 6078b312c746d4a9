import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { backendNames, backends } from "@glissade-tools/backends";
import type { BackendAnswer, BackendRequest, TensorReport } from "./backend-process.ts";
import { median } from "./statistics.ts";

const usage = `npm run bench -- --backends [--rounds 9] [--batch 2] [--json]

A pass of the embedded model's U-Net on every backend and provider that this machine has in Node, each in a process of its own, in turn.
  memory   the most that the process had in memory at once, of which Node alone takes some 80 MB
  tensors  of TensorFlow.js: held between passes (weights), and the most at once in one
  around   of TensorFlow.js: part of a pass that is spent outside of its operations`;

const candidates = backendNames.flatMap((backend) =>
  backends[backend].inNode.map((provider) => ({ backend, provider })),
);

/** Milliseconds of a pass from which a few rounds are enough. */
const slow = 2000;
const fewRounds = 2;

interface Row {
  readonly backend: string;
  readonly provider: string;
  readonly milliseconds: number;
  readonly gigaflopsPerSecond: number;
  readonly megabytes: number;
  readonly tensors: TensorReport | undefined;
}

/** Backends and providers side by side: time, speed and memory of a pass. */
export async function benchBackends(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string", default: "9" },
      batch: { type: "string", default: "2" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(usage);
  const [rounds, batch] = [Number(values.rounds), Number(values.batch)];
  if (!(Number.isInteger(rounds) && rounds >= 1 && Number.isInteger(batch) && batch >= 1))
    throw new Error(`Rounds and batch are positive integers.\n\n${usage}`);
  const rows = await measure(rounds, batch);
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  else printTable(rows);
}

async function measure(rounds: number, batch: number): Promise<Row[]> {
  const children: {
    candidate: (typeof candidates)[number];
    child: ChildProcess;
    gigaflops: number;
    times: number[];
  }[] = [];
  try {
    for (const candidate of candidates) {
      const child = fork(new URL("backend-process.ts", import.meta.url), {
        stdio: ["ignore", "inherit", "ignore", "ipc"],
      }); // TensorFlow tells much on stderr
      const opened = await ask(child, { kind: "open", ...candidate, batch });
      if (opened.kind === "opened")
        children.push({ candidate, child, gigaflops: opened.gigaflops, times: [] });
      else
        console.error(
          `${candidate.backend} ${candidate.provider} is left out: ${opened.kind === "failed" ? opened.reason : opened.kind}`,
        );
      if (opened.kind !== "opened") child.kill();
    }
    for (let round = 0; round < rounds; round++) {
      for (const { child, times } of children) {
        if (round >= fewRounds && median(times) > slow) continue;
        const ran = await ask(child, { kind: "run" });
        if (ran.kind === "ran") times.push(ran.milliseconds);
      }
    }
    const rows: Row[] = [];
    for (const { candidate, child, gigaflops, times } of children) {
      const reported = await ask(child, { kind: "report" });
      if (reported.kind !== "reported")
        throw new Error(`${candidate.backend} ${candidate.provider} gave no report.`);
      const milliseconds = median(times);
      rows.push({
        ...candidate,
        milliseconds,
        gigaflopsPerSecond: (gigaflops / milliseconds) * 1000,
        megabytes: reported.megabytes,
        tensors: reported.tensors,
      });
    }
    return rows;
  } finally {
    for (const { child } of children) child.kill();
  }
}

async function ask(child: ChildProcess, request: BackendRequest): Promise<BackendAnswer> {
  child.send(request);
  const ended = new AbortController();
  try {
    return await Promise.race([
      // all that such a process sends
      once(child, "message", { signal: ended.signal }).then(([answer]) => answer as BackendAnswer),
      once(child, "exit", { signal: ended.signal }).then(
        ([code]): BackendAnswer => ({ kind: "failed", reason: `its process ended with ${code}` }),
      ),
    ]);
  } finally {
    ended.abort();
  }
}

function printTable(rows: readonly Row[]): void {
  const fastest = Math.min(...rows.map(({ milliseconds }) => milliseconds));
  console.table(
    rows.map(({ backend, provider, milliseconds, gigaflopsPerSecond, megabytes, tensors }) => ({
      backend,
      provider,
      "ms a pass": Number(milliseconds.toFixed(1)),
      "times the fastest": Number((milliseconds / fastest).toFixed(2)),
      "GFLOP/s": Number(gigaflopsPerSecond.toFixed(2)),
      "memory, MB": Math.round(megabytes),
      "tensors held": tensors?.held ?? "-",
      "peak tensors": tensors?.peak ?? "-",
      "their MB": tensors ? Number(tensors.peakMegabytes.toFixed(1)) : "-",
      around: tensors ? `${(100 * tensors.around).toFixed(1)} %` : "-",
    })),
  );
}
