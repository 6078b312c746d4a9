import { WeightsError } from "@glissade/graph";
import { type Opcode, opcodes as op, opcodeName } from "./pickle-opcodes.ts";
import {
  describePickled,
  PickleGlobal,
  type PickleKey,
  PickleTuple,
  type PickleValue,
} from "./pickle-values.ts";

export interface UnpickleOptions {
  /** Names the file in errors. */
  readonly label: string;
  /** The Python names that may occur, by `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** What stands outside the pickle: a storage, by its description. */
  readonly persistentLoad: (id: PickleValue) => PickleValue;
  /** Where the pickle begins. */
  readonly start?: number;
}

/**
 * Far above what the largest checkpoints hold (a thousand tensors make about thirty thousand
 * values), far below what could hurt.
 */
const limits = {
  values: 2_000_000,
  stack: 1_000_000,
  memo: 1_000_000,
  string: 1_000_000,
  globalName: 256,
} as const;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads one pickle and returns its value and where it ends. It runs nothing: a Python name is only
 * ever looked up in `globals`, and any name that is not there, like any opcode that plain data does
 * not need, ends the reading with an error that names it.
 *
 * Why not a package: the ones on npm read all of pickle, build stand-ins for unknown names instead
 * of refusing them, assign keys from the file to plain objects, and have no limits.
 *
 * @throws WeightsError
 */
