import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";

describe("crc32", () => {
  it("gives the check value of the standard", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it("agrees with zlib for every length up to 40 and a longer one", () => {
    const bytes = Uint8Array.from({ length: 10_007 }, (_, i) => (i * 2_654_435_761) >>> 13);
    for (const length of [...Array.from({ length: 41 }, (_, n) => n), bytes.length])
      expect(crc32(bytes.subarray(0, length))).toBe(zlibCrc32(bytes.subarray(0, length)));
  });

  it("goes on from what came before", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
    expect(crc32(bytes.subarray(333), crc32(bytes.subarray(0, 333)))).toBe(zlibCrc32(bytes));
  });
});
