import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { FaultyBehaviour, FaultyRequest } from "./faulty-behaviour.ts";
import { pseudoBytes } from "./pseudo-bytes.ts";

interface Site {
  behaviour: FaultyBehaviour;
  cuts: number;
  requests: { -readonly [field in keyof FaultyRequest]: FaultyRequest[field] }[];
}

/**
 * A server that misbehaves on demand: `POST /<id>/behaviour` says how, `GET /<id>/requests` tells
 * what it was asked, and everything else below `/<id>/` is a file.
 */
export function faultyHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const sites = new Map<string, Site>();
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const [, id = "", ...rest] = pathname.split("/");
    const path = rest.join("/");
    const site = sites.get(id) ?? { behaviour: {}, cuts: 0, requests: [] };
    sites.set(id, site);
    if (path === "behaviour") {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      Object.assign(site, { behaviour: JSON.parse(Buffer.concat(chunks).toString()), cuts: 0 });
      response.end();
    } else if (path === "requests") response.setHeader("content-type", "application/json").end(JSON.stringify(site.requests));
    else await answer(site, path, request, response);
  };
}

/** For vite's development server, below `/faulty`. */
export function faultyServer() {
  return {
    name: "faulty-server",
    configureServer({ middlewares }: { middlewares: { use(path: string, handler: ReturnType<typeof faultyHandler>): void } }): void {
      middlewares.use("/faulty", faultyHandler());
    },
  };
}

async function answer(site: Site, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size = 1000, seed = 1, etag = `"v${seed}"`, lastModified, cutAfter, cuts = Number.POSITIVE_INFINITY, ranges = true, slow, unannounced } = site.behaviour;
  const { status, page } = site.behaviour;
  const { range, "if-range": ifRange } = request.headers;
  const entry: Site["requests"][number] = {
    method: request.method ?? "", path, status: 200, isAborted: false,
    ...(range !== undefined && { range }),
    ...(typeof ifRange === "string" && { ifRange }),
  };
  site.requests.push(entry);
  if (status !== undefined || page !== undefined) {
    entry.status = status ?? 200;
    response.writeHead(entry.status, { "content-type": page ?? "text/plain" }).end("<!doctype html><title>Not what you asked for</title>");
    return;
  }
  const start = ranges && range !== undefined && (ifRange === undefined || ifRange === etag || ifRange === lastModified) ? Number(/\d+/.exec(range)?.[0]) : 0;
  response.setHeader("content-type", "application/octet-stream");
  if (etag !== null) response.setHeader("etag", etag);
  if (lastModified !== undefined) response.setHeader("last-modified", lastModified);
  if (start >= size && size > 0) {
    entry.status = 416;
    response.writeHead(416).end();
    return;
  }
  entry.status = start > 0 ? 206 : 200;
  if (start > 0) response.setHeader("content-range", `bytes ${start}-${size - 1}/${size}`);
  if (!unannounced) response.setHeader("content-length", size - start);
  response.writeHead(entry.status);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const isCut = cutAfter !== undefined && start + cutAfter < size && site.cuts++ < cuts;
  const end = isCut ? start + cutAfter : size;
  const content = pseudoBytes(size, seed);
  const block = 2 ** 16;
  for (let at = start; at < end && !response.destroyed; at += block) {
    response.write(content.subarray(at, Math.min(end, at + block)));
    if (slow !== undefined) await pause(slow);
  }
  entry.isAborted = response.destroyed;
  if (isCut) {
    await pause(50); // what was written is on its way
    response.destroy();
  } else response.end();
}
