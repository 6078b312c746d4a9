import type { GlideLike } from "@glissade/core";
import type { GlideLoader, GlideLoaderSnapshot } from "@glissade/core/store";
import { ModelOnServerError } from "./model-on-server-error.ts";

type Loaded = GlideLoaderSnapshot & { readonly status: "ready"; readonly glide: GlideLike };

/**
 * Milliseconds in which React mounts a component whose model has come; it holds what follows a
 * fallback back for 300.
 */
const mountTime = 1000;

const waiting = new WeakMap<GlideLoader, Promise<unknown>>();

/**
 * The loaded model, inside of a `Suspense`.
 *
 * @param shown what the component would show without it
 * @throws a promise while it loads, which React waits for; the error where loading failed;
 * ModelOnServerError on a server
 */
export function loadedOrSuspended(
  shown: GlideLoaderSnapshot,
  getLoader: () => GlideLoader,
): Loaded {
  if (isLoaded(shown)) return shown;
  // a promise would keep a streaming server waiting for a model that only the browser wants
  if (typeof window === "undefined") throw new ModelOnServerError();
  const loader = getLoader();
  // newer than what is shown, in a page that a server rendered
  const snapshot = loader.getSnapshot();
  if (isLoaded(snapshot)) return snapshot;
  if (snapshot.status === "error") throw snapshot.error;
  throw waitingFor(loader);
}

function isLoaded(snapshot: GlideLoaderSnapshot): snapshot is Loaded {
  return snapshot.status === "ready";
}

/** Retains the model until the component can do so itself, which waits and is not mounted. */
function waitingFor(loader: GlideLoader): Promise<unknown> {
  const known = waiting.get(loader);
  if (known) return known;
  const release = loader.retain();
  // not at once: other components listen, and must not be told while one renders
  const wait = Promise.resolve()
    .then(() => loader.load())
    .finally(() => {
      waiting.delete(loader);
      setTimeout(release, mountTime);
    });
  wait.catch(() => {}); // the error is in the snapshot
  waiting.set(loader, wait);
  return wait;
}
