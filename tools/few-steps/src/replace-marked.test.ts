import { expect, it } from "vitest";
import { replaceMarked } from "./replace-marked.ts";

const page = "before <!-- table -->\n\nold\n\n<!-- end of table --> after";

it("replaces what stands between the marks, as often as one likes", () => {
  const once = replaceMarked(page, "table", "new");
  expect(once).toBe("before <!-- table -->\n\nnew\n\n<!-- end of table --> after");
  expect(replaceMarked(once, "table", "new")).toBe(once);
});

it("refuses a page without them", () => {
  expect(() => replaceMarked(page, "figure", "new")).toThrow("<!-- figure -->");
});
