import { posix, win32 } from "node:path";
import { UnusableFile } from "./unusable-file.ts";

/**
 * A path that a file gave, as one that leads from the file's folder to something below it. Written
 * with `/`.
 *
 * @throws UnusableFile for an absolute path or one that leads out: whoever wrote the file must not
 * choose what is read on this machine.
 */
export function innerPath(path: string): string {
  if (path === "" || path.includes("\0"))
    throw new UnusableFile("its path is empty or holds a zero byte");
  if (posix.isAbsolute(path) || win32.isAbsolute(path) || /^[a-z]:/i.test(path)) {
    throw new UnusableFile(
      "its path is absolute; write paths relative to the file that lists them",
    );
  }
  const normal = posix.normalize(path.replaceAll("\\", "/"));
  if (normal === ".." || normal.startsWith("../"))
    throw new UnusableFile("its path leads out of the folder");
  return normal;
}
