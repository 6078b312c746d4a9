// Keeps the page itself for when there is no network, and adds the headers that threads in WebAssembly need on hosts that cannot send them.

/** What the page consists of. Model files are kept by Glissade's own cache. */
const shell = "glissade-demo-shell";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isModelFile = pathname.endsWith(".safetensors") || request.headers.has("range");
  if (request.method === "GET" && origin === self.location.origin && !isModelFile)
    event.respondWith(fromNetworkOrShell(request));
});

/** The newest where there is a network; what was seen last where there is none. */
async function fromNetworkOrShell(request) {
  const cache = await caches.open(shell);
  try {
    const response = await fetch(request);
    if (response.status === 200) await cache.put(request, response.clone());
    return isolated(response);
  } catch (error) {
    const known = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
    if (known) return isolated(known);
    throw error;
  }
}

function isolated(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}
