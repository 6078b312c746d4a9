import { randomUUID } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DisposedError, InvalidArgumentError } from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arenaId } from "./__fixtures__/arena-id.ts";
import { exited, startProgram } from "./__fixtures__/child-process.ts";
import { makeContest, temporaryFolder } from "./__fixtures__/contest-images.ts";
import { ArenaStoreError } from "./arena-errors.ts";
import { openArenaStore, type Vote } from "./arena-store.ts";
import { votesAsCsv, votesAsJson } from "./export-votes.ts";
import { arenaResults } from "./results.ts";
import { openSqlite } from "./sqlite.ts";

const holdLock = new URL("./__fixtures__/hold-lock.ts", import.meta.url);
const serveArena = new URL("./__fixtures__/serve-arena.ts", import.meta.url);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

let files = 0;
const newFile = () => join(folder.path, `votes-${files++}.sqlite`);

const vote = (parts: Partial<Vote> = {}): Vote => ({
  id: randomUUID(),
  question: "photorealism",
  rater: "rater-1",
  raterName: "",
  image: "0001.png",
  left: "alpha",
  right: "beta",
  outcome: "left",
  ...parts,
});

/** The fault of what is thrown. */
async function faultOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (ArenaStoreError.isInstance(error)) return error.fault;
    throw error;
  }
  return "none";
}

