import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { longInBrowsers, longInNode, sharingTheQuota, timing } from "../../../vitest.long-tests.ts";
import { repositoryRoot } from "./workspace.ts";

it.each([
  ...[...longInNode, ...timing].map(({ paths }) => `${paths}.test.ts`),
  ...[...longInBrowsers, ...sharingTheQuota].map(({ paths }) => `${paths}.browser.test.ts`),
])("%s exists under the name by which it is listed", (path) => {
  expect(existsSync(join(repositoryRoot, path))).toBe(true);
});
