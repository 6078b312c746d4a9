import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Arena, createArena } from "./arena.ts";
import { ArenaServerError, ArenaStoreError } from "./arena-errors.ts";
import {
  assertArena,
  readPairsRequest,
  readUndoRequest,
  readVoteRequest,
} from "./arena-requests.ts";
import { type ArenaStore, openArenaStore } from "./arena-store.ts";
import { type ContestantFolder, openContestants } from "./contestants.ts";
import { votesAsCsv, votesAsJson } from "./export-votes.ts";
import {
  type Answer,
  assertHost,
  assertSameOrigin,
  HttpError,
  hasKey,
  json,
  readJsonBody,
  send,
} from "./http-guard.ts";
import type { ResultsAnswer } from "./page/messages.ts";
import { resultsScript, voteScript } from "./page/page.scripts.ts";
import { pageStyle } from "./page/page-style.ts";
import { resultsPage } from "./page/results-page.ts";
import { votePage } from "./page/vote-page.ts";
import type { Question } from "./questions.ts";
import { arenaResults } from "./results.ts";

export interface ArenaServerOptions {
  /** Two or more sets of images. */
  readonly contestants: readonly ContestantFolder[];
  /** The file that votes are kept in; made where it is not there. */
  readonly database: string;
  /** A JSON file of captions, see `openContestants`. */
  readonly captions?: string;
  /** Default: photorealism, and caption where every image has one. */
  readonly questions?: readonly Question[];
  /** Of the pairs' order and sides. Default: 0. */
  readonly seed?: number;
  /** Default: 127.0.0.1, which no other machine reaches. */
  readonly host?: string;
  /** 0 takes any that is free. Default: 0. */
  readonly port?: number;
  /** Whether raters may see the results. Default: false, since they would sway them. */
  readonly showResults?: boolean;
  /** Is told what goes wrong while the arena runs, in words for its owner alone. */
  readonly onError?: (error: unknown) => void;
  /** Closes the arena. */
  readonly signal?: AbortSignal;
}

export interface RunningArena {
  /** Where raters vote. */
  readonly url: string;
  /** Where the owner sees the results: ends in the key. */
  readonly resultsUrl: string;
  /** What was left out of the contest, and why. */
  readonly warnings: readonly string[];
  /** How many pairs there are over all questions. */
  readonly pairs: number;
  /** Settles when the arena has closed, whatever closed it. */
  readonly closed: Promise<void>;
  /**
   * Ends connections, writes everything into the database's one file, and closes it. Safe to call
   * twice.
   */
  close(): Promise<void>;
}

/**
 * Serves a page on which people judge pairs of images, blind, and keeps their votes. A vote is
 * answered when it is on the disk.
 *
 * @throws ContestantsError, ArenaStoreError; ArenaServerError where it cannot listen;
 * InvalidArgumentError; the signal's reason where aborted before it runs
 * @example
 * ```ts
 * const contestants = [{ name: "s = 1", folder: "plain" }, { name: "s = 3", folder: "guided" }];
 * const arena = await startArena({ contestants, database: "arena.sqlite" });
 * console.log(arena.url, arena.resultsUrl);
 * ```
 */
export async function startArena(options: ArenaServerOptions): Promise<RunningArena> {
  const { captions, questions, seed, host = "127.0.0.1", port = 0, signal } = options;
  signal?.throwIfAborted();
  const contestants = await openContestants(options.contestants, {
    ...(captions !== undefined && { captions }),
    ...(signal && { signal }),
  });
  const store = await openArenaStore(options.database);
  try {
    signal?.throwIfAborted();
    const arena = createArena({
      contestants,
      store,
      ...(questions && { questions }),
      ...(seed !== undefined && { seed }),
    });
    const key = randomBytes(12).toString("base64url");
    const server = createServer(requestListener({ ...options, host, arena, store, key }));
    const url = await listen(server, host, port);
    const { closed, close } = closing(server, store, signal);
    return {
      url,
      resultsUrl: `${url}results#${key}`,
      warnings: contestants.warnings,
      pairs: arena.total,
      closed,
      close,
    };
  } catch (error) {
    store.dispose();
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const advice =
        cause.code === "EADDRINUSE"
          ? "Something is listening there already: choose another port, or 0 for any."
          : "Choose another host or port.";
      reject(
        new ArenaServerError(
          `The arena cannot listen on ${host}, port ${port} (${cause.code ?? cause.message}). ${advice}`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : port;
      const name =
        host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
      resolve(`http://${name}:${actual}/`);
    });
  });
}

