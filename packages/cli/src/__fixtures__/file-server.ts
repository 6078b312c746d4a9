import { createServer } from "node:http";

/** A local server of files under their names, whole or in part, with strong validators. */
export interface FileServer {
  readonly address: string;
  readonly files: Map<string, Uint8Array>;
  /** What was asked for: method, name and range. */
  readonly asked: string[];
  /** After how many bytes of an answer the connection is dropped. */
  breaksAfter: number;
  close(): Promise<void>;
}

export async function fileServer(): Promise<FileServer> {
  const files = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    const body = files.get(name);
    asked.push([request.method, name, ...(request.headers.range ? [request.headers.range] : [])].join(" "));
    if (!body) return void response.writeHead(404).end();
    const etag = `"${name}-${body.length}"`;
    const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const isPart = begin > 0 && request.headers["if-range"] === etag;
    const part = body.subarray(isPart ? begin : 0);
    response.writeHead(isPart ? 206 : 200, { etag, "content-length": part.length, ...(isPart && { "content-range": `bytes ${begin}-${body.length - 1}/${body.length}` }) });
    if (request.method === "HEAD") return void response.end();
    if (part.length <= self.breaksAfter) return void response.end(part);
    response.write(part.subarray(0, self.breaksAfter), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const self: FileServer = {
    address: `http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`,
    files,
    asked,
    breaksAfter: Infinity,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
