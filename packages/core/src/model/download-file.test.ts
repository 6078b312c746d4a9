import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultyHandler } from "./__fixtures__/faulty-server.ts";
import { faultySite, sha256Of } from "./__fixtures__/faulty-site.ts";
import { pseudoBytes } from "./__fixtures__/pseudo-bytes.ts";
import type { ModelLoadProgress } from "./load-progress.ts";
import { ModelFileError, ModelFileMismatchError } from "./model-file-errors.ts";
import { openModelFiles as open } from "./model-files.ts";
import type { ModelFileList, ModelSource } from "./model-source.ts";
import type { OpenModelFilesOptions } from "./open-options.ts";

let server: Server;
let origin = "";

beforeAll(async () => {
  server = createServer(faultyHandler());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const bound = server.address();
  origin = `http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}/`;
});
afterAll(() => server.close());

/** In memory: the caches have tests of their own. */
const openModelFiles = (source: ModelSource, options: OpenModelFilesOptions = {}) =>
  open(source, { cache: false, ...options });

async function thrown(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** `toEqual` takes long over many bytes. */
function expectSameBytes(received: Uint8Array, expected: Uint8Array): void {
  expect(received.length).toBe(expected.length);
  expect(Buffer.compare(received, expected)).toBe(0);
}

const size = 300_000;

describe("a file whose connection breaks", () => {
  it("is asked for from where it stopped, as the same version", async () => {
    const site = await faultySite(origin, { size, cutAfter: 100_000, cuts: 2 });
    const files = await openModelFiles(site.url);
    expectSameBytes(await files.read("a"), pseudoBytes(size));
    const requests = await site.requests();
    expect(requests.map(({ status }) => status)).toEqual([200, 206, 206]);
    for (const { range, ifRange } of requests.slice(1)) {
      expect(range).toMatch(/^bytes=[1-9]\d*-$/);
      expect(ifRange).toBe('"v1"');
    }
  });

  it.each([
    ["the server knows no ranges", { ranges: false }],
    ["the server says nothing about the version", { etag: null }],
  ])("begins anew where %s", async (_, behaviour) => {
    const site = await faultySite(origin, { size, cutAfter: 100_000, cuts: 1, ...behaviour });
    expectSameBytes(await (await openModelFiles(site.url)).read("a"), pseudoBytes(size));
    expect((await site.requests()).at(-1)).toMatchObject({ status: 200 });
  });

  it("goes on without a version where its hash will tell", async () => {
    const site = await faultySite(origin, { size, cutAfter: 100_000, cuts: 1, etag: null });
    const list = {
      files: { a: { url: new URL("a", site.url), sha256: await sha256Of(pseudoBytes(size)) } },
    };
    expectSameBytes(await (await openModelFiles(list)).read("a"), pseudoBytes(size));
    expect((await site.requests()).map(({ status }) => status)).toEqual([200, 206]);
  });

  it("has the new version where the server changed it in between", async () => {
    const site = await faultySite(origin, { size, cutAfter: 100_000 });
    let isChanged: Promise<void> | undefined;
    const onProgress = () => {
      isChanged ??= site.behave({ size: 200_000, seed: 2 });
    };
    expectSameBytes(
      await (await openModelFiles(site.url, { onProgress })).read("a"),
      pseudoBytes(200_000, 2),
    );
    await isChanged;
  });

  it("says how much arrived when it breaks again and again", async () => {
    const site = await faultySite(origin, { size, cutAfter: 1000 });
    const error = await thrown((await openModelFiles(site.url)).read("a"));
    expect(error).toBeInstanceOf(ModelFileError);
    expect((error as ModelFileError).message).toMatch(
      /the connection broke after \d+ bytes of 300000/,
    );
    expect((error as ModelFileError).loadedBytes).toBeGreaterThan(0);
    expect(await site.requests()).toHaveLength(4);
  });
});

describe("a file that is not what was expected", () => {
  it("is refused with both hashes", async () => {
    const site = await faultySite(origin, { size });
    const expected = "0".repeat(64);
    const files = await openModelFiles({
      label: "mine",
      files: { a: { url: new URL("a", site.url), sha256: expected } },
    });
    const error = await thrown(files.read("a"));
    expect(ModelFileMismatchError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      model: "mine",
      path: "a",
      expected,
      received: await sha256Of(pseudoBytes(size)),
    });
  });

  it("is refused by its length before it is read", async () => {
    const site = await faultySite(origin, { size });
    const files = await openModelFiles({ files: { a: { url: new URL("a", site.url), bytes: 7 } } });
    expect(await thrown(files.read("a"))).toMatchObject({
      expected: "7 bytes",
      received: "300000 bytes",
    });
  });

  it("ends where broken connections and a wrong hash come together", async () => {
    const site = await faultySite(origin, { size, cutAfter: 200_000 });
    const files = await openModelFiles({
      files: { a: { url: new URL("a", site.url), sha256: "0".repeat(64) } },
    });
    expect(ModelFileMismatchError.isInstance(await thrown(files.read("a")))).toBe(true);
  });

  it("is refused where it is a page with the type of a file", async () => {
    const site = await faultySite(origin, { page: "application/octet-stream" });
    expect(await thrown((await openModelFiles(site.url)).read("a"))).toMatchObject({
      reason: "the server answered with a web page instead of the file",
    });
  });
});

