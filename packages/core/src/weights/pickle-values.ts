/**
 * What an unpickled file consists of. Nothing in it has behaviour of its own but {@link
 * PickleGlobal.call}, which is this package's code.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleObject;

export type PickleList = PickleValue[];
export type PickleKey = string | number | bigint;
export type PickleDict = Map<PickleKey, PickleValue>;

export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/**
 * One of the few Python names that a file may mention, with this package's own meaning of calling
 * it.
 */
export class PickleGlobal {
  /** `module.name`. */
  readonly name: string;
  readonly call: ((args: readonly PickleValue[]) => PickleValue) | undefined;

  constructor(name: string, call?: (args: readonly PickleValue[]) => PickleValue) {
    this.name = name;
    this.call = call;
  }
}

/** A value that calling a global gave, e.g. a tensor. */
export abstract class PickleObject {
  /** Its Python type, for error messages. */
  abstract readonly type: string;
}

/** An image of a value for an error message. */
export function describePickled(value: PickleValue): string {
  if (value === null) return "None";
  if (value instanceof PickleTuple) return "a tuple";
  if (value instanceof Map) return "a dict";
  if (value instanceof PickleGlobal) return value.name;
  if (value instanceof PickleObject) return `a ${value.type}`;
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "a list";
  return JSON.stringify(typeof value === "bigint" ? String(value) : value).slice(0, 60);
}
