import { browserModelCache } from "./browser-model-cache.ts";
import type { ModelCache } from "./model-cache.ts";

let shared: ModelCache | undefined;

/**
 * The cache that is used if none is named: in a browser's secure context the standard one, otherwise
 * none.
 */
export function defaultModelCache(): ModelCache | undefined {
  if (globalThis.isSecureContext !== true || typeof globalThis.caches !== "object")
    return undefined;
  shared ??= browserModelCache();
  return shared;
}
