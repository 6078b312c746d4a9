import { describe, expect, it } from "vitest";
import { browserStorage } from "./__fixtures__/browser-storage.ts";
import { pageStorage } from "./page-storage.ts";

describe("pageStorage", () => {
  it("keeps texts in the browser's storage, where another page finds them", () => {
    const browser = browserStorage();
    pageStorage(() => browser).set("name", "Ada");
    const other = pageStorage(() => browser);
    expect([other.get("name"), other.get("age"), other.keys()]).toEqual([
      "Ada",
      undefined,
      ["name"],
    ]);
    other.remove("name");
    expect(browser.length).toBe(0);
  });

  it("keeps texts in memory if the browser refuses its storage", () => {
    const storage = pageStorage(() => {
      throw new DOMException("no storage for this page", "SecurityError");
    });
    storage.set("name", "Ada");
    expect([storage.get("name"), storage.keys()]).toEqual(["Ada", ["name"]]);
    storage.remove("name");
    expect([storage.get("name"), storage.keys()]).toEqual([undefined, []]);
  });

  it("keeps in memory what no longer fits, beside what is stored", () => {
    const browser = browserStorage({ most: 1 });
    const storage = pageStorage(() => browser);
    storage.set("first", "1");
    storage.set("second", "2");
    expect([storage.get("first"), storage.get("second")]).toEqual(["1", "2"]);
    expect(storage.keys()).toEqual(["first", "second"]);
    storage.remove("second");
    expect(storage.keys()).toEqual(["first"]);
  });
});
