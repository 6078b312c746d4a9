import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { decodePng } from "@glissade/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { arenaId } from "./__fixtures__/arena-id.ts";
import { exited, startProgram } from "./__fixtures__/child-process.ts";
import { makeContest, temporaryFolder } from "./__fixtures__/contest-images.ts";
import { ArenaServerError, ContestantsError } from "./arena-errors.ts";
import { type ArenaServerOptions, type RunningArena, startArena } from "./arena-server.ts";
import { openArenaStore } from "./arena-store.ts";

const holdLock = new URL("./__fixtures__/hold-lock.ts", import.meta.url);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningArena[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.map((arena) => arena.close()));
  running = [];
  await folder.remove();
});

const database = () => join(folder.path, "votes.sqlite");

async function start(options: Partial<ArenaServerOptions> = {}): Promise<RunningArena> {
  const contestants = options.contestants ?? (await makeContest(folder.path));
  const arena = await startArena({ database: database(), ...options, contestants });
  running.push(arena);
  return arena;
}

async function post(
  arena: RunningArena,
  path: string,
  body: string | Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(new URL(path, arena.url), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body:
      typeof body === "string"
        ? body
        : JSON.stringify({ arena: await arenaId(arena.url), ...body }),
  });
  return { status: response.status, answer: await response.json() };
}

const rater = randomUUID();

async function deal(arena: RunningArena, count = 1, by = rater) {
  const { answer } = await post(arena, "/api/pairs", { rater: by, count, held: [] });
  return answer;
}

const voteOn = (
  { question, left, right }: Record<string, string>,
  parts: Record<string, unknown> = {},
) => ({
  id: randomUUID(),
  rater,
  raterName: "",
  pair: { question, left, right },
  outcome: "left",
  ...parts,
});

/** A request with headers that fetch would not send. */
function rawRequest(
  arena: RunningArena,
  {
    path = "/",
    method = "GET",
    headers = {},
  }: { path?: string; method?: string; headers?: Record<string, string> },
) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(new URL(path, arena.url), { method, headers }, (response) => {
      let body = "";
      response
        .on("data", (part) => (body += part))
        .on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject).end();
  });
}

