import type { GlideLike, GlideLoader, GlideLoaderSnapshot } from "@glissade/core";
import { ModelOnServerError } from "./model-on-server-error.ts";

type Loaded = GlideLoaderSnapshot & { readonly status: "ready"; readonly glide: GlideLike };

const waiting = new WeakMap<GlideLoader, Promise<unknown>>();

/**
 * The loaded model, inside of a `Suspense`.
 *
 * @throws a promise while it loads, which React waits for; the error where loading failed; ModelOnServerError on a server
 */
export function loadedOrSuspended(getLoader: () => GlideLoader): Loaded {
  if (typeof window === "undefined") throw new ModelOnServerError(); // a promise would keep a streaming server waiting for a model that only the browser wants
  const loader = getLoader();
  const snapshot = loader.getSnapshot();
  if (isLoaded(snapshot)) return snapshot;
  if (snapshot.status === "error") throw snapshot.error;
  throw waitingFor(loader);
}

function isLoaded(snapshot: GlideLoaderSnapshot): snapshot is Loaded {
  return snapshot.status === "ready";
}

/** Retains the model until it is loaded: a component that waits is not mounted, and cannot do so itself. */
function waitingFor(loader: GlideLoader): Promise<unknown> {
  const known = waiting.get(loader);
  if (known) return known;
  const release = loader.retain();
  const wait = Promise.resolve() // not at once: other components listen, and must not be told while one renders
    .then(() => loader.load())
    .finally(() => {
      waiting.delete(loader);
      release();
    });
  wait.catch(() => {}); // the error is in the snapshot
  waiting.set(loader, wait);
  return wait;
}