describe("the store of votes", () => {
  it("keeps votes over a restart, in one file", async () => {
    const path = newFile();
    const first = await openArenaStore(path);
    const { vote: stored } = first.recordVote(vote({ raterName: "Ada" }));
    expect(stored).toMatchObject({
      raterName: "Ada",
      left: "alpha",
      right: "beta",
      outcome: "left",
      undone: null,
    });
    expect(Math.abs(Date.parse(stored.time) - Date.now())).toBeLessThan(60_000);
    first.dispose();
    first.dispose();
    expect((await readdir(folder.path)).filter((name) => name.startsWith(basename(path)))).toEqual([
      basename(path),
    ]);
    const second = await openArenaStore(path, { create: false });
    expect(second.votes()).toEqual([stored]);
    expect([second.id, second.key]).toEqual([first.id, first.key]);
    second.dispose();
    expect(() => second.votes()).toThrow(DisposedError);
  });

  it("has a vote in the log beside its file when it answers", async () => {
    const path = newFile();
    const store = await openArenaStore(path);
    store.recordVote(vote());
    expect((await readFile(`${path}-wal`)).length).toBeGreaterThan(0);
    store.dispose();
  });

  it("counts a vote that is sent twice once, with the first answer", async () => {
    const store = await openArenaStore(newFile());
    const sent = vote();
    const first = store.recordVote(sent);
    const second = store.recordVote({ ...sent, outcome: "right" });
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.vote).toEqual(first.vote);
    expect(store.votes()).toHaveLength(1);
    expect(() => store.recordVote({ ...sent, rater: "rater-2" })).toThrow(InvalidArgumentError);
    store.dispose();
  });

  it("counts wins whichever side an image was on, and ties apart", async () => {
    const store = await openArenaStore(newFile());
    store.recordVote(vote({ outcome: "left" }));
    store.recordVote(vote({ left: "beta", right: "alpha", outcome: "right" }));
    store.recordVote(vote({ left: "beta", right: "alpha", outcome: "left" }));
    store.recordVote(vote({ outcome: "tie" }));
    store.recordVote(
      vote({
        question: "caption",
        left: "beta",
        right: "gamma",
        outcome: "left",
        rater: "rater-2",
      }),
    );
    expect(store.contestants()).toEqual(["alpha", "beta", "gamma"]);
    expect(store.pairCounts("photorealism")).toEqual([
      { first: 0, second: 1, wins: 2, losses: 1, ties: 1 },
    ]);
    expect(store.pairCounts("caption")).toEqual([
      { first: 1, second: 2, wins: 1, losses: 0, ties: 0 },
    ]);
    expect(store.questions()).toEqual([
      { question: "caption", votes: 1, raters: 1 },
      { question: "photorealism", votes: 4, raters: 1 },
    ]);
    expect(store.matchCounts()).toContainEqual({
      question: "photorealism",
      image: "0001.png",
      contestants: ["alpha", "beta"],
      votes: 4,
    });
    store.dispose();
  });

  it("takes a vote back by a further record: it counts no more, and is still there", async () => {
    const store = await openArenaStore(newFile());
    const kept = store.recordVote(vote()).vote;
    const { id } = store.recordVote(vote({ image: "0002.png", outcome: "right" })).vote;
    expect(store.lastVote("rater-1")?.id).toBe(id);
    const undone = store.undoVote("rater-1", id);
    expect(undone).toMatchObject({
      isNew: true,
      vote: { id, undone: expect.stringMatching(/^\d{4}-/) },
    });
    expect(store.undoVote("rater-1", id)).toEqual({ ...undone, isNew: false });
    expect(store.lastVote("rater-1")).toEqual(kept);
    expect(store.votesOf("rater-1", "photorealism")).toEqual([kept]);
    expect(store.pairCounts("photorealism")).toEqual([
      { first: 0, second: 1, wins: 1, losses: 0, ties: 0 },
    ]);
    expect(store.votes().map((entry) => entry.undone)).toEqual([null, undone.vote.undone]);
    expect(() => store.undoVote("rater-2", kept.id)).toThrow(InvalidArgumentError);
    expect(() => store.undoVote("rater-1", randomUUID())).toThrow("the id of a vote of this rater");
    store.dispose();
  });

  it("refuses what no vote can be, without a trace", async () => {
    const store = await openArenaStore(newFile());
    expect(() => store.recordVote(vote({ right: "alpha" }))).toThrow(InvalidArgumentError);
    expect(await faultOf(() => store.recordVote({ ...vote(), outcome: "neither" as "tie" }))).toBe(
      "unusable",
    );
    expect(store.votes()).toEqual([]);
    store.dispose();
  });

  it("leaves a file that is no database, or another program's, as it is", async () => {
    const text = newFile();
    await writeFile(text, "Dear reader, ".repeat(1000));
    expect(await faultOf(() => openArenaStore(text))).toBe("foreign");
    expect(await readFile(text, "utf8")).toBe("Dear reader, ".repeat(1000));

    const other = newFile();
    const database = await openSqlite(other, 0);
    database.exec("CREATE TABLE recipes (name TEXT); PRAGMA user_version = 1;");
    database.close();
    const before = await readFile(other);
    await expect(openArenaStore(other)).rejects.toThrow("a database of another program");
    expect((await readFile(other)).equals(before)).toBe(true);
  });

  it("says so where a later version has written the file, or it lacks what glissade writes", async () => {
    const path = newFile();
    (await openArenaStore(path)).dispose();
    const database = await openSqlite(path, 0);
    database.exec("PRAGMA user_version = 2");
    database.close();
    await expect(openArenaStore(path)).rejects.toThrow("Update glissade");
    const emptied = await openSqlite(path, 0);
    emptied.exec("PRAGMA user_version = 1; DELETE FROM arena;");
    emptied.close();
    expect(await faultOf(() => openArenaStore(path))).toBe("foreign");
  });

  it("tells a missing file, a missing folder and a folder apart from a database", async () => {
    expect(await faultOf(() => openArenaStore(newFile(), { create: false }))).toBe("missing");
    expect(await faultOf(() => openArenaStore(join(folder.path, "none", "votes.sqlite")))).toBe(
      "unusable",
    );
    expect(await faultOf(() => openArenaStore(folder.path))).toBe("unusable");
    await expect(openArenaStore("")).rejects.toThrow(InvalidArgumentError);
  });

  it("says that the file is locked while another process writes, and stores the same vote afterwards", async () => {
    const path = newFile();
    const store = await openArenaStore(path, { timeout: 50 });
    const { child } = await startProgram(holdLock, path);
    const sent = vote();
    expect(await faultOf(() => store.recordVote(sent))).toBe("locked");
    expect(store.votes()).toEqual([]); // reading goes on
    child.stdin?.end();
    await exited(child);
    expect(store.recordVote(sent).isNew).toBe(true);
    store.dispose();
  });

  it("can be read by a second process while the first has it open", async () => {
    const path = newFile();
    const [writer, reader] = [await openArenaStore(path), await openArenaStore(path)];
    writer.recordVote(vote());
    expect(reader.votes()).toHaveLength(1);
    writer.dispose();
    reader.recordVote(vote());
    expect(reader.votes()).toHaveLength(2);
    reader.dispose();
  });

  it("says what to install where there is no SQLite", async () => {
    const hooks = `export const resolve = (name, context, next) => { if (/sqlite$/.test(name) && !name.startsWith(".")) throw new Error("hidden"); return next(name, context); };`;
    const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    const options = ["--import", `data:text/javascript,${encodeURIComponent(register)}`];
    await expect(startProgram(holdLock, newFile(), options)).rejects.toThrow(
      "npm install @photostructure/sqlite",
    );
  });

  it("loses no vote that was answered when the process is killed", async () => {
    const contestants = await makeContest(join(folder.path, "crash"), {
      names: ["alpha", "beta", "gamma"],
      images: 40,
      side: 4,
    });
    const database = newFile();
    const { child, firstLine: url } = await startProgram(
      serveArena,
      JSON.stringify({ contestants, database }),
    );
    const arena = await arenaId(url);
    const post = async (path: string, body: object) => {
      const request = {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...body, arena }),
      };
      const response = await fetch(`${url}${path}`, request);
      expect(response.status).toBe(200);
      return response.json();
    };
    const answered: string[] = [];
    const raters = Array.from({ length: 4 }, async (_, rater) => {
      const name = randomUUID();
      for (;;) {
        const { pairs } = await post("api/pairs", { rater: name, count: 1, held: [] });
        const [{ question, left, right }] = pairs;
        const { id } = await post("api/vote", {
          id: randomUUID(),
          rater: name,
          raterName: `${rater}`,
          pair: { question, left, right },
          outcome: (["left", "right", "tie"] as const)[answered.length % 3],
        });
        answered.push(id);
        // the others are in the middle of their votes
        if (answered.length === 120) child.kill("SIGKILL");
      }
    });
    const ends = await Promise.allSettled(raters);
    await exited(child);
    expect(ends.map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
      "rejected",
      "rejected",
    ]);
    const store = await openArenaStore(database);
    const kept = new Set(store.votes().map(({ id }) => id));
    expect(answered.length).toBeGreaterThanOrEqual(120);
    expect(answered.filter((id) => !kept.has(id))).toEqual([]);
    store.dispose();
  });
});