describe("an arena", () => {
  it("deals pairs, takes votes, and ranks them", async () => {
    const arena = await start();
    const { pairs, judged, total, last } = await deal(arena, 3);
    expect([judged, total, last]).toEqual([0, 8, null]); // four images, two questions
    expect(arena.pairs).toBe(8);
    expect(pairs).toHaveLength(3);
    expect(pairs[0]).toEqual({
      question: "photorealism",
      text: "Which image is more photorealistic?",
      caption: null,
      left: expect.stringMatching(/^[\w-]{22}$/),
      right: expect.stringMatching(/^[\w-]{22}$/),
    });
    const vote = voteOn(pairs[0], { raterName: "Ada" });
    expect(await post(arena, "/api/vote", vote)).toEqual({
      status: 200,
      answer: { id: vote.id, outcome: "left", judged: 1 },
    });
    expect((await deal(arena)).last).toEqual({ id: vote.id, pair: pairs[0] });

    const key = new URL(arena.resultsUrl).hash.slice(1);
    const { questions } = await (
      await fetch(new URL("/api/results", arena.url), {
        headers: { Authorization: `Bearer ${key}` },
      })
    ).json();
    expect(questions).toMatchObject([
      { question: "photorealism", votes: 1, raters: 1, notes: [{ kind: "unbounded" }] },
    ]);
  });

  it("shows the caption with the question about it alone", async () => {
    const arena = await start({ questions: ["caption"] });
    const [pair] = (await deal(arena)).pairs;
    expect(pair).toMatchObject({
      text: "Which image matches the caption better?",
      caption: expect.stringMatching(/^caption of image \d$/),
    });
  });

  it("asks about captions only where there are any", async () => {
    const contestants = await makeContest(folder.path, { captions: false });
    expect((await start({ contestants })).pairs).toBe(4);
    await expect(
      startArena({
        contestants,
        database: join(folder.path, "other.sqlite"),
        questions: ["caption"],
      }),
    ).rejects.toThrow(ContestantsError);
  });

  it("credits the contestant whose image was on the chosen side", async () => {
    const contestants = await makeContest(folder.path, { images: 12 });
    const arena = await start({ contestants, questions: ["photorealism"] });
    const { pairs } = await deal(arena, 8);
    for (const pair of pairs) {
      const red = await Promise.all(
        [pair.left, pair.right].map(
          async (token) =>
            decodePng(
              new Uint8Array(
                await (await fetch(new URL(`/image/${token}`, arena.url))).arrayBuffer(),
              ),
            ).image.data[0],
        ),
      );
      // always for beta, whose images are redder
      await post(arena, "/api/vote", voteOn(pair, { outcome: red[0] === 60 ? "left" : "right" }));
    }
    await arena.close();
    const store = await openArenaStore(database());
    expect(
      store.pairCounts("photorealism").map(({ wins, losses }) => [wins, losses].sort()),
    ).toEqual([[0, 8]]);
    expect(
      store
        .votes()
        .every(({ left, right, outcome }) => (outcome === "left" ? left : right) === "secret-beta"),
    ).toBe(true);
    expect(new Set(store.votes().map(({ outcome }) => outcome)).size).toBe(2);
    store.dispose();
  });

  it("counts a vote that is sent twice once, and takes one back once", async () => {
    const arena = await start();
    const [pair] = (await deal(arena)).pairs;
    const vote = voteOn(pair);
    const first = await post(arena, "/api/vote", vote);
    expect(await post(arena, "/api/vote", { ...vote, outcome: "right" })).toEqual(first);
    const undo = await post(arena, "/api/undo", { rater, vote: vote.id });
    expect(undo).toEqual({ status: 200, answer: { vote: vote.id, judged: 0 } });
    expect(await post(arena, "/api/undo", { rater, vote: vote.id })).toEqual(undo);
    expect((await post(arena, "/api/undo", { rater, vote: randomUUID() })).status).toBe(409);
    expect((await post(arena, "/api/undo", { rater: randomUUID(), vote: vote.id })).status).toBe(
      409,
    );
  });

  it("understands votes that a page has kept while the server was started anew", async () => {
    const contestants = await makeContest(folder.path);
    const before = await start({ contestants });
    const [pair] = (await deal(before)).pairs;
    await before.close();
    const after = await start({ contestants });
    expect((await post(after, "/api/vote", voteOn(pair))).status).toBe(200);
    expect((await deal(after)).judged).toBe(1);
  });

  it("names no contestant and no file in anything a rater gets", async () => {
    const arena = await start();
    const { pairs } = await deal(arena, 8);
    const texts = [JSON.stringify(pairs)];
    for (const path of [
      "/",
      "/vote.js",
      "/arena.css",
      "/results",
      "/results.js",
      "/api/results",
      ...pairs.map(({ left }: { left: string }) => `/image/${left}`),
    ]) {
      const response = await fetch(new URL(path, arena.url));
      texts.push(
        JSON.stringify([...response.headers]),
        Buffer.from(await response.arrayBuffer()).toString("latin1"),
      );
    }
    expect(texts.join()).not.toMatch(/secret|alpha|beta|folder-|\.png|votes\.sqlite/);
  });

  it("keeps results and exports for who has the key, unless they are shown to all", async () => {
    const arena = await start();
    const key = new URL(arena.resultsUrl).hash.slice(1);
    for (const path of ["/api/results", "/api/export.json", "/api/export.csv"]) {
      const status = async (authorization?: string) =>
        (
          await fetch(new URL(path, arena.url), {
            headers: authorization === undefined ? {} : { Authorization: authorization },
          })
        ).status;
      expect(await status()).toBe(401);
      expect(await status(`Bearer ${key.slice(1)}`)).toBe(401);
      expect(await status(`Bearer ${key}x`)).toBe(401);
      expect(await status(`Bearer ${key}`)).toBe(200);
    }
    await arena.close();
    const open = await start({ showResults: true });
    expect((await fetch(new URL("/api/results", open.url))).status).toBe(200);
  });

  it("sends a policy without inline scripts, and lets nothing be kept or embedded", async () => {
    const arena = await start();
    for (const path of ["/", "/results", "/vote.js", "/arena.css", "/none"]) {
      const { headers } = await fetch(new URL(path, arena.url));
      const policy = headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    }
  });

  it("answers under its own addresses only, so that no other site's name leads to it", async () => {
    const arena = await start();
    const { port } = new URL(arena.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, "127.0.0.1"])
      expect((await rawRequest(arena, { headers: { Host: host } })).status).toBe(200);
    for (const host of [
      `evil.example:${port}`,
      "localhost.evil.example",
      `127.0.0.1.evil.example:${port}`,
      "evil.example:localhost",
    ])
      expect((await rawRequest(arena, { headers: { Host: host } })).status).toBe(403);
  });

  it("refuses what another site's page sends", async () => {
    const arena = await start();
    const body = { rater, count: 1, held: [] };
    const own = arena.url.replace(/\/$/, "");
    expect((await post(arena, "/api/pairs", body, { Origin: own })).status).toBe(200);
    for (const headers of [
      { Origin: "http://evil.example" },
      { Origin: "null" },
      { Origin: "http://127.0.0.1:1" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
    ])
      expect(
        (await post(arena, "/api/pairs", body, headers as Record<string, string>)).status,
      ).toBe(403);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""])
      expect((await post(arena, "/api/pairs", body, { "Content-Type": type })).status).toBe(415);
  });

  it("refuses bodies that are too long or not what it asks for", async () => {
    const arena = await start();
    const [pair] = (await deal(arena)).pairs;
    expect((await post(arena, "/api/vote", "x".repeat(70_000))).status).toBe(413);
    for (const body of ["", "[", "[]", "null", "7"])
      expect((await post(arena, "/api/vote", body)).status).toBe(400);
    const wrong = [
      { id: "1" },
      { rater: "../" },
      { raterName: "x".repeat(81) },
      { raterName: 7 },
      { outcome: "both" },
      { outcome: "toString" },
      { pair: null },
      { pair: { question: 1 } },
    ];
    for (const parts of wrong)
      expect((await post(arena, "/api/vote", voteOn(pair, parts))).status).toBe(400);
    for (const parts of [
      { count: 0 },
      { count: 9 },
      { count: "1" },
      { held: "all" },
      { held: new Array(301).fill(pair) },
    ])
      expect(
        (await post(arena, "/api/pairs", { rater, count: 1, held: [], ...parts })).status,
      ).toBe(400);
  });

  it("takes nothing from a page of another arena, and does not tell the page that its vote is void", async () => {
    const contestants = await makeContest(folder.path);
    const [own, other] = [
      await start({ contestants }),
      await start({ contestants, database: join(folder.path, "other.sqlite") }),
    ];
    const [pair] = (await deal(own)).pairs;
    const vote = { ...voteOn(pair), arena: await arenaId(own.url) };
    expect(await post(other, "/api/vote", vote)).toEqual({
      status: 421,
      answer: { message: "Another arena is running at this address." },
    });
    expect((await post(other, "/api/vote", { ...vote, arena: undefined })).status).toBe(421);
    expect((await post(own, "/api/vote", vote)).status).toBe(200);
  });

  it("takes no vote on images that are not a pair", async () => {
    const arena = await start();
    const [a, b] = (await deal(arena, 2)).pairs;
    for (const pair of [
      { ...a, left: a.right },
      { ...a, left: b.left },
      { ...a, left: "unknown" },
      { ...a, question: "beauty" },
      { ...a, question: "__proto__" },
    ])
      expect((await post(arena, "/api/vote", voteOn(pair))).status).toBe(410);
    expect((await deal(arena)).judged).toBe(0);
  });

  it("has nothing at other addresses, and one use for each", async () => {
    const arena = await start();
    const status = async (path: string, method = "GET") =>
      (await rawRequest(arena, { path, method })).status;
    expect(await status("/none")).toBe(404);
    expect(await status("/image/none")).toBe(404);
    expect(await status("/image/%2e%2e%2fcaptions.json")).toBe(404);
    expect(await status("/__proto__")).toBe(404);
    expect(await status("/api/vote")).toBe(405);
    expect(await status("/", "POST")).toBe(405);
    expect(await status("/", "DELETE")).toBe(405);
    expect(await status("/?from=mail")).toBe(200);
    expect(await rawRequest(arena, { method: "HEAD" })).toEqual({ status: 200, body: "" });
  });

  it("tells its owner which image cannot be shown, and the rater only that it cannot", async () => {
    const errors: unknown[] = [];
    const arena = await start({ onError: (error) => errors.push(error) });
    await rm(join(folder.path, "folder-1", "0001.png"));
    const { pairs } = await deal(arena, 8);
    const answers = await Promise.all(
      pairs
        .flatMap(({ left, right }: Record<string, string>) => [left, right])
        .map(async (token: string) => {
          const response = await fetch(new URL(`/image/${token}`, arena.url));
          return response.ok ? "an image" : response.text();
        }),
    );
    const failed = answers.filter((text) => text !== "an image");
    expect(new Set(failed)).toEqual(
      new Set([JSON.stringify({ message: "This image cannot be shown." })]),
    );
    expect(failed).toHaveLength(errors.length);
    expect(String(errors[0])).toContain("folder-1");
  });

  it("asks for a vote again later while another process holds the database, and tells its owner", async () => {
    const errors: unknown[] = [];
    const arena = await start({ onError: (error) => errors.push(error) });
    const [pair] = (await deal(arena)).pairs;
    const vote = voteOn(pair);
    const { child } = await startProgram(holdLock, database());
    expect(await post(arena, "/api/vote", vote)).toEqual({
      status: 503,
      answer: { message: "Votes cannot be stored at this moment." },
    });
    expect(String(errors)).toContain("is locked");
    child.stdin?.end();
    await exited(child);
    expect((await post(arena, "/api/vote", vote)).status).toBe(200);
  });

  it("says that a port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const contestants = await makeContest(folder.path);
    const failure = startArena({ contestants, database: database(), port });
    await expect(failure).rejects.toThrow(ArenaServerError);
    await expect(failure).rejects.toThrow("choose another port");
    other.close();
  });

  it("closes when asked to or aborted, with everything in one file, and does not start when aborted before", async () => {
    const controller = new AbortController();
    const arena = await start({ signal: controller.signal });
    const [pair] = (await deal(arena)).pairs;
    await post(arena, "/api/vote", voteOn(pair));
    controller.abort();
    await arena.closed;
    await arena.close();
    await expect(fetch(arena.url)).rejects.toThrow();
    const store = await openArenaStore(database(), { create: false });
    expect(store.votes()).toHaveLength(1);
    store.dispose();
    await expect(start({ signal: controller.signal })).rejects.toThrow(/abort/i);
  });

  it("starts with folders that have changed, and does not count what no longer competes as judged", async () => {
    const first = await start({ questions: ["photorealism"] });
    for (const pair of (await deal(first, 4)).pairs) await post(first, "/api/vote", voteOn(pair));
    await first.close();
    const contestants = await makeContest(folder.path, { images: 5 });
    await rm(join(folder.path, "folder-0", "0001.png"));
    await writeFile(join(folder.path, "folder-0", "captions.json"), JSON.stringify({}));
    const second = await start({ contestants });
    expect(await deal(second, 8)).toMatchObject({
      judged: 3,
      total: 4,
      pairs: [{ question: "photorealism" }],
    });
  });
});
