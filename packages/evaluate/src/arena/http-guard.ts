import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";

/**
 * A request that is answered with an error. Its message is read by raters: it names nothing that
 * competes.
 */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Nothing but the page's own script, style and images; no other site may show it, and nothing is
 * kept.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/**
 * Refuses requests under a name that is not this server's: another site's name can be made to point
 * at this machine (DNS rebinding), and its pages would then be of one origin with the arena.
 * Addresses in numbers are nobody's name.
 */
export function assertHost(request: IncomingMessage, host: string): void {
  const name = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const isOwn =
    name === "localhost" ||
    name === host.toLowerCase() ||
    isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
  if (!isOwn)
    throw new HttpError(
      403,
      "This server is not known by that name. Use the address that it has printed.",
    );
}

/**
 * Refuses what another site's page sends: browsers tell the origin with each POST, and ask before
 * they send JSON to another one.
 */
export function assertSameOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const isForeign =
    (origin !== undefined && origin !== `http://${host}`) ||
    (site !== undefined && site !== "same-origin" && site !== "none");
  if (isForeign) throw new HttpError(403, "Requests from other sites are refused.");
}

/** The JSON of a POST. */
export async function readJsonBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? ""))
    throw new HttpError(415, "Send JSON, as application/json.");
  const tooLong = () =>
    new HttpError(413, `Send at most ${mostBytes} bytes.`, { Connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLong();
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > mostBytes) throw tooLong();
    parts.push(bytes);
  }
  try {
    const json: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
  } catch {
    // answered below
  }
  throw new HttpError(400, "The request holds no JSON object.");
}

/**
 * Whether the request has the key, told in a time that does not depend on how much of it is right.
 */
export function hasKey(request: IncomingMessage, key: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
  const expected = Buffer.from(key);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(value: unknown): Answer {
  return { type: "application/json; charset=utf-8", body: JSON.stringify(value) };
}

export function send(
  response: ServerResponse,
  { status = 200, type, body, headers = {} }: Answer,
): void {
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
