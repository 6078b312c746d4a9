import type { GlideLike, ModelSource } from "@glissade/core";
import {
  type GlideLoader,
  type GlideLoaderSnapshot,
  type SharedLoadOptions,
  sharedLoaders,
} from "@glissade/core/store";
import { useEffect, useMemo } from "react";
import { useGlissadeDefaults } from "./glissade-provider.ts";
import { useSettledOptions } from "./settled-options.ts";
import { loadedOrSuspended } from "./suspense.ts";
import { useTracked } from "./use-tracked.ts";

export interface UseGlideOptions extends SharedLoadOptions {
  /**
   * Load as soon as the component is there. `false` waits for `load()`: for models that are large.
   * Default true.
   */
  readonly autoLoad?: boolean;
  /**
   * Suspend until the model is there, and throw what goes wrong to the error boundary. `backend`
   * and `load`, where they are functions, have to be made outside of the component then. Default
   * false.
   */
  readonly suspense?: boolean;
  /**
   * Milliseconds after the last component has left until the model is disposed of, or its loading
   * aborted. Default 1000.
   */
  readonly graceTime?: number;
}

export interface UseGlideResult extends GlideLoaderSnapshot {
  /**
   * Loads the model, again after an error. Does nothing where it is loaded or being loaded.
   * Ignoring the promise causes no unhandled rejection.
   */
  readonly load: () => Promise<GlideLike>;
  /** Disposes of the model, for all components that share it. */
  readonly dispose: () => Promise<void>;
}

const idle: GlideLoaderSnapshot = {
  status: "idle",
  glide: undefined,
  progress: undefined,
  error: undefined,
};
const onServer: GlideLoaderSnapshot = { ...idle };

/**
 * A model: loaded once for all components that ask for the same source with the same options, and
 * disposed of when the last one is gone.
 *
 * A backend, or a function that makes one, is the same for two components only if it is the same
 * object: make it outside of the components, or give it to a `GlissadeProvider`.
 *
 * @throws with `suspense`: what loading throws; ModelOnServerError on a server
 * @example
 * ```tsx
 * const { glide, status, progress, error, load } = useGlide("/models/emoji/", { backend: makeBackend });
 * ```
 */
export function useGlide(
  source: ModelSource,
  options: UseGlideOptions & { readonly suspense: true },
): UseGlideResult & { readonly status: "ready"; readonly glide: GlideLike };
export function useGlide(source: ModelSource, options?: UseGlideOptions): UseGlideResult;
export function useGlide(source: ModelSource, options: UseGlideOptions = {}): UseGlideResult {
  const {
    autoLoad = true,
    suspense = false,
    graceTime = 1000,
    ...load
  } = { ...useGlissadeDefaults(), ...options };
  const settled = useSettledOptions({ source, graceTime, ...load });
  const { getLoader, store, actions } = useMemo(() => sharedModel(settled), [settled]);

  useEffect(() => {
    const loader = getLoader();
    const release = loader.retain();
    if (autoLoad && loader.getSnapshot().status === "idle") void loader.load();
    return release;
  }, [getLoader, autoLoad]);

  const tracked = useTracked(store, actions);
  const result = suspense ? loadedOrSuspended(tracked, getLoader) : tracked;
  return useMemo(
    () => (result === tracked ? tracked : { ...result, ...actions }),
    [result, tracked, actions],
  );
}

/**
 * A loader that is made when it is needed, and not while rendering: what is rendered may never be
 * shown.
 */
function sharedModel({
  source,
  graceTime,
  ...options
}: SharedLoadOptions & { readonly source: ModelSource; readonly graceTime: number }) {
  const getLoader = (): GlideLoader => sharedLoaders.get(source, options, { graceTime });
  return {
    getLoader,
    store: {
      subscribe: (listener: () => void) => getLoader().subscribe(listener),
      getSnapshot: () => sharedLoaders.peek(source, options)?.getSnapshot() ?? idle,
      server: onServer,
    },
    actions: {
      load: () => getLoader().load(),
      dispose: async () => sharedLoaders.peek(source, options)?.dispose(),
    },
  };
}
