import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cdp } from "vitest/browser";
import type { FaultyBehaviour } from "../__fixtures__/faulty-behaviour.ts";
import { faultySite, sha256Of } from "../__fixtures__/faulty-site.ts";
import { pseudoBytes } from "../__fixtures__/pseudo-bytes.ts";
import type { ModelLoadWarning } from "../cache-slot.ts";
import type { ModelLoadProgress } from "../load-progress.ts";
import { ModelFileMismatchError } from "../model-file-errors.ts";
import { openModelFiles } from "../model-files.ts";
import type { ModelFileList } from "../model-source.ts";
import type { OpenModelFilesOptions } from "../open-options.ts";
import { browserModelCache } from "./browser-model-cache.ts";
import { defaultModelCache } from "./default-cache.browser.ts";

const name = "glissade-test";
const size = 300_000;
const part = 8 * 2 ** 20;
/** As after a reload: nothing is left but what is stored. */
const reopened = () => browserModelCache({ name });

/** Other files' models too: whichever ran before, they take room from the same origin. */
const deleteCaches = async () => {
  for (const stored of await caches.keys()) await caches.delete(stored);
};
beforeEach(deleteCaches);
afterEach(deleteCaches);

const siteWith = (behaviour: FaultyBehaviour = {}) =>
  faultySite(`${location.origin}/faulty/`, { size, ...behaviour });
type Site = Awaited<ReturnType<typeof siteWith>>;

/** A model of one file, "a", whose hash is known. */
async function listOf(
  site: Site,
  { bytes = size, seed = 1, label = site.url.href } = {},
): Promise<ModelFileList> {
  return {
    label,
    files: {
      a: { url: new URL("a", site.url), bytes, sha256: await sha256Of(pseudoBytes(bytes, seed)) },
    },
  };
}

async function read(
  source: ModelFileList | URL,
  options: OpenModelFilesOptions = {},
): Promise<{ bytes: Uint8Array; progress: ModelLoadProgress[]; warnings: ModelLoadWarning[] }> {
  const progress: ModelLoadProgress[] = [];
  const warnings: ModelLoadWarning[] = [];
  const files = await openModelFiles(source, {
    cache: reopened(),
    onProgress: (seen) => progress.push(seen),
    onWarning: (seen) => warnings.push(seen),
    ...options,
  });
  return { bytes: await files.read("a"), progress, warnings };
}

