import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DownloadError, download } from "./download.ts";

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
const sha256 = createHash("sha256").update(content).digest("hex");
const never = new AbortController().signal;

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let address: URL;
let folder: string;
const asked: (string | undefined)[] = [];

/**
 * A server that can be asked for a part, and drops the connection after so many bytes of a whole
 * file.
 */
const serve = ({ etag = '"1"', breaksAfter = Infinity, body = content } = {}) => {
  answer = (request, response) => {
    const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const isPart = begin > 0 && request.headers["if-range"] === etag;
    const part = body.subarray(isPart ? begin : 0);
    response.writeHead(isPart ? 206 : 200, {
      etag,
      "content-length": part.length,
      ...(isPart && { "content-range": `bytes ${begin}-${body.length - 1}/${body.length}` }),
    });
    if (part.length <= breaksAfter) return response.end(part);
    return response.write(part.subarray(0, breaksAfter), () => response.destroy());
  };
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  address = new URL(`http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}/base.pt`);
});
afterAll(() => server.close());
beforeEach(async () => {
  asked.length = 0;
  folder = await mkdtemp(join(tmpdir(), "glissade-download-"));
  return () => rm(folder, { recursive: true });
});

describe("download", () => {
  it("writes the file, tells its size and hash, and leaves nothing beside it", async () => {
    serve();
    const progress: number[] = [];
    const record = await download(address, join(folder, "a/base.pt"), {
      signal: never,
      onProgress: (loaded) => progress.push(loaded),
    });
    expect(record).toEqual({ url: address.href, size: content.length, sha256 });
    expect(new Uint8Array(await readFile(join(folder, "a/base.pt")))).toEqual(content);
    expect(await readdir(join(folder, "a"))).toEqual(["base.pt"]);
    expect(progress.at(-1)).toBe(content.length);
  });

  it("goes on where a connection broke", async () => {
    serve({ breaksAfter: 100_000 });
    const path = join(folder, "base.pt");
    await expect(download(address, path, { signal: never })).rejects.toThrow(
      /broke after \d+ bytes.*goes on/,
    );
    const arrived = (await readFile(`${path}.part`)).length;
    expect(arrived).toBeGreaterThan(0);
    serve();
    expect(await download(address, path, { signal: never })).toMatchObject({ sha256 });
    expect(asked).toEqual([undefined, `bytes=${arrived}-`]);
    expect(await readdir(folder)).toEqual(["base.pt"]);
  });

  it("goes on where it was stopped, and begins anew where the server has another file by now", async () => {
    serve();
    const path = join(folder, "base.pt");
    const controller = new AbortController();
    const stopped = download(address, path, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(await readdir(folder)).toContain("base.pt.part");
    const other = content.map((value) => 255 - value);
    serve({ etag: '"2"', body: other });
    await download(address, path, { signal: never });
    expect(new Uint8Array(await readFile(path))).toEqual(other);
  });

  it("refuses a file that is not the expected one, and keeps nothing of it", async () => {
    serve();
    const path = join(folder, "base.pt");
    await expect(download(address, path, { signal: never, expected: { size: 5 } })).rejects.toThrow(
      /another file/,
    );
    await expect(
      download(address, path, { signal: never, expected: { sha256: "00" } }),
    ).rejects.toThrow(/SHA-256/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ["an answer that is none", (response: ServerResponse) => response.writeHead(404).end(), /404/],
    [
      "a web page",
      (response: ServerResponse) =>
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>"),
      /web page/,
    ],
  ])("refuses %s", async (_what, reply, message) => {
    answer = (_request, response) => void reply(response);
    const error = await download(address, join(folder, "base.pt"), { signal: never }).catch(
      (reason: unknown) => reason,
    );
    expect(DownloadError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(message);
    expect(await readdir(folder)).toEqual([]);
  });

  it("says that a server cannot be reached", async () => {
    await expect(
      download(new URL("http://127.0.0.1:1/x"), join(folder, "x"), { signal: never }),
    ).rejects.toThrow(/cannot be reached/);
  });
});
