import { expect, it } from "vitest";
import { byteSymbols, symbolsFromText, textFromSymbols } from "./byte-symbols.ts";

it("writes the bytes as GPT-2's vocabulary does", () => {
  expect(symbolsFromText(" é\n")).toBe("ĠÃ©Ċ");
  expect(byteSymbols[0]).toBe("Ā");
  expect(byteSymbols[0xad]).toBe("Ń");
  expect(new Set(byteSymbols).size).toBe(256);
});

it("reads them back, a byte-order mark included, and marks what is no UTF-8", () => {
  expect(textFromSymbols(symbolsFromText("\ufeffa 😀"))).toBe("\ufeffa 😀");
  expect(textFromSymbols("aÃ")).toBe("a\ufffd");
});
