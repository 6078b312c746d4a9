import { describe, expect, it } from "vitest";
import { modelCacheFolder } from "./model-cache-folder.node.ts";

const linux = (environment: Record<string, string>) => ({
  platform: "linux" as const,
  home: "/home/ada",
  environment,
});

describe("the cache's folder", () => {
  it("is the one asked for, else that of GLISSADE_CACHE", () => {
    expect(
      modelCacheFolder("here", linux({ GLISSADE_CACHE: "/there", XDG_CACHE_HOME: "/xdg" })),
    ).toBe("here");
    expect(
      modelCacheFolder(undefined, linux({ GLISSADE_CACHE: "/there", XDG_CACHE_HOME: "/xdg" })),
    ).toBe("/there");
    expect(modelCacheFolder(undefined, linux({ GLISSADE_CACHE: "" }))).toBe(
      "/home/ada/.cache/glissade",
    );
  });

  it("follows each platform's convention", () => {
    expect(modelCacheFolder(undefined, linux({ XDG_CACHE_HOME: "/xdg" }))).toBe("/xdg/glissade");
    expect(modelCacheFolder(undefined, linux({ XDG_CACHE_HOME: "relative" }))).toBe(
      "/home/ada/.cache/glissade",
    );
    expect(
      modelCacheFolder(undefined, {
        platform: "darwin",
        home: "/Users/ada",
        environment: { XDG_CACHE_HOME: "/xdg" },
      }),
    ).toBe("/Users/ada/Library/Caches/glissade");
    const windows = { platform: "win32" as const, home: "C:\\Users\\ada" };
    expect(
      modelCacheFolder(undefined, { ...windows, environment: { LOCALAPPDATA: "D:\\Local" } }),
    ).toBe("D:\\Local\\glissade\\Cache");
    expect(modelCacheFolder(undefined, { ...windows, environment: {} })).toBe(
      "C:\\Users\\ada\\AppData\\Local\\glissade\\Cache",
    );
  });
});
