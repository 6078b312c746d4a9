import { WeightsError } from "@glissade/graph";
import type { FileAccess } from "./byte-source.ts";

/** Where there is no file system, every path is refused. */
export const fileAccess: FileAccess = {
  absence: "folders and packages can be opened in Node only: give the URL of the model's folder",
  open: async (path) => refuse(path),
  create: async (path) => refuse(path),
  kindOf: async () => undefined,
  join: (folder, path) => `${folder}/${path}`,
  pathOf: (url) => refuse(url.href),
  findPackage: async () => undefined,
};

function refuse(path: string): never {
  throw new WeightsError({
    file: path,
    reason: "a path can be opened in Node only",
    advice: "Give a Blob, the bytes, or a URL.",
  });
}