async function thrown(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** `toEqual` takes long over many bytes. */
function expectSameBytes(received: Uint8Array, expected: Uint8Array): void {
  expect(received.length).toBe(expected.length);
  expect(received.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
}

async function storedUrls(): Promise<string[]> {
  return (await (await caches.open(name)).keys()).map(({ url }) => url);
}

describe("a file that was loaded before", () => {
  it("comes from the cache, without a request, and is the same", async () => {
    const site = await siteWith();
    const first = await read(await listOf(site));
    const second = await read(await listOf(site));
    expectSameBytes(second.bytes, pseudoBytes(size));
    expect(first.progress.every(({ fromCache }) => !fromCache)).toBe(true);
    expect(second.progress).toEqual([
      {
        path: "a",
        loadedBytes: size,
        totalBytes: size,
        fromCache: true,
        total: { loadedBytes: size, totalBytes: size },
      },
    ]);
    expect(await site.requests()).toHaveLength(1);
    expect(await reopened().estimate()).toMatchObject({ files: 1, bytes: size });
  });

  it("comes from the cache although it lies elsewhere now, as bundlers' names change, where its hash is the same", async () => {
    const [site, moved] = [await siteWith(), await siteWith()];
    await read(await listOf(site, { label: "mine" }));
    await read(await listOf(moved, { label: "mine" }));
    expect(await moved.requests()).toEqual([]);
  });

  it("gives way to a new version of the model, of which nothing old is left", async () => {
    const site = await siteWith();
    await read(await listOf(site));
    await site.behave({ size: 2000, seed: 2 });
    expectSameBytes(
      (await read(await listOf(site, { bytes: 2000, seed: 2 }))).bytes,
      pseudoBytes(2000, 2),
    );
    expect(await reopened().estimate()).toMatchObject({ files: 1, bytes: 2000 });
  });

  it("is asked about where no hash is known, and fetched where it changed", async () => {
    const site = await siteWith();
    await read(site.url);
    expect((await read(site.url)).progress.at(-1)?.fromCache).toBe(true);
    await site.behave({ size, seed: 2 });
    expectSameBytes((await read(site.url)).bytes, pseudoBytes(size, 2));
    expect((await site.requests()).map(({ method }) => method)).toEqual([
      "GET",
      "HEAD",
      "HEAD",
      "GET",
    ]);
  });

  it.each([{ status: 503 }, { page: "text/html" }])(
    "stays in use where the server answers with %o",
    async (behaviour) => {
      const site = await siteWith();
      await read(site.url);
      await site.behave(behaviour);
      expectSameBytes((await read(site.url)).bytes, pseudoBytes(size));
    },
  );

  it("is fetched again, once, where what is stored is damaged", async () => {
    const site = await siteWith();
    await read(await listOf(site));
    const cache = await caches.open(name);
    for (const url of (await storedUrls()).filter((stored) => stored.includes("/parts/")))
      await cache.put(url, new Response(pseudoBytes(size, 9)));
    expectSameBytes((await read(await listOf(site))).bytes, pseudoBytes(size));
    expect(await site.requests()).toHaveLength(2);
    expect((await read(await listOf(site))).progress.at(-1)?.fromCache).toBe(true);
  });
});

describe("a load that was interrupted", () => {
  it("goes on after a reload where it stopped", async () => {
    const bytes = part + 4_000_000;
    const site = await siteWith({ size: bytes, slow: 3 });
    const controller = new AbortController();
    const onProgress = ({ loadedBytes }: ModelLoadProgress) =>
      loadedBytes > part + 500_000 && controller.abort(new Error("closed"));
    await expect(
      read(await listOf(site, { bytes }), { onProgress, signal: controller.signal }),
    ).rejects.toThrow("closed");
    const { bytes: received, progress } = await read(await listOf(site, { bytes }));
    expectSameBytes(received, pseudoBytes(bytes));
    const [, second] = await site.requests();
    expect(Number(/\d+/.exec(second?.range ?? "")?.[0])).toBeGreaterThan(part);
    expect(second).toMatchObject({ ifRange: '"v1"', status: 206 });
    expect(progress[0]?.loadedBytes).toBeGreaterThan(part);
    expect((await read(await listOf(site, { bytes }))).progress.at(-1)?.fromCache).toBe(true);
  });

  it("goes on after the connection broke for good and is back", async () => {
    const site = await siteWith({ cutAfter: 20_000 });
    expect(await thrown(read(await listOf(site)))).toMatchObject({
      name: "ModelFileError",
      loadedBytes: expect.any(Number),
    });
    expect(await reopened().estimate()).toMatchObject({ files: 0 });
    await site.behave({ size });
    expectSameBytes((await read(await listOf(site))).bytes, pseudoBytes(size));
    expect((await site.requests()).at(-1)).toMatchObject({ status: 206 });
  });

  it("says that the browser is offline", async () => {
    const site = await siteWith({ cutAfter: 20_000 });
    const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    try {
      expect(await thrown(read(site.url))).toMatchObject({
        reason: expect.stringMatching(
          /the connection broke \(the browser is offline\) after \d+ bytes/,
        ),
      });
    } finally {
      onLine.mockRestore();
    }
  });

  it.each<[string, FaultyBehaviour]>([
    ["has another version by now", { size, seed: 2 }],
    ["is shorter by now than what arrived", { size: 10, seed: 2 }],
    ["no longer knows ranges, and has another version", { size, seed: 2, ranges: false }],
  ])("begins anew where the server %s", async (_, behaviour) => {
    const site = await siteWith({ cutAfter: 100_000 });
    await thrown(read(site.url));
    await site.behave(behaviour);
    expectSameBytes((await read(site.url)).bytes, pseudoBytes(behaviour.size ?? 0, 2));
  });

  it("begins anew where the parts turn out not to belong together", async () => {
    const site = await siteWith({ cutAfter: 100_000, etag: '"same"', seed: 2 });
    await thrown(read(await listOf(site)));
    await site.behave({ size, etag: '"same"' });
    expectSameBytes((await read(await listOf(site))).bytes, pseudoBytes(size));
    expect((await site.requests()).slice(-2).map(({ status }) => status)).toEqual([206, 200]);
  });
});

describe("what never enters the cache", () => {
  it("a file with another hash than expected", async () => {
    const site = await siteWith({ seed: 2 });
    const error = await thrown(read(await listOf(site)));
    expect(ModelFileMismatchError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      expected: await sha256Of(pseudoBytes(size)),
      received: await sha256Of(pseudoBytes(size, 2)),
    });
    expect(await storedUrls()).toEqual([]);
  });

  it.each<FaultyBehaviour>([
    { page: "text/html" },
    { page: "application/octet-stream" },
    { status: 404 },
    { status: 500 },
  ])("an answer such as %o", async (behaviour) => {
    const site = await siteWith(behaviour);
    expect(await thrown(read(site.url))).toMatchObject({ name: "ModelFileError" });
    expect(await reopened().estimate()).toMatchObject({ files: 0, bytes: 0 });
    await site.behave({ size });
    expectSameBytes((await read(site.url)).bytes, pseudoBytes(size));
  });
});

describe("a cache without room", () => {
  const quota = (bytes?: number) =>
    cdp().send("Storage.overrideQuotaForOrigin", {
      origin: location.origin,
      ...(bytes !== undefined && { quotaSize: bytes }),
    });
  afterEach(() => quota());
  /**
   * What is used once the browser has let go of what earlier tests deleted: it keeps a deleted
   * cache as long as garbage refers to it.
   */
  const settledUsage = async (stored: number) => {
    const usage = async () => {
      await cdp().send("HeapProfiler.collectGarbage");
      return (await navigator.storage.estimate()).usage ?? 0;
    };
    await expect.poll(usage, { timeout: 20_000 }).toBeLessThan(stored + 2 ** 20);
    return usage();
  };

  it("gives up the model that was not used for longest, to keep to its limit", async () => {
    const cache = browserModelCache({ name, maxBytes: 2.5 * size });
    const [a, b, c] = [await siteWith(), await siteWith(), await siteWith()];
    for (const site of [a, b, a, c]) await read(await listOf(site), { cache });
    const { models, bytes } = await cache.estimate();
    expect(models.map(({ model }) => model)).toEqual([a.url.href, c.url.href]);
    expect(bytes).toBe(2 * size);
  });

  it("leaves a file in memory that is larger than its limit, and says so", async () => {
    const cache = browserModelCache({ name, maxBytes: size - 1 });
    const { bytes, warnings } = await read(await listOf(await siteWith()), { cache });
    expectSameBytes(bytes, pseudoBytes(size));
    expect(warnings).toMatchObject([
      { path: "a", message: expect.stringContaining("there is no room for it") },
    ]);
    expect(await cache.estimate()).toMatchObject({ files: 0, bytes: 0 });
  });

  it("takes back into memory what it holds where the browser's quota ends in the middle", async () => {
    const bytes = 2 * part + 1000;
    const site = await siteWith({ size: bytes });
    await quota((await settledUsage(0)) + part + part / 2);
    const { bytes: received, warnings } = await read(await listOf(site, { bytes }));
    expectSameBytes(received, pseudoBytes(bytes));
    expect(warnings).toHaveLength(1);
    expect(await reopened().estimate()).toMatchObject({ files: 0, bytes: 0 });
    expect(await site.requests()).toHaveLength(1);
  });

  it("gives up other models where the browser's quota ends", async () => {
    const old = await siteWith({ size: part });
    await read(await listOf(old, { bytes: part }));
    await quota((await settledUsage(part)) + part / 2);
    const site = await siteWith({ size: part });
    const { warnings } = await read(await listOf(site, { bytes: part }));
    expect(warnings).toEqual([]);
    expect((await reopened().estimate()).models.map(({ model }) => model)).toEqual([site.url.href]);
  });

  it("that fails altogether is done without", async () => {
    const failing = { ...reopened(), find: () => Promise.reject(new Error("broken")) };
    const { bytes, warnings } = await read(await listOf(await siteWith()), { cache: failing });
    expectSameBytes(bytes, pseudoBytes(size));
    expect(warnings).toMatchObject([{ path: "a", cause: { message: "broken" } }]);
  });
});

describe("two loads at once", () => {
  it.each([
    ["of one page share a download", async () => [reopened(), undefined] as const],
    ["of two pages take turns", async () => [reopened(), reopened()] as const],
  ])("%s", async (_, open) => {
    const [cache, other] = await open();
    const site = await siteWith({ slow: 5 });
    const list = await listOf(site);
    const both = await Promise.all([read(list, { cache }), read(list, { cache: other ?? cache })]);
    for (const { bytes } of both) expectSameBytes(bytes, pseudoBytes(size));
    expect(await site.requests()).toHaveLength(1);
  });
});

describe("purging", () => {
  it("leaves nothing", async () => {
    await read(await listOf(await siteWith()));
    expect(await caches.keys()).toContain(name);
    await reopened().purge();
    expect(await caches.keys()).not.toContain(name);
    expect(await reopened().estimate()).toEqual({ files: 0, bytes: 0, models: [] });
    expect(await caches.keys()).not.toContain(name);
  });

  it("of one model leaves the others", async () => {
    const [a, b] = [await siteWith(), await siteWith()];
    await read(await listOf(a));
    await read(b.url);
    await reopened().purge({ source: await listOf(a) });
    expect((await reopened().estimate()).models.map(({ model }) => model)).toEqual([b.url.href]);
    await reopened().purge({ source: b.url });
    expect(await storedUrls()).toEqual([]);
  });

  it("in the middle of a load does no harm to it", async () => {
    const bytes = 2 * part + 1000;
    const site = await siteWith({ size: bytes });
    let purged: Promise<void> | undefined;
    const onProgress = ({ loadedBytes }: ModelLoadProgress) => {
      if (loadedBytes > part + 1000) purged ??= reopened().purge();
    };
    expectSameBytes(
      (await read(await listOf(site, { bytes }), { onProgress })).bytes,
      pseudoBytes(bytes),
    );
    await purged;
    expectSameBytes((await read(await listOf(site, { bytes }))).bytes, pseudoBytes(bytes));
  });
});

it("prefetching brings all files and ends at the total", async () => {
  const site = await siteWith();
  const sha256 = await sha256Of(pseudoBytes(size));
  const list = {
    files: Object.fromEntries(
      ["a", "b", "c"].map((path) => [path, { url: new URL(path, site.url), bytes: size, sha256 }]),
    ),
  };
  const totals: number[] = [];
  await openModelFiles(list, {
    cache: reopened(),
    prefetch: true,
    onProgress: ({ total }) => totals.push(total.loadedBytes),
  });
  expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  expect(totals.at(-1)).toBe(3 * size);
  expect(await reopened().estimate()).toMatchObject({ files: 3, bytes: 3 * size });
});

it("a browser's default is one cache for the page, and `false` is none", async () => {
  expect(defaultModelCache()).toBe(defaultModelCache());
  expect(defaultModelCache()?.name).toBe("glissade-models");
  const site = await siteWith();
  for (let i = 0; i < 2; i++) await read(await listOf(site), { cache: false });
  expect(await site.requests()).toHaveLength(2);
});
