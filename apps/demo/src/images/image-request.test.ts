import { describe, expect, it } from "vitest";
import { defaultRequest, readRequest, requestOfLink, shareLink } from "./image-request.ts";

describe("a link to an image", () => {
  it("gives the settings back, in any script", () => {
    for (const prompt of ["red apple", "빨간 사과", "تفاحة حمراء", "50% & more? #1", ""]) {
      const request = { prompt, seed: 4_294_967_295, count: 3, steps: 12, guidance: 2.5 };
      expect(
        requestOfLink(shareLink(request, "https://example.org/some/folder/?old=1#/engine")),
      ).toEqual(request);
    }
    expect(shareLink(defaultRequest, "https://example.org/a/#/x")).toBe(
      "https://example.org/a/?prompt=red+apple%2C+3d+render&seed=7&count=2&steps=20&guidance=5#/",
    );
  });

  it("is held within what the page offers, whatever it says", () => {
    expect(
      readRequest({ seed: "-3", count: "999", steps: "1e9", guidance: "NaN", prompt: 5 }),
    ).toEqual({
      ...defaultRequest,
      seed: 0,
      count: 4,
      steps: 50,
    });
    expect(readRequest({ prompt: "x".repeat(1_000_000) }).prompt).toHaveLength(20_000);
    expect(requestOfLink("https://example.org/")).toEqual(defaultRequest);
  });
});
