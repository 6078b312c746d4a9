import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** The built site behind a plain static host. */
export interface DemoSite {
  /** Its address, below a folder of the host. */
  readonly url: string;
  /**
   * What was asked for since the last look, without the folder; of a part of a file, from which
   * byte.
   */
  takeRequests(): readonly string[];
  /** While true, the host drops connections to model files in the middle. */
  cutModelFiles: boolean;
  close(): Promise<void>;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

const folder = "/some/folder/";

/**
 * Serves the built demo, a folder, with the headers that isolate a page or, as some hosts do,
 * without them.
 */
export async function demoSite(files: string, { isolated = true }: { isolated?: boolean } = {}): Promise<DemoSite> {
  let requests: string[] = [];
  const site = { cutModelFiles: false };
  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
      if (!path.startsWith(folder)) return response.writeHead(404).end();
      const name = normalize(path.slice(folder.length) || "index.html");
      const found = await stat(join(files, name)).catch(() => undefined);
      if (!found?.isFile() || name.startsWith("..")) return response.writeHead(404).end();
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      requests.push(from > 0 ? `${name} from ${from}` : name);
      const headers = {
        "Content-Type": contentTypes[extname(name)] ?? "application/octet-stream",
        "Content-Length": found.size - from,
        "Accept-Ranges": "bytes",
        ETag: `"${found.size}-${found.mtimeMs}"`,
        ...(from > 0 && { "Content-Range": `bytes ${from}-${found.size - 1}/${found.size}` }),
        ...(isolated && { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }),
      };
      response.writeHead(from > 0 ? 206 : 200, headers);
      const isCut = site.cutModelFiles && name.endsWith(".safetensors") && found.size > 4_000_000;
      const stream = createReadStream(join(files, name), { start: from, ...(isCut && { end: Math.min(found.size - 2, from + 3_000_000) }) });
      stream.pipe(response, { end: !isCut });
      if (isCut) stream.on("end", () => setTimeout(() => response.destroy(), 100));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return Object.assign(site, {
    url: `http://localhost:${port}${folder}`,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