describe("an export", () => {
  it("holds every vote, also those taken back, as JSON and CSV", async () => {
    const store = await openArenaStore(newFile());
    store.recordVote(vote({ raterName: 'Ada "the" first, Countess' }));
    const { id } = store.recordVote(
      vote({ raterName: "=1+1", image: "0002.png", outcome: "tie" }),
    ).vote;
    store.undoVote("rater-1", id);
    const document = JSON.parse(votesAsJson(store));
    expect(document).toMatchObject({
      format: "glissade-arena",
      version: 1,
      contestants: ["alpha", "beta"],
      results: [{ question: "photorealism", votes: 1 }],
    });
    expect(document.votes).toEqual(store.votes());
    const [head, first, second, end] = votesAsCsv(store).split("\r\n");
    expect(head).toBe("id,question,rater,raterName,image,left,right,outcome,time,undone");
    expect(first).toContain('rater-1,"Ada ""the"" first, Countess",0001.png,alpha,beta,left,');
    expect(second).toContain("rater-1,'=1+1,0002.png,alpha,beta,tie,");
    expect(second).toMatch(/Z,\d{4}-.*Z$/);
    expect(end).toBe("");
    store.dispose();
  });
});

describe("100,000 votes", () => {
  it("are read and ranked with 1,000 resamples in no more than 50 times a plain reading", async () => {
    const path = newFile();
    (await openArenaStore(path)).dispose();
    const database = await openSqlite(path, 1000);
    const names = Array.from({ length: 10 }, (_, k) => `contestant ${k}`);
    database.exec("BEGIN");
    const contestant = database.prepare("INSERT INTO contestants (number, name) VALUES (?, ?)");
    for (const [k, name] of names.entries()) contestant.run(k + 1, name);
    const insert = database.prepare(
      "INSERT INTO votes (id, question, rater, rater_name, image, left_side, right_side, outcome, time) VALUES (?, 'photorealism', ?, '', ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
    );
    for (let k = 0; k < 100_000; k++) {
      const left = (k % 10) + 1;
      const right = ((left - 1 + 1 + (Math.floor(k / 10) % 9)) % 10) + 1;
      const chance = 1 / (1 + 10 ** ((right - left) / 10)); // 40 points from one to the next
      const lot = ((k * 7919) % 10_007) / 10_007;
      insert.run(
        `${k}`,
        `rater ${k % 50}`,
        `${k % 1000}.png`,
        left,
        right,
        lot < 0.1 ? "tie" : (lot - 0.1) / 0.9 < chance ? "left" : "right",
      );
    }
    database.exec("COMMIT");
    const before = performance.now();
    database.prepare("SELECT * FROM votes").all();
    const plainReading = (performance.now() - before) / 1000;
    database.close();

    const start = performance.now();
    const store = await openArenaStore(path, { create: false });
    const [results] = arenaResults(store);
    store.dispose();
    const seconds = (performance.now() - start) / 1000;

    expect(results?.votes).toBe(100_000);
    const scores = results?.contestants.map(({ score }) => score) ?? [];
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(
      results?.contestants.every(
        ({ score, interval }) => interval && interval[0] < score && score < interval[1],
      ),
    ).toBe(true);
    expect(seconds).toBeLessThan(50 * plainReading);
  });
});
