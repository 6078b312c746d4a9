import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { FaultyBehaviour } from "../__fixtures__/faulty-behaviour.ts";
import { faultyHandler } from "../__fixtures__/faulty-server.ts";
import { faultySite, sha256Of } from "../__fixtures__/faulty-site.ts";
import { pseudoBytes } from "../__fixtures__/pseudo-bytes.ts";
import { ModelFileMismatchError } from "../model-file-errors.ts";
import { openModelFiles } from "../model-files.ts";
import type { OpenModelFilesOptions } from "../open-options.ts";
import { fetchToFolder } from "./fetch-to-folder.node.ts";
import { type FileDamage, folderModelCache } from "./folder-model-cache.node.ts";

let server: Server;
let origin = "";
let folder = "";

beforeAll(async () => {
  server = createServer(faultyHandler());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const bound = server.address();
  origin = `http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}/`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-model-cache-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const size = 300_000;
/** As after a restart: nothing is left but what is on the disk. */
const reopened = () => folderModelCache({ folder });

async function siteOf(behaviour: FaultyBehaviour = { size }) {
  const site = await faultySite(origin, behaviour);
  return {
    ...site,
    /** A list with the hash of the content of that seed. */
    listed: async (seed = behaviour.seed ?? 1) => ({
      label: "apple",
      files: {
        a: {
          url: new URL("a", site.url),
          sha256: await sha256Of(pseudoBytes(behaviour.size ?? 1000, seed)),
        },
      },
    }),
    statuses: async () => (await site.requests()).map(({ status }) => status),
  };
}

async function read(
  source: Parameters<typeof openModelFiles>[0],
  options: OpenModelFilesOptions = {},
): Promise<Uint8Array> {
  return (await openModelFiles(source, { cache: reopened(), ...options })).read("a");
}

/** `toEqual` takes long over many bytes. */
function expectSameBytes(received: Uint8Array, expected: Uint8Array): void {
  expect(received.length).toBe(expected.length);
  expect(Buffer.compare(received, expected)).toBe(0);
}

async function fileNames(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

describe("a cache in a folder", () => {
  it("keeps a file with its hash, and a list with hashes is read without a request", async () => {
    const site = await siteOf();
    const list = await site.listed();
    expectSameBytes(await read(list), pseudoBytes(size));
    expect(await fileNames()).toEqual(["a", "a.json"]);
    expect(JSON.parse(await readFile(join(folder, "apple", "a.json"), "utf8"))).toEqual({
      url: new URL("a", site.url).href,
      size,
      sha256: list.files.a.sha256,
      etag: '"v1"',
    });
    const fromCache: boolean[] = [];
    const onProgress = (progress: { fromCache: boolean }) => fromCache.push(progress.fromCache);
    expectSameBytes(await read(list, { onProgress }), pseudoBytes(size));
    expect(fromCache).toEqual([true]);
    expect(await site.statuses()).toEqual([200]);
  });

  it("asks whether a file without a hash has changed, and then fetches it again", async () => {
    const site = await siteOf();
    await read(site.url);
    expectSameBytes(await read(site.url), pseudoBytes(size));
    await site.behave({ size: 2000, seed: 2 });
    expectSameBytes(await read(site.url), pseudoBytes(2000, 2));
    expect((await site.requests()).map(({ method }) => method)).toEqual([
      "GET",
      "HEAD",
      "HEAD",
      "GET",
    ]);
  });

  it("opens weights from the file itself, and the query is no part of its name", async () => {
    const site = await siteOf({ size: 1000 });
    site.url.search = "?token=secret";
    await read(site.url);
    expect(JSON.stringify(await reopened().list())).not.toContain("secret");
    const [stored] = await reopened().list();
    expect(stored?.file.startsWith(folder)).toBe(true);
    expectSameBytes(await readFile(stored?.file ?? ""), pseudoBytes(1000));
  });

  it("takes the file again if it was changed since, and says what was wrong", async () => {
    const site = await siteOf();
    const list = await site.listed();
    const path = join(folder, "apple", "a");
    const damages: FileDamage[] = [];
    const cache = folderModelCache({ folder, onDamage: (damage) => damages.push(damage) });
    await read(list, { cache });
    await truncate(path, 1000);
    expectSameBytes(await read(list, { cache }), pseudoBytes(size));
    await writeFile(path, (await readFile(path)).fill(7, 5000, 5002));
    expectSameBytes(await read(list, { cache }), pseudoBytes(size));
    await rm(`${path}.json`);
    expectSameBytes(await read(list, { cache }), pseudoBytes(size));
    expect(damages).toEqual([
      { path, problem: `has 1000 bytes, where ${size} were fetched` },
      { path, problem: "is not what was fetched (its SHA-256 is another)" },
      { path, problem: "has no record beside it of what it should be" },
    ]);
    expect(await site.statuses()).toEqual([200, 200, 200, 200]);
  });

  it("refuses a file with another hash, and keeps nothing of it", async () => {
    const site = await siteOf();
    const error = await read(await site.listed(2)).catch((thrown: unknown) => thrown);
    expect(ModelFileMismatchError.isInstance(error)).toBe(true);
    expect(await fileNames()).toEqual([]);
  });

  it("goes on after a broken connection, and in the next load where the last one stopped", async () => {
    const site = await siteOf({ size, cutAfter: 100_000, cuts: 1 });
    expectSameBytes(await read(site.url), pseudoBytes(size));
    expect(await site.statuses()).toEqual([200, 206]);

    const other = await siteOf({ size, cutAfter: 10_000 });
    await expect(read(other.url)).rejects.toThrow("the connection broke after");
    const [partial] = (await reopened().list()).filter(({ isWhole }) => !isWhole);
    expect(partial).toMatchObject({ model: other.url.href, path: "a", isWhole: false });
    expect(partial?.bytes).toBeGreaterThan(0);
    expect((await reopened().estimate()).bytes).toBe(size + (partial?.bytes ?? 0));
    await other.behave({ size });
    expectSameBytes(await read(other.url), pseudoBytes(size));
    expect((await other.requests()).at(-1)).toMatchObject({
      status: 206,
      range: `bytes=${partial?.bytes}-`,
    });
  });

  it("begins again if what the server has is another version than the part", async () => {
    const site = await siteOf({ size, cutAfter: 10_000 });
    await expect(read(site.url)).rejects.toThrow("the connection broke after");
    await site.behave({ size, seed: 2 });
    expectSameBytes(await read(site.url), pseudoBytes(size, 2));
  });

  it("lists, estimates and removes models, and leaves what it did not put there", async () => {
    await mkdir(join(folder, "mine"));
    await writeFile(join(folder, "mine", "package.json"), "{}");
    const [first, second] = [await siteOf({ size: 1000 }), await siteOf({ size: 2000 })];
    await read(first.url);
    await read(await second.listed());
    expect(await reopened().estimate()).toMatchObject({ files: 2, bytes: 3000 });
    expect((await reopened().estimate()).models.map(({ model }) => model).toSorted()).toEqual(
      ["apple", first.url.href].toSorted(),
    );
    await reopened().purge({ source: first.url });
    expect((await reopened().list()).map(({ model }) => model)).toEqual(["apple"]);
    await reopened().purge();
    expect(await readdir(folder)).toEqual(["mine"]);
    expect(await fileNames()).toEqual(["package.json"]);
  });

  it("tells files and models of any name apart", async () => {
    const cache = reopened();
    const site = await siteOf({ size: 10 });
    const names = ["a", "a.json", "a.json_", "a.part", "b/c.lock", "b/..c", "%2E", "é ü"];
    for (const path of names)
      for (const model of ["../x", "..", "", "x".repeat(300)]) {
        const { signal } = new AbortController();
        const url = new URL("a", site.url);
        const { file } = await fetchToFolder({ model, path, url }, { cache, signal });
        expect(file.startsWith(folder)).toBe(true);
        expect(basename(file)).not.toMatch(/\.(json|part|lock)$/);
      }
    const listed = await cache.list();
    expect(new Set(listed.map(({ file }) => file)).size).toBe(4 * names.length);
    expect(new Set(listed.map(({ path }) => path))).toEqual(new Set(names));
  });

  it("goes on in memory if the folder cannot be used, unless the file is wanted there", async () => {
    await writeFile(join(folder, "file"), "");
    const cache = folderModelCache({ folder: join(folder, "file", "cache") });
    const site = await siteOf();
    const warnings: string[] = [];
    const onWarning = ({ message }: { message: string }) => void warnings.push(message);
    expectSameBytes(await read(site.url, { cache, onWarning }), pseudoBytes(size));
    expect(warnings).toEqual([expect.stringMatching(/^a is not kept in the cache .*cache failed/)]);
    const wanted = fetchToFolder(
      { model: "m", path: "a", url: new URL("a", site.url) },
      { cache, signal: new AbortController().signal },
    );
    await expect(wanted).rejects.toMatchObject({ name: "ModelCacheError" });
  });
});

describe("several processes with one cache", () => {
  const program = fileURLToPath(new URL("../__fixtures__/fetch-model-file.ts", import.meta.url));

  function start(url: URL): ChildProcess & { readonly printed: Promise<string> } {
    const child = spawn(
      process.execPath,
      ["--conditions=glissade-source", "--import=tsx", program, folder, url.href, "a"],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    onTestFinished(() => void child.kill("SIGKILL"));
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    return Object.assign(child, { printed: once(child, "close").then(() => text) });
  }

  it("fetch a file once that they want at the same time", async () => {
    const site = await siteOf({ size, slow: 300 });
    const printed = await Promise.all([start(site.url).printed, start(site.url).printed]);
    const expected = await sha256Of(pseudoBytes(size));
    expect(printed).toEqual([expected, expected]);
    expect((await site.requests()).filter(({ method }) => method === "GET")).toHaveLength(1);
    expect(await fileNames()).toEqual(["a", "a.json"]);
  });

  it("leave a part when killed, from which the next one goes on", async () => {
    const large = 12 * 2 ** 20;
    const site = await siteOf({ size: large, slow: 20 });
    const killed = start(site.url);
    await new Promise<void>((resolve) => {
      killed.stderr?.on("data", (data) => {
        if (
          String(data)
            .split("\n")
            .some((line) => Number(line) > 9.5 * 2 ** 20)
        )
          resolve();
      });
    });
    killed.kill("SIGKILL");
    await killed.printed;
    expect(await fileNames()).toEqual(["a.lock", "a.part", "a.part.json"]);
    const [partial] = await reopened().list();
    expect(partial).toMatchObject({ bytes: 8 * 2 ** 20, isWhole: false });
    expectSameBytes(await read(site.url), pseudoBytes(large));
    expect((await site.requests()).at(-1)).toMatchObject({
      status: 206,
      range: `bytes=${8 * 2 ** 20}-`,
    });
    expect(await fileNames()).toEqual(["a", "a.json"]);
  });

  it("wait for a lock of a living process, and take over one that has been silent for long", async () => {
    const site = await siteOf({ size: 1000 });
    const lock = join(folder, "apple", "a.lock");
    await mkdir(join(folder, "apple"));
    await writeFile(lock, JSON.stringify({ id: "1", pid: process.pid, host: hostname() }));
    const waiting = read(await site.listed(), { signal: AbortSignal.timeout(300) });
    await expect(waiting).rejects.toThrow("timeout");
    expect(await site.requests()).toEqual([]);

    await writeFile(lock, JSON.stringify({ id: "1", pid: 1, host: "another machine" }));
    const long = new Date(Date.now() - 3 * 60_000);
    await utimes(lock, long, long);
    expectSameBytes(await read(await site.listed()), pseudoBytes(1000));
    expect(await fileNames()).toEqual(["a", "a.json"]);
  });
});

describe("a model's address in Node", () => {
  it("is cached in the platform's folder if no cache is named", async () => {
    const before = process.env.GLISSADE_CACHE;
    process.env.GLISSADE_CACHE = folder;
    onTestFinished(() => {
      process.env.GLISSADE_CACHE = before;
    });
    const site = await siteOf();
    for (let again = 0; again < 2; again++)
      expectSameBytes(await (await openModelFiles(site.url)).read("a"), pseudoBytes(size));
    expect((await site.requests()).map(({ method }) => method)).toEqual(["GET", "HEAD"]);
    expect(await fileNames()).toEqual(["a", "a.json"]);
    await (await openModelFiles(site.url, { cache: false })).read("a");
    expect((await site.requests()).at(-1)).toMatchObject({ method: "GET" });
  });
});
