/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;

/** What the page itself consists of. Model files are kept by Glissade's own cache. */
const shell = "glissade-demo-shell";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isModelFile = /\.safetensors$|\/model\//.test(new URL(request.url).pathname) || request.headers.has("range");
  if (request.method === "GET" && new URL(request.url).origin === location.origin && !isModelFile) event.respondWith(fromNetworkOrShell(request));
});

/** The newest where there is a network; what was seen last where there is none. */
async function fromNetworkOrShell(request: Request): Promise<Response> {
  const cache = await caches.open(shell);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return isolated(response);
  } catch (error) {
    const known = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
    if (known) return isolated(known);
    throw error;
  }
}

/** For hosts that cannot send these headers: with them WebAssembly may use threads. */
function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