export function unpickle(
  bytes: Uint8Array,
  options: UnpickleOptions,
): { value: PickleValue; end: number } {
  return new Unpickler(bytes, options).run();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: UnpickleOptions;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #position: number;
  #values = 0;

  constructor(bytes: Uint8Array, options: UnpickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
    this.#position = options.start ?? 0;
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === op.STOP) {
        const value = this.#pop();
        if (this.#stack.length > 0 || this.#marks.length > 0)
          this.#fail("the pickle stops with values left over");
        return { value, end: this.#position };
      }
      const action = Unpickler.#actions[opcode] ?? this.#refuseOpcode(opcode);
      action(this);
    }
  }

  #refuseOpcode(opcode: number): never {
    return this.#refuse(`the opcode ${opcodeName(opcode)} at byte ${this.#position - 1}`);
  }

  /** What each opcode does; the type checker names one that is missing. */
  static readonly #actions: Readonly<Record<number, (reader: Unpickler) => void>> = {
    [op.PROTO]: (reader) => reader.#protocol(reader.#byte()),
    [op.FRAME]: (reader) => reader.#take(8),
    [op.MARK]: (reader) => reader.#mark(),

    [op.NONE]: (reader) => reader.#push(null),
    [op.NEWTRUE]: (reader) => reader.#push(true),
    [op.NEWFALSE]: (reader) => reader.#push(false),
    [op.BININT]: (reader) => reader.#push(reader.#view.getInt32(reader.#take(4), true)),
    [op.BININT1]: (reader) => reader.#push(reader.#byte()),
    [op.BININT2]: (reader) => reader.#push(reader.#view.getUint16(reader.#take(2), true)),
    [op.LONG1]: (reader) => reader.#push(reader.#long(reader.#byte())),
    [op.BINFLOAT]: (reader) => reader.#push(reader.#view.getFloat64(reader.#take(8), false)),

    [op.SHORT_BINUNICODE]: (reader) => reader.#push(reader.#text(reader.#byte())),
    [op.BINUNICODE]: (reader) => reader.#push(reader.#text(reader.#uint32())),
    [op.SHORT_BINSTRING]: (reader) => reader.#push(reader.#text(reader.#byte())),
    [op.BINSTRING]: (reader) => reader.#push(reader.#text(reader.#uint32())),
    [op.SHORT_BINBYTES]: (reader) => reader.#push(reader.#slice(reader.#byte())),
    [op.BINBYTES]: (reader) => reader.#push(reader.#slice(reader.#uint32())),

    [op.EMPTY_TUPLE]: (reader) => reader.#push(new PickleTuple([])),
    [op.TUPLE1]: (reader) => reader.#push(new PickleTuple(reader.#popMany(1))),
    [op.TUPLE2]: (reader) => reader.#push(new PickleTuple(reader.#popMany(2))),
    [op.TUPLE3]: (reader) => reader.#push(new PickleTuple(reader.#popMany(3))),
    [op.TUPLE]: (reader) => reader.#push(new PickleTuple(reader.#popToMark())),
    [op.EMPTY_LIST]: (reader) => reader.#push([]),
    [op.APPEND]: (reader) => reader.#append(reader.#popMany(1)),
    [op.APPENDS]: (reader) => reader.#append(reader.#popToMark()),
    [op.EMPTY_DICT]: (reader) => reader.#push(new Map()),
    [op.SETITEM]: (reader) => reader.#setItems(reader.#popMany(2)),
    [op.SETITEMS]: (reader) => reader.#setItems(reader.#popToMark()),

    [op.BINPUT]: (reader) => reader.#remember(reader.#byte()),
    [op.LONG_BINPUT]: (reader) => reader.#remember(reader.#uint32()),
    [op.MEMOIZE]: (reader) => reader.#remember(reader.#memo.size),
    [op.BINGET]: (reader) => reader.#recall(reader.#byte()),
    [op.LONG_BINGET]: (reader) => reader.#recall(reader.#uint32()),

    [op.GLOBAL]: (reader) => reader.#global(reader.#line(), reader.#line()),
    [op.STACK_GLOBAL]: (reader) => reader.#globalFromStack(),
    [op.REDUCE]: (reader) => reader.#reduce(),
    [op.BUILD]: (reader) => reader.#build(),
    [op.BINPERSID]: (reader) => reader.#push(reader.#options.persistentLoad(reader.#pop())),
  } satisfies Record<Exclude<Opcode, typeof op.STOP>, (reader: Unpickler) => void>;

  // Reading.

  /** Steps over `length` bytes and returns where they began. */
  #take(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) this.#fail("the pickle is cut off");
    this.#position = start + length;
    return start;
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #slice(length: number): Uint8Array {
    if (length > limits.string)
      this.#fail(`a string of ${length} bytes is longer than the ${limits.string} allowed`);
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #text(length: number): string {
    return utf8.decode(this.#slice(length));
  }

  /** A two's complement integer of any length. */
  #long(length: number): number | bigint {
    const bytes = this.#slice(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #line(): string {
    const start = this.#position;
    while (this.#byte() !== 0x0a)
      if (this.#position - start > limits.globalName)
        this.#fail(`a global's name is longer than ${limits.globalName} characters`);
    return utf8.decode(this.#bytes.subarray(start, this.#position - 1));
  }

  #protocol(version: number): void {
    if (version > 5) this.#fail(`the pickle has protocol ${version}, and 5 is the highest known`);
  }

  // The stack.

  #push(value: PickleValue): void {
    if (this.#stack.length >= limits.stack)
      this.#fail(`the pickle needs a stack of more than ${limits.stack} values`);
    if (++this.#values > limits.values)
      this.#fail(`the pickle has more than ${limits.values} values`);
    this.#stack.push(value);
  }

  #mark(): void {
    if (this.#marks.length >= limits.stack)
      this.#fail(`the pickle sets more than ${limits.stack} marks`);
    this.#marks.push(this.#stack.length);
  }

  #pop(): PickleValue {
    return this.#popMany(1)[0] as PickleValue;
  }

  /**
   * The top values, in the order in which they were pushed. Values below an open mark belong to
   * someone else.
   */
  #popMany(count: number): PickleValue[] {
    const start = this.#stack.length - count;
    if (start < (this.#marks.at(-1) ?? 0))
      this.#fail("the pickle takes a value from an empty stack");
    return this.#stack.splice(start);
  }

  #popToMark(): PickleValue[] {
    const start = this.#marks.pop() ?? this.#fail("the pickle refers to a mark that was not set");
    return this.#stack.splice(start);
  }

  #top(): PickleValue {
    const top = this.#stack.at(-1);
    if (top === undefined || this.#stack.length <= (this.#marks.at(-1) ?? 0))
      return this.#fail("the pickle takes a value from an empty stack");
    return top;
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top());
    if (this.#memo.size > limits.memo)
      this.#fail(`the pickle remembers more than ${limits.memo} values`);
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    this.#push(
      value === undefined
        ? this.#fail(`the pickle recalls value ${index}, which it never stored`)
        : value,
    );
  }

  // Containers.

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) this.#fail(`the pickle appends to ${describePickled(list)}`);
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) this.#fail(`the pickle sets an entry of ${describePickled(dict)}`);
    if (items.length % 2 !== 0) this.#fail("the pickle sets a dict entry without a value");
    for (let i = 0; i < items.length; i += 2)
      dict.set(this.#key(items[i] as PickleValue), items[i + 1] as PickleValue);
  }

  #key(key: PickleValue): PickleKey {
    if (typeof key === "string" || typeof key === "number" || typeof key === "bigint") return key;
    return this.#fail(
      `a dict has ${describePickled(key)} as a key, and only strings and numbers are read`,
    );
  }

  // Python names.

  #global(module: PickleValue | undefined, name: PickleValue | undefined): void {
    if (typeof module !== "string" || typeof name !== "string")
      this.#fail("the pickle names a global that is not a string");
    const fullName = `${module}.${name}`;
    this.#push(
      this.#options.globals.get(fullName) ??
        this.#refuse(`the global ${JSON.stringify(fullName.slice(0, 2 * limits.globalName))}`),
    );
  }

  #globalFromStack(): void {
    const [module, name] = this.#popMany(2);
    this.#global(module, name);
  }

  #reduce(): void {
    const [callee = null, args = null] = this.#popMany(2);
    if (!(callee instanceof PickleGlobal) || !callee.call)
      this.#refuse(`a call of ${describePickled(callee)}`);
    if (!(args instanceof PickleTuple))
      this.#fail(
        `the pickle calls ${callee.name} with ${describePickled(args)} instead of a tuple`,
      );
    this.#push(callee.call(args.items));
  }

  /**
   * Sets attributes. Only an OrderedDict comes with any that are harmless to drop: the version
   * notes of a module's state dict.
   */
  #build(): void {
    this.#pop();
    const target = this.#top();
    if (!(target instanceof Map)) this.#refuse(`setting attributes of ${describePickled(target)}`);
  }

  #refuse(what: string): never {
    throw new WeightsError({
      file: this.#options.label,
      reason: `its pickle contains ${what}, which is not one of the few things that tensors need; nothing was run`,
      advice: "Save the state dict alone: torch.save(model.state_dict(), path), or as safetensors.",
    });
  }

  #fail(reason: string): never {
    throw new WeightsError({
      file: this.#options.label,
      reason,
      advice: "The file is damaged or was made to deceive: fetch it again from where you trust.",
    });
  }
}
