import { homedir } from "node:os";
import { isAbsolute, posix, win32 } from "node:path";

/** What the place depends on. */
export interface CacheSurroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Where model files are kept: the folder that was asked for, or that of the environment variable
 * GLISSADE_CACHE, or the platform's own place for such files.
 */
export function modelCacheFolder(
  asked?: string,
  { platform, home, environment }: CacheSurroundings = {
    platform: process.platform,
    home: homedir(),
    environment: process.env,
  },
): string {
  const named = asked ?? environment.GLISSADE_CACHE;
  if (named) return named;
  if (platform === "win32")
    return win32.join(
      environment.LOCALAPPDATA || win32.join(home, "AppData", "Local"),
      "glissade",
      "Cache",
    );
  if (platform === "darwin") return posix.join(home, "Library", "Caches", "glissade");
  const base = environment.XDG_CACHE_HOME ?? "";
  // The XDG rules have relative paths ignored.
  return posix.join(isAbsolute(base) ? base : posix.join(home, ".cache"), "glissade");
}