function closing(
  server: Server,
  store: ArenaStore,
  signal: AbortSignal | undefined,
): Pick<RunningArena, "closed" | "close"> {
  const closed = new Promise<void>((resolve) => server.once("close", resolve)).then(() =>
    store.dispose(),
  );
  const close = () => {
    signal?.removeEventListener("abort", close);
    if (server.listening) {
      server.close();
      server.closeAllConnections(); // a vote whose answer is cut off is sent again, and counts once
    }
    return closed;
  };
  signal?.addEventListener("abort", close);
  if (signal?.aborted) void close();
  return { closed, close };
}

interface Serving extends ArenaServerOptions {
  readonly host: string;
  readonly arena: Arena;
  readonly store: ArenaStore;
  readonly key: string;
}

const mostBodyBytes = 64 * 2 ** 10;

function requestListener(
  serving: Serving,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(serving, request)
      .catch((error: unknown) => errorAnswer(error, serving.onError))
      .then((found) => send(response, found))
      .catch((error: unknown) => {
        response.destroy();
        serving.onError?.(error);
      });
  };
}

/** What each address answers to GET and POST. */
async function answer(serving: Serving, request: IncomingMessage): Promise<Answer> {
  assertHost(request, serving.host);
  const path = (request.url ?? "/").replace(/[?#].*$/s, "");
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.get(path) ?? (path.startsWith("/image/") ? { GET: image } : undefined);
  if (!route) throw new HttpError(404, "There is nothing here.");
  const handler = method === "GET" || method === "POST" ? route[method] : undefined;
  if (!handler)
    throw new HttpError(405, "That is not how this address is used.", {
      Allow: Object.keys(route).join(", "),
    });
  if (method === "POST") assertSameOrigin(request);
  return handler(serving, request);
}

type Handler = (serving: Serving, request: IncomingMessage) => Answer | Promise<Answer>;

interface Route {
  readonly GET?: Handler;
  readonly POST?: Handler;
}

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/", { GET: ({ store }) => html(votePage(store.id)) }],
  ["/results", { GET: () => html(resultsPage) }],
  ["/vote.js", { GET: () => script(voteScript()) }],
  ["/results.js", { GET: () => script(resultsScript()) }],
  ["/arena.css", { GET: () => ({ type: "text/css; charset=utf-8", body: pageStyle }) }],
  ["/api/pairs", { POST: ratersPost((arena, body) => arena.pairs(readPairsRequest(body))) }],
  ["/api/vote", { POST: ratersPost((arena, body) => arena.vote(readVoteRequest(body))) }],
  ["/api/undo", { POST: ratersPost((arena, body) => arena.undo(readUndoRequest(body))) }],
  [
    "/api/results",
    {
      GET: ownersOnly((store) => json({ questions: arenaResults(store) } satisfies ResultsAnswer)),
    },
  ],
  [
    "/api/export.json",
    {
      GET: ownersOnly((store) => ({
        type: "application/json; charset=utf-8",
        body: votesAsJson(store),
      })),
    },
  ],
  [
    "/api/export.csv",
    { GET: ownersOnly((store) => ({ type: "text/csv; charset=utf-8", body: votesAsCsv(store) })) },
  ],
]);

function ratersPost(
  act: (arena: Arena, body: Readonly<Record<string, unknown>>) => unknown,
): Handler {
  return async ({ arena, store }, request) => {
    const body = await readJsonBody(request, mostBodyBytes);
    assertArena(body, store.id);
    return json(act(arena, body));
  };
}

async function image({ arena, onError }: Serving, request: IncomingMessage): Promise<Answer> {
  const token = (request.url ?? "").slice("/image/".length);
  try {
    return { type: "image/png", body: await arena.image(token) };
  } catch (error) {
    if (error instanceof HttpError) throw error;
    onError?.(error);
    throw new HttpError(422, "This image cannot be shown.");
  }
}

function ownersOnly(read: (store: ArenaStore) => Answer): Handler {
  return ({ store, key, showResults }, request) => {
    if (!showResults && !hasKey(request, key))
      throw new HttpError(401, "Results are for the owner of this arena, who has the key.", {
        "WWW-Authenticate": "Bearer",
      });
    return read(store);
  };
}

function html(body: string): Answer {
  return { type: "text/html; charset=utf-8", body };
}

function script(body: string): Answer {
  return { type: "text/javascript; charset=utf-8", body };
}

/** What a rater reads about an error. The store's own words hold the path of its file. */
function errorAnswer(error: unknown, onError: ArenaServerOptions["onError"]): Answer {
  if (error instanceof HttpError)
    return { ...json({ message: error.message }), status: error.status, headers: error.headers };
  onError?.(error);
  if (ArenaStoreError.isInstance(error) && error.fault === "locked")
    return {
      ...json({ message: "Votes cannot be stored at this moment." }),
      status: 503,
      headers: { "Retry-After": "1" },
    };
  return { ...json({ message: "The server has failed; its owner sees why." }), status: 500 };
}
