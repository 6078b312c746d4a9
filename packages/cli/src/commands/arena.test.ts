import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodePng, rgbImage } from "@glissade/core";
import { openArenaStore } from "@glissade/evaluate/arena";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "../__fixtures__/run-main.ts";
import { main } from "../main.ts";

let folder: string;
let database: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-arena-"));
  for (const name of ["plain", "guided"]) {
    await mkdir(join(folder, name));
    for (const file of ["1.png", "2.png"])
      await writeFile(join(folder, name, file), encodePng(rgbImage(8, 8)));
  }
  database = join(folder, "votes.sqlite");
  const store = await openArenaStore(database);
  for (let k = 0; k < 40; k++) {
    const outcome = k < 5 ? "tie" : k < 16 ? "left" : "right";
    store.recordVote({
      id: `${k}`,
      question: "photorealism",
      rater: `rater ${k % 3}`,
      raterName: "",
      image: "1.png",
      left: "plain",
      right: "guided\x1b[2J",
      outcome,
    });
  }
  store.dispose();
});
afterAll(() => rm(folder, { recursive: true }));

describe("glissade arena", () => {
  it("serves until Ctrl-C: its address on stdout, the owner's on stderr, and everything in one file afterwards", async () => {
    const bin = fileURLToPath(new URL("../bin.ts", import.meta.url));
    const argv = ["arena", "plain=plain", "guided=guided", "--db", "served.sqlite", "--port", "0"];
    const child = spawn(
      process.execPath,
      ["--conditions=glissade-source", "--import", import.meta.resolve("tsx"), bin, ...argv],
      { cwd: folder },
    );
    const printed = { stdout: "", stderr: "" };
    child.stderr.on("data", (text) => (printed.stderr += text));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (text) => {
        printed.stdout += text;
        resolve();
      });
    });
    const url = printed.stdout.trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(printed.stderr).toMatch(
      /^2 pairs\. Results, for you alone: http:\S+\/results#[\w-]{16}$/m,
    );
    expect((await fetch(url)).status).toBe(200);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(printed.stdout).toBe(`${url}\n`);
    await expect(fetch(url)).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.startsWith("served"))).toEqual([
      "served.sqlite",
    ]);
  });

  it("prints its addresses as JSON, and ends when it is stopped", async () => {
    const controller = new AbortController();
    const sets = ["plain", "guided"].map((name) => `${name}=${join(folder, name)}`);
    let stdout = "";
    const write = (text: string) => {
      stdout += text;
      controller.abort();
    };
    const argv = ["arena", ...sets, "--db", join(folder, "json.sqlite"), "--port", "0", "--json"];
    const code = await main(argv, {
      stdout: { write },
      stderr: { write: () => {} },
      signal: controller.signal,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      url: expect.stringMatching(/^http/),
      resultsUrl: expect.stringMatching(/results#/),
      pairs: 2,
      database: join(folder, "json.sqlite"),
      warnings: [],
    });
  });

  it("prints results as a table, the best first, without letting a name give orders to the terminal", async () => {
    const { code, stdout } = await runMain(["arena", "--db", database, "--results"]);
    expect(code).toBe(0);
    const [title, heads, first, second, ...rest] = stdout.split("\n");
    expect(title).toBe("Which image is more photorealistic? 40 votes by 3 raters.");
    expect(heads).toMatch(/^contestant +Elo +95 % interval +wins +losses +ties$/);
    const half = 200 * Math.log10(26.5 / 13.5); // 24 wins and 11 losses, 5 ties
    expect(first).toMatch(
      new RegExp(`^guided\\?\\[2J +${half.toFixed(1)} +\\S+ to \\S+ +24 +11 +5$`),
    );
    expect(second).toMatch(new RegExp(`^plain +-${half.toFixed(1)} +-\\S+ to \\S+ +11 +24 +5$`));
    expect(rest).toEqual([""]);
  });

  it("prints results as JSON", async () => {
    const { stdout } = await runMain(["arena", "--db", database, "--results", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      questions: [
        {
          question: "photorealism",
          votes: 40,
          raters: 3,
          contestants: [{ name: "plain", wins: 11 }, { wins: 24 }],
        },
      ],
    });
  });

  it("exports votes as CSV and JSON", async () => {
    const [csv, json] = [join(folder, "votes.csv"), join(folder, "votes.json")];
    expect(await runMain(["arena", "--db", database, "--export", csv])).toEqual({
      code: 0,
      stdout: "",
      stderr: `Wrote ${csv}.\n`,
    });
    await runMain(["arena", "--db", database, "--export", json]);
    expect((await readFile(csv, "utf8")).split("\r\n")).toHaveLength(42);
    expect(JSON.parse(await readFile(json, "utf8")).votes).toHaveLength(40);
  });

  it.each([
    [2, "at least two named folders", []],
    [2, "at least two named folders", ["plain=plain"]],
    [2, "expected a name and its folder", ["plain", "guided"]],
    [2, "expected a name and its folder", ["=plain", "guided=guided"]],
    [2, "known: photorealism, caption", ["a=plain", "b=guided", "--question", "beauty"]],
    [2, "--port is", ["a=plain", "b=guided", "--port", "70000"]],
    [2, "take no folders", ["a=plain", "--results"]],
    [2, "ends in .json or .csv", ["--export", "votes.xlsx"]],
    [1, "cannot be read (ENOENT)", ["a=none", "b=none"]],
    [1, "There is no database", ["--db", "none.sqlite", "--results"]],
  ] as const)("exits with %i and says: %s", async (expected, message, argv) => {
    const { code, stdout, stderr } = await runMain(["arena", ...argv]);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([expected, ""]);
  });

  it("says that there are no votes yet, and prints no table", async () => {
    const path = join(folder, "new.sqlite");
    (await openArenaStore(path)).dispose();
    expect(await runMain(["arena", "--db", path, "--results"])).toEqual({
      code: 0,
      stdout: "There are no votes yet.\n",
      stderr: "",
    });
  });

  it("says that a port is taken, and where an export cannot be written", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const sets = ["plain", "guided"].map((name) => `${name}=${join(folder, name)}`);
    const taken = await runMain([
      "arena",
      ...sets,
      "--db",
      join(folder, "taken.sqlite"),
      "--port",
      port,
    ]);
    await new Promise((resolve) => server.close(resolve));
    expect([taken.code, taken.stdout, taken.stderr]).toEqual([
      1,
      "",
      expect.stringContaining("choose another port"),
    ]);
    const unwritable = await runMain([
      "arena",
      "--db",
      database,
      "--export",
      join(folder, "none", "votes.csv"),
    ]);
    expect([unwritable.code, unwritable.stderr]).toEqual([1, expect.stringContaining("votes.csv")]);
  });

  it("leaves a file alone that is no arena's", async () => {
    const path = join(folder, "letter.txt");
    await writeFile(path, "Dear reader");
    const { code, stderr } = await runMain(["arena", "--db", path, "--results"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("is no SQLite database")]);
    expect(await readFile(path, "utf8")).toBe("Dear reader");
  });
});
