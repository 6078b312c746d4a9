import { WeightsError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { bytes, concat, uint } from "./__fixtures__/byte-parts.ts";
import { p, pickleOf } from "./__fixtures__/pickle-builder.ts";
import { unpickle } from "./pickle.ts";
import { PickleGlobal, PickleTuple, type PickleValue } from "./pickle-values.ts";

const globals = new Map([
  ["safe.pair", new PickleGlobal("safe.pair", (args) => [...args])],
  ["safe.constant", new PickleGlobal("safe.constant")],
]);
const read = (pickle: Uint8Array) =>
  unpickle(pickle, {
    label: "test.pkl",
    globals,
    persistentLoad: (id: PickleValue) => ["loaded", id],
  }).value;

/** What reading the pickle throws. */
function refusalOf(pickle: Uint8Array): WeightsError {
  try {
    read(pickle);
  } catch (error) {
    if (WeightsError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("the pickle was read");
}

/** In milliseconds. */
function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe("unpickling plain data", () => {
  it("reads what Python's pickle.dumps wrote, protocol 2", () => {
    // pickle.dumps({"a": [1, -2, 2.5, None, True, 300, 70000, 2**40, 2**70], 7: ("x", ("é",), ())},
    // 2)
    const dumped =
      "80027d71002858010000006171015d7102284b014afeffffff4740040000000000004e884d2c014a701101008a06000000000001" +
      "8a09000000000000000040654b0758010000007871035802000000c3a9710485710529877106752e";
    expect(
      read(Uint8Array.from(dumped.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16))),
    ).toEqual(
      new Map<string | number, PickleValue>([
        ["a", [1, -2, 2.5, null, true, 300, 70_000, 2 ** 40, 2n ** 70n]],
        [7, new PickleTuple(["x", new PickleTuple(["é"]), new PickleTuple([])])],
      ]),
    );
  });

  it("reads protocol 4: frames, short strings, memoised values, names from the stack", () => {
    const frame = concat([bytes(0x95), uint(0, 8)]);
    const pickle = concat([
      bytes(0x80, 4),
      frame,
      p.emptyList,
      p.memoize,
      p.shortText("safe"),
      p.shortText("pair"),
      p.stackGlobal,
      p.int(1),
      p.int(2),
      p.tuple2,
      p.reduce,
      p.append,
      p.get(0),
      p.append,
      p.stop,
    ]);
    const list = read(pickle) as PickleValue[];
    expect(list[0]).toEqual([1, 2]);
    expect(list[1]).toBe(list); // a list may hold itself, as in Python
  });

  it("reads negative integers of any length, and persistent ids through the given function", () => {
    expect(read(pickleOf(p.long(-(2n ** 62n), 8)))).toBe(-(2n ** 62n));
    expect(read(pickleOf(p.long(-1n, 1)))).toBe(-1);
    expect(read(pickleOf(bytes(0x8a, 0)))).toBe(0);
    expect(read(pickleOf(p.text("id"), p.persistentId))).toEqual(["loaded", "id"]);
  });

  it("drops the attributes of a dict, and tells where the pickle ended", () => {
    const pickle = concat([pickleOf(p.emptyDict, p.emptyDict, p.build), bytes("rest")]);
    expect(unpickle(pickle, { label: "", globals, persistentLoad: (id) => id })).toEqual({
      value: new Map(),
      end: pickle.length - 4,
    });
  });
});

describe("pickles that would run code", () => {
  it.each([
    [
      "os.system",
      pickleOf(p.global("os", "system"), p.text("touch owned"), p.tuple1, p.reduce),
      'the global "os.system"',
    ],
    [
      "posix.system, named on the stack",
      pickleOf(p.text("posix"), p.text("system"), p.stackGlobal, p.text("id"), p.tuple1, p.reduce),
      'the global "posix.system"',
    ],
    [
      "builtins.eval",
      pickleOf(p.global("builtins", "eval"), p.text("1"), p.tuple1, p.reduce),
      'the global "builtins.eval"',
    ],
    [
      "builtins.getattr, which reaches everything",
      pickleOf(p.global("builtins", "getattr")),
      'the global "builtins.getattr"',
    ],
    [
      "a name that every JavaScript object has",
      pickleOf(p.global("__proto__", "constructor")),
      'the global "__proto__.constructor"',
    ],
    [
      "a name with a dot in place of the module",
      pickleOf(p.global("", "safe.pair")),
      'the global ".safe.pair"',
    ],
    ["INST", pickleOf(p.mark, p.text("id"), bytes("ios\nsystem\n")), "the opcode INST at byte"],
    ["OBJ", pickleOf(p.mark, bytes("o")), "the opcode OBJ at byte"],
    [
      "NEWOBJ",
      pickleOf(p.global("safe", "pair"), p.emptyTuple, bytes(0x81)),
      "the opcode NEWOBJ at byte",
    ],
    ["NEWOBJ_EX", pickleOf(bytes(0x92)), "the opcode NEWOBJ_EX at byte"],
    ["an extension code", pickleOf(bytes(0x82, 1)), "the opcode EXT1 at byte"],
    ["a byte that is no opcode", pickleOf(bytes(0xff)), "the opcode 0xff at byte"],
    [
      "a call of what is not a function",
      pickleOf(p.global("safe", "constant"), p.emptyTuple, p.reduce),
      "a call of safe.constant",
    ],
    ["a call of a string", pickleOf(p.text("eval"), p.emptyTuple, p.reduce), 'a call of "eval"'],
    [
      "attributes of a function",
      pickleOf(p.global("safe", "pair"), p.emptyDict, p.build),
      "setting attributes of safe.pair",
    ],
  ])("refuses %s and says so", (_, pickle, what) => {
    const error = refusalOf(pickle);
    expect(error.reason).toContain(what);
    expect(error.reason).toContain("nothing was run");
    expect(error.file).toBe("test.pkl");
  });
});

describe("pickles that are damaged or made to exhaust", () => {
  const repeated = (opcode: Uint8Array, times: number) =>
    concat(Array.from({ length: times }, () => opcode));

  it.each([
    ["ends before it stops", concat([p.proto, p.emptyDict]), "cut off"],
    ["is empty", new Uint8Array(0), "cut off"],
    ["ends within a string", concat([p.proto, bytes("X", uint(10, 4), "abc")]), "cut off"],
    [
      "claims a string of 4 GB",
      concat([p.proto, bytes("X", uint(0xffffffff, 4), "abc")]),
      "longer than the 1000000 allowed",
    ],
    [
      "claims a frame of 2^64 bytes",
      concat([p.proto, bytes(0x95, uint(2n ** 64n - 1n, 8))]),
      "cut off",
    ],
    ["has protocol 6", bytes(0x80, 6, "."), "protocol 6"],
    ["takes from an empty stack", pickleOf(p.append), "empty stack"],
    ["stops with nothing", pickleOf(), "empty stack"],
    ["stops with more than one value", pickleOf(p.none, p.none), "left over"],
    ["stops within a mark", concat([p.proto, p.none, p.mark, p.none, p.stop]), "left over"],
    ["takes what lies below a mark", pickleOf(p.emptyList, p.mark, p.append), "empty stack"],
    ["ends a tuple that was not begun", pickleOf(p.tuple), "mark that was not set"],
    ["recalls what was never stored", pickleOf(p.get(3)), "never stored"],
    ["appends to a number", pickleOf(p.int(1), p.int(2), p.append), "appends to 1"],
    [
      "sets an entry of a list",
      pickleOf(p.emptyList, p.text("k"), p.none, p.setItem),
      "sets an entry of a list",
    ],
    [
      "sets a key without a value",
      pickleOf(p.emptyDict, p.mark, p.text("k"), p.setItems),
      "without a value",
    ],
    ["has a list as key", pickleOf(p.emptyDict, p.emptyList, p.none, p.setItem), "a list as a key"],
    [
      "calls with a list",
      pickleOf(p.global("safe", "pair"), p.emptyList, p.reduce),
      "instead of a tuple",
    ],
    [
      "has a global name without end",
      concat([p.proto, bytes("c"), bytes("a".repeat(5000))]),
      "longer than 256",
    ],
    ["names a global by a number", pickleOf(p.int(1), p.int(2), p.stackGlobal), "not a string"],
    [
      "makes three million lists",
      concat([p.proto, repeated(p.emptyList, 3_000_000)]),
      "stack of more than 1000000",
    ],
    [
      "sets three million marks",
      concat([p.proto, repeated(p.mark, 3_000_000)]),
      "more than 1000000 marks",
    ],
    [
      "makes and appends three million lists",
      concat([p.proto, p.emptyList, repeated(bytes("]a"), 3_000_000)]),
      "more than 2000000 values",
    ],
    [
      "remembers without end",
      concat([p.proto, p.none, ...Array.from({ length: 1_000_001 }, (_, i) => p.longPut(i))]),
      "remembers more than 1000000",
    ],
  ])("refuses one that %s, at once", (_, pickle, reason) => {
    const accepted = pickleOf(p.emptyList, repeated(bytes("]a"), 300_000));
    const reading = timeOf(() => read(accepted));
    const refusing = timeOf(() => expect(refusalOf(pickle).reason).toContain(reason));
    expect(refusing).toBeLessThan(50 * reading);
  });
});
