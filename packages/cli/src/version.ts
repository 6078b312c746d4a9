import { createRequire } from "node:module";

/** This package's version; `src` and `dist` both lie beside its package.json. */
export const version: string = createRequire(import.meta.url)("../package.json").version;