describe("a list of files", () => {
  const text = new TextEncoder().encode('{"a": 1}');
  const list: ModelFileList = {
    label: "mine",
    files: {
      "x/a.json": {
        url: new URL(`data:application/json,${encodeURIComponent('{"a": 1}')}`),
        bytes: text.length,
      },
    },
  };

  it("knows what is there without asking, and reads data: addresses, which bundlers make of small files", async () => {
    const files = await openModelFiles(list);
    expect(files.label).toBe("mine");
    expect(await files.exists("x/a.json")).toBe(true);
    expect(await files.exists("x/b.json")).toBe(false);
    expect(await files.readJson("x/a.json")).toEqual({ a: 1 });
    expect(await thrown(files.read("x/b.json"))).toMatchObject({ reason: "there is no such file" });
  });

  it("is refused where an entry is of another kind", async () => {
    const url = new URL("https://example.org/a");
    for (const file of [
      {},
      { url: "https://example.org/a" },
      { url: new URL("ftp://example.org/a") },
      { url, bytes: -1 },
      { url, sha256: "abc" },
    ]) {
      await expect(openModelFiles({ files: { a: file } } as ModelFileList)).rejects.toMatchObject({
        name: "InvalidArgumentError",
      });
    }
    await expect(openModelFiles({ files: { "../a": { url } } })).rejects.toMatchObject({
      name: "InvalidArgumentError",
    });
  });

  it("has a total from the beginning, which progress reaches and never passes", async () => {
    const site = await faultySite(origin, { size, cutAfter: 200_000, cuts: 1 });
    const seen: ModelLoadProgress[] = [];
    const file = (path: string) => ({ url: new URL(path, site.url), bytes: size });
    const files = await openModelFiles(
      { files: { a: file("a"), b: file("b") } },
      { onProgress: (progress) => seen.push(progress) },
    );
    for (const path of ["a", "b", "a"]) await files.read(path);
    const totals = seen.map(({ total }) => total.loadedBytes);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    expect(totals.at(-1)).toBe(2 * size);
    expect(new Set(seen.map(({ total }) => total.totalBytes))).toEqual(new Set([2 * size]));
    expect(seen.every(({ fromCache }) => !fromCache)).toBe(true);
  });
});

describe("a file that several want at once", () => {
  it("is fetched once", async () => {
    const site = await faultySite(origin, { size, slow: 10 });
    const [one, other] = [await openModelFiles(site.url), await openModelFiles(site.url)];
    const [a, b] = await Promise.all([one.read("a"), other.read("a")]);
    expectSameBytes(a, pseudoBytes(size));
    expectSameBytes(b, pseudoBytes(size));
    expect(await site.requests()).toHaveLength(1);
  });

  it("goes on for one where the other aborts, and ends where both do", async () => {
    const site = await faultySite(origin, { size, slow: 30 });
    const files = await openModelFiles(site.url);
    const [first, second] = [new AbortController(), new AbortController()];
    const leaving = files.read("a", { signal: first.signal });
    const staying = files.read("a", { signal: second.signal });
    first.abort(new Error("enough"));
    await expect(leaving).rejects.toThrow("enough");
    expectSameBytes(await staying, pseudoBytes(size));
    expect(await site.requests()).toHaveLength(1);

    const both = [
      files.read("b", { signal: AbortSignal.timeout(60) }),
      files.read("b", { signal: AbortSignal.timeout(70) }),
    ];
    for (const result of await Promise.allSettled(both)) expect(result.status).toBe("rejected");
    await expect
      .poll(async () => (await site.requests()).find(({ path }) => path === "b")?.isAborted)
      .toBe(true);
  });
});
